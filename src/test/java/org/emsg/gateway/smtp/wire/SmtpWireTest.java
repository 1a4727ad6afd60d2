package org.emsg.gateway.smtp.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import org.emsg.gateway.net.MemoryBudget;
import org.junit.jupiter.api.Test;

class SmtpWireTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  private SmtpWire reading(InputStream in) {
    return new SmtpWire(in, out, millis -> {});
  }

  /// The same bytes, in two pieces.
  private SmtpWire split(String text, int at) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return reading(
        new SequenceInputStream(
            Collections.enumeration(
                List.of(
                    new ByteArrayInputStream(bytes, 0, at),
                    new ByteArrayInputStream(bytes, at, bytes.length - at)))));
  }

  @Test
  void readsLinesHoweverTheyArePutIntoPackets() throws IOException {
    String text = "EHLO mx.test\r\nMAIL FROM:<käthe@x.test>\r\n\r\n";
    for (int at = 0; at <= text.getBytes(StandardCharsets.UTF_8).length; at++) {
      SmtpWire wire = split(text, at);
      assertThat(wire.readLine(100)).isEqualTo("EHLO mx.test");
      assertThat(wire.readLine(100)).isEqualTo("MAIL FROM:<käthe@x.test>");
      assertThat(wire.readLine(100)).isEmpty();
    }
  }

  @Test
  void readsDataHoweverItIsPutIntoPackets() throws IOException {
    String text = "a\r\n..b\r\n.c\r\n\r\nd.\r\n.\r\nRSET\r\n";
    for (int at = 0; at <= text.length(); at++) {
      SmtpWire wire = split(text, at);
      MailData data = new MailData(1000, new MemoryBudget(10_000));
      wire.readData(data);
      assertThat(new String(data.bytes(), StandardCharsets.US_ASCII))
          .isEqualTo("a\r\n.b\r\nc\r\n\r\nd.\r\n");
      assertThat(data.bareNewline()).isFalse();
      assertThat(wire.readLine(100)).isEqualTo("RSET");
    }
  }

  @Test
  void whatItWritesIsReadAsTheSame() throws IOException {
    for (String content :
        List.of(
            "",
            ".\r\n",
            "..\r\n",
            "no end",
            "a\r\n.\r\nb\r\n",
            "x".repeat(20_000) + "\r\n.y\r\n",
            ".".repeat(9_000))) {
      out.reset();
      SmtpWire wire = reading(InputStream.nullInputStream());
      wire.writeData(content.getBytes(StandardCharsets.US_ASCII));
      wire.flush();

      MailData data = new MailData(100_000, new MemoryBudget(1_000_000));
      reading(new ByteArrayInputStream(out.toByteArray())).readData(data);
      String expected = content.isEmpty() || content.endsWith("\r\n") ? content : content + "\r\n";
      assertThat(new String(data.bytes(), StandardCharsets.US_ASCII)).isEqualTo(expected);
    }
  }

  @Test
  void aBareNewlineEndsNoLineAndNoData() {
    for (String text : List.of("NOOP\n", "NO\rOP\r\n", "NOOP\r\r\n")) {
      assertThatThrownBy(() -> split(text, 0).readLine(100)).isInstanceOf(SmtpFault.class);
    }
    for (String end : List.of("\n.\n", "\n.\r\n", "\r.\r\n", "\r\n.\n", "\r\n.\r")) {
      MailData data = new MailData(1000, new MemoryBudget(10_000));
      byte[] bytes = ("a" + end + "b").getBytes(StandardCharsets.US_ASCII);
      assertThat(data.take(bytes, 0, bytes.length)).isEqualTo(-1);
      assertThat(data.bareNewline()).isTrue();
    }
  }

  @Test
  void readsRepliesOfSeveralLinesWithTheirStatus() throws IOException {
    SmtpReply reply = split("550-5.1.1 no such\r\n550 5.1.1 user here\r\n", 7).readReply();
    assertThat(reply).isEqualTo(new SmtpReply(550, "5.1.1", List.of("no such", "user here")));
    assertThat(split("250\r\n", 0).readReply().code()).isEqualTo(250);
    // A status of another class than the code is none.
    assertThat(split("450 5.1.1 x\r\n", 0).readReply().status()).isEmpty();
    for (String wrong : List.of("hello\r\n", "25\r\n", "999 x\r\n", "250x\r\n", "2 50\r\n")) {
      assertThatThrownBy(() -> split(wrong, 0).readReply()).isInstanceOf(SmtpFault.class);
    }
    assertThatThrownBy(() -> split("250-x\r\n".repeat(1_000), 0).readReply())
        .isInstanceOf(SmtpFault.class);
  }

  @Test
  void takesAReplyByItsCodeWhateverElseItSays() throws IOException {
    for (String taken :
        List.of(
            "250 2.0.0 ok\n",
            "250\tok\r\n",
            "250 ok \r\n",
            "250-2.0.0 first\n250 last\r\n",
            "250-wrapped\r\nby somebody\r\n250 ok\r\n",
            "250 " + "x".repeat(60_000) + "\r\n")) {
      SmtpWire wire = split(taken + "221 bye\r\n", 5);
      assertThat(wire.readReply().code()).as(taken).isEqualTo(250);
      assertThat(wire.readReply().code()).isEqualTo(221);
    }
    byte[] latin1 = "250 2.0.0 f\u00fcr Sie\r\n".getBytes(StandardCharsets.ISO_8859_1);
    assertThat(reading(new ByteArrayInputStream(latin1)).readReply().status()).isEqualTo("2.0.0");
    assertThatThrownBy(() -> split("250 " + "x".repeat(100_000), 0).readReply())
        .isInstanceOf(SmtpFault.class);
  }

  @Test
  void dataThatIsTooLargeIsReadToItsEndAndForgotten() throws IOException {
    MemoryBudget budget = new MemoryBudget(1_000_000);
    MailData data = new MailData(5_000, budget);
    SmtpWire wire = split("x".repeat(50_000) + "\r\n.\r\nRSET\r\n", 3);
    wire.readData(data);

    assertThat(data.tooLarge()).isTrue();
    assertThat(data.bytes()).isEmpty();
    assertThat(wire.readLine(100)).isEqualTo("RSET");
    data.release();
    assertThat(budget.left()).isEqualTo(1_000_000);
  }

  @Test
  void aReplyIsOneLineOfAsciiWhateverIsPutIntoIt() {
    assertThat(SmtpReply.of(550, "5.1.1", "x\r\n250 ok\u00e9").encode())
        .isEqualTo("550 5.1.1 x??250 ok?\r\n".getBytes(StandardCharsets.US_ASCII));
  }
}
