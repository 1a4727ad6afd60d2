package org.emsg.gateway.xmpp.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// Every file of `hostile/xmpp/stream` is what a server might send; the part of its name before
/// `--` is the last event that must come of it. `after`: the stream survived, and the good message
/// that follows was read.
class HostileStreamTest {
  private static final Path CORPUS = Path.of("src/test/resources/hostile/xmpp/stream");

  @TestFactory
  Stream<DynamicTest> givesTheDocumentedErrorHoweverItIsSplit() throws IOException {
    List<Path> files;
    try (Stream<Path> list = Files.list(CORPUS)) {
      files = list.sorted().toList();
    }
    assertThat(files).hasSizeGreaterThan(70);
    return files.stream().map(file -> dynamicTest(file.getFileName().toString(), () -> feed(file)));
  }

  private static void feed(Path file) throws IOException {
    byte[] content = Files.readAllBytes(file);
    String name = file.getFileName().toString();
    String expected = name.substring(0, name.indexOf("--"));
    expected = expected.replace('.', ' ');
    if (expected.equals("after")) {
      expected = "message chat m after []";
    }
    List<StreamEvent> whole = XmppCodecTest.events(List.of(content));
    assertThat(XmppCodecTest.shape(whole.getLast())).isEqualTo(expected);

    List<byte[]> singles = new ArrayList<>(content.length);
    for (byte b : content) {
      singles.add(new byte[] {b});
    }
    assertThat(XmppCodecTest.events(singles).stream().map(XmppCodecTest::shape))
        .containsExactlyElementsOf(whole.stream().map(XmppCodecTest::shape).toList());
  }

  @Test
  void holdsNoMoreThanTheLimitOfAStanzaThatNeverEnds() {
    StreamLimits limits = StreamLimits.ofStanzaBytes(10_000);
    String[] endless = {"b", "<a>", "<a/>", "<a b='c'>", "&lt;", "]]"};
    for (String piece : endless) {
      XmlFramer framer = new XmlFramer(limits);
      List<Frame> frames = new ArrayList<>();
      byte[] start = XmppCodecTest.header().view();
      framer.feed(start, 0, start.length, frames::add);
      byte[] head = "<message><body>".getBytes(StandardCharsets.US_ASCII);
      framer.feed(head, 0, head.length, frames::add);
      byte[] more = piece.repeat(10_000).getBytes(StandardCharsets.US_ASCII);
      for (int i = 0; i < 100; i++) {
        framer.feed(more, 0, more.length, frames::add);
        assertThat(framer.held()).as(piece).isLessThanOrEqualTo(limits.stanzaBytes());
      }
      assertThat(frames).as(piece).hasSize(1);
    }
  }
}
