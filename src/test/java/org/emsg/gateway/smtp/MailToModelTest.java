package org.emsg.gateway.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.emsg.gateway.gateway.IntakeResult;
import org.emsg.gateway.model.Attachment;
import org.emsg.gateway.model.Body;
import org.emsg.gateway.model.Envelope;
import org.emsg.gateway.model.Event;
import org.emsg.gateway.model.Reason;
import org.emsg.gateway.smtp.mime.MailContent;
import org.emsg.gateway.smtp.mime.MailHeaders;
import org.emsg.gateway.smtp.mime.MimeReader;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// Mail as it comes, and what the gateway makes of it.
class MailToModelTest {
  private final MailInbound inbound = new MailInbound();

  @TestFactory
  Stream<DynamicTest> readsAsItsGoldenFileSays() {
    return Golden.files("wire/smtp/in", ".eml").stream()
        .map(file ->
            dynamicTest(
                Golden.name(file),
                () ->
                    Golden.check(
                        Golden.beside(file, ".txt"), Rendered.of(taken(Golden.bytes(file))))));
  }

  @TestFactory
  Stream<DynamicTest> meetsHostileMailAsDocumented() {
    return Golden.files("hostile/mime", ".eml").stream()
        .map(file ->
            dynamicTest(
                Golden.name(file),
                () ->
                    assertTimeoutPreemptively(
                        Duration.ofSeconds(20),
                        () -> {
                          MailInbound.Result result = inbound.receive(Golden.bytes(file));
                          if (Golden.name(file).startsWith("refused--")) {
                            assertThat(result).isInstanceOf(MailInbound.Result.Stopped.class);
                            assertThat(((MailInbound.Result.Stopped) result).result())
                                .isInstanceOf(IntakeResult.Refused.class);
                          } else {
                            assertClean(((MailInbound.Result.Taken) result).envelope());
                          }
                        })));
  }

  /// Whatever came, these hold for what goes on.
  static void assertClean(Envelope envelope) {
    assertThat(envelope.sender().text()).isEqualTo("erin@mail.test");
    Event.Posted posted = (Event.Posted) envelope.event();
    Body body = posted.body();
    assertThat(body.text().chars().filter(c -> c != '\n' && c != '\t'))
        .noneMatch(Character::isISOControl);
    assertThat(body.text().length()).isLessThan(MailToModel.MAX_TEXT + 10);
    body.html().ifPresent(html -> assertThat(html).doesNotContainIgnoringCase("<script"));
    body.subject().ifPresent(MailToModelTest::assertOneLine);
    envelope.displayName().ifPresent(MailToModelTest::assertOneLine);
    for (Attachment file : posted.attachments()) {
      assertOneLine(file.name());
      assertThat(file.name()).doesNotContain("/", "\\").doesNotStartWith(".");
    }
  }

  private static void assertOneLine(String text) {
    assertThat(text.chars()).noneMatch(Character::isISOControl);
    assertThat(text).doesNotContain("\u202e");
  }

  @Test
  void tenThousandPartsAreRefusedWithoutBeingKept() {
    StringBuilder mail = new StringBuilder(head("multipart/mixed; boundary=b"));
    for (int i = 0; i < 10_000; i++) {
      mail.append("--b\r\n\r\nx\r\n");
    }
    assertRefused(mail.append("--b--\r\n"), "parts");
  }

  @Test
  void partsWithinPartsAreRefusedBeyondTheLimit() {
    StringBuilder mail = new StringBuilder(head("multipart/mixed; boundary=b0"));
    for (int i = 0; i < 5_000; i++) {
      mail.append("--b").append(i).append("\r\nContent-Type: multipart/mixed; boundary=b");
      mail.append(i + 1).append("\r\n\r\n");
    }
    assertRefused(mail, "deep");
  }

  @Test
  void attachedMessagesAreNotLookedInto() {
    StringBuilder mail = new StringBuilder("From: erin@mail.test\r\n");
    for (int i = 0; i < 20_000; i++) {
      mail.append("Content-Type: message/rfc822\r\n\r\n");
    }
    Event.Posted posted = (Event.Posted) taken(bytes(mail)).event();
    assertThat(posted.attachments())
        .singleElement()
        .satisfies(file -> assertThat(file.mediaType()).isEqualTo("message/rfc822"));
  }

  @Test
  void hugeHeadersAreRefused() {
    assertRefused(
        new StringBuilder("From: erin@mail.test\r\nX: ").append("y".repeat(40_000)), "header");
    StringBuilder many = new StringBuilder("From: erin@mail.test\r\n");
    assertRefused(many.append("X: y\r\n".repeat(2_000)).append("\r\n"), "header");
  }

  @Test
  void aLongTextIsCutAndTheWholeOfItAttached() {
    Event.Posted posted =
        (Event.Posted)
            taken(bytes(new StringBuilder(head("text/plain")).append("word \r\n".repeat(100_000))))
                .event();

    assertThat(posted.body().text()).hasSizeLessThan(MailToModel.MAX_TEXT + 10).endsWith("[…]");
    assertThat(posted.attachments())
        .singleElement()
        .satisfies(file -> assertThat(file.name()).isEqualTo("message.txt"));
    assertThat(inbound.blobs.kept).hasSize(1);
  }

  @Test
  void aTextOfMillionsOfLinesIsCutBeforeItIsSplit() throws Exception {
    String lines = "a\r\n".repeat(2_000_000);
    for (String type : List.of("text/plain", "text/plain; format=flowed", "text/html")) {
      byte[] mail = bytes(new StringBuilder(head(type)).append(lines));

      MailContent content =
          MailContent.of(MimeReader.read(MailHeaders.parse(mail).orElseThrow(), mail));

      assertThat(content.text()).as(type).hasSizeLessThanOrEqualTo(MailContent.MAX_TEXT);
      assertThat(content.cut()).isTrue();
      Event.Posted posted = (Event.Posted) taken(mail).event();
      assertThat(posted.body().text()).hasSizeLessThan(MailToModel.MAX_TEXT + 10).endsWith("[…]");
      assertThat(posted.attachments())
          .singleElement()
          .satisfies(file -> assertThat(file.name()).startsWith("message."))
          .satisfies(file -> assertThat(file.size()).isEqualTo(lines.length()));
    }
  }

  @Test
  void manyTextsTogetherAreNotLongerThanOne() throws Exception {
    StringBuilder mail = new StringBuilder(head("multipart/mixed; boundary=b"));
    String part =
        "--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + "ü\r\n".repeat(100_000);
    byte[] content = bytes(mail.append(part.repeat(4)).append("--b--\r\n"));

    Event.Posted posted = (Event.Posted) taken(content).event();

    assertThat(MailContent.of(MimeReader.read(MailHeaders.parse(content).orElseThrow(), content)))
        .satisfies(read -> assertThat(read.text()).hasSizeLessThan(MailContent.MAX_TEXT + 10));
    assertThat(posted.attachments())
        .extracting(Attachment::name)
        .containsExactly("message.txt", "message.txt", "message.txt");
  }

  @Test
  void aReportOfMillionsOfLinesIsCut() throws Exception {
    byte[] mail =
        bytes(
            new StringBuilder(head("multipart/report; boundary=b"))
                .append("--b\r\nContent-Type: message/delivery-status\r\n\r\n")
                .append("Reporting-MTA: dns; mx.test\r\n\r\nAction: failed\r\nStatus: 5.1.1\r\n")
                .append("a\r\n".repeat(2_000_000))
                .append("\r\nAction: failed\r\nStatus: 5.2.2\r\n\r\n--b--"));

    MailContent content =
        MailContent.of(MimeReader.read(MailHeaders.parse(mail).orElseThrow(), mail));

    assertThat(content.report().orElseThrow().recipients())
        .singleElement()
        .satisfies(one -> assertThat(one.status()).isEqualTo("5.1.1"));
  }

  @Test
  void largeAttachmentsGoToTheBlobStore() {
    String part =
        "--b\r\nContent-Type: image/png\r\nContent-Disposition: attachment; filename=p.png\r\n"
            + "Content-Transfer-Encoding: base64\r\n\r\n"
            + "AAAA".repeat(22_000)
            + "\r\n";
    Event.Posted posted =
        (Event.Posted)
            taken(
                    bytes(
                        new StringBuilder(head("multipart/mixed; boundary=b"))
                            .append(part)
                            .append("--b--")))
                .event();

    assertThat(posted.attachments().getFirst().content())
        .isInstanceOf(Attachment.Content.Stored.class);
    assertThat(posted.attachments().getFirst().size()).isEqualTo(66_000);
  }

  @Test
  void theSameMailByAnotherWayHasTheSameDigest() {
    String mail = Mails.plain("erin@mail.test", "alice@a.test", "x", "hello");
    Envelope first = taken(mail.getBytes(StandardCharsets.UTF_8));
    Envelope again = taken(("Received: by relay.test\r\n" + mail).getBytes(StandardCharsets.UTF_8));
    Envelope other = taken((mail + "!").getBytes(StandardCharsets.UTF_8));

    assertThat(again.digest()).isEqualTo(first.digest());
    assertThat(other.digest()).isNotEqualTo(first.digest());
  }

  private static String head(String type) {
    return "From: erin@mail.test\r\nMIME-Version: 1.0\r\nContent-Type: " + type + "\r\n\r\n";
  }

  private void assertRefused(StringBuilder mail, String why) {
    MailInbound.Result result =
        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> inbound.receive(bytes(mail)));
    IntakeResult answer = ((MailInbound.Result.Stopped) result).result();
    Reason reason = ((IntakeResult.Refused) answer).reason();
    assertThat(reason.kind()).isEqualTo(Reason.Kind.MALFORMED);
    assertThat(reason.text()).contains(why);
  }

  private Envelope taken(byte[] mail) {
    MailInbound.Result result = inbound.receive(mail);
    assertThat(result).isInstanceOf(MailInbound.Result.Taken.class);
    return ((MailInbound.Result.Taken) result).envelope();
  }

  private static byte[] bytes(StringBuilder text) {
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }
}
