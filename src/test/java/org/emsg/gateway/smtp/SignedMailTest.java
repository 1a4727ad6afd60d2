package org.emsg.gateway.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.emsg.gateway.gateway.IntakeResult;
import org.emsg.gateway.model.Envelope;
import org.emsg.gateway.model.Event;
import org.emsg.gateway.model.Reason;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Mallory has a mail that was signed by somebody who signs each field once, as it is there. What
/// she puts to it is not shown as theirs.
class SignedMailTest {
  private static final String MAIL =
      Mails.crlf(
          """
          From: Erin <erin@mail.test>
          To: alice@a.test
          Subject: Lunch
          Date: Sun, 22 Nov 2026 11:59:00 +0000
          Message-ID: <m1@mail.test>
          Content-Type: text/plain; charset=utf-8
          Content-Transfer-Encoding: 7bit

          At one.

          Not at two.
          """);
  private static final String USUAL = "from:to:subject:date:message-id:content-type";

  private final MailInbound inbound = new MailInbound();
  private final SparingSigner erin = SparingSigner.of("mail.test");

  @BeforeEach
  void publish() {
    erin.publish(inbound.dns);
  }

  private String signed(String mail, String fields) throws Exception {
    return erin.sign(mail, fields);
  }

  private MailInbound.Result receive(String mail) {
    return inbound.receive(mail.getBytes(StandardCharsets.UTF_8), "198.51.100.1", "m@mallory.test");
  }

  private Envelope taken(String mail) {
    return ((MailInbound.Result.Taken) receive(mail)).envelope();
  }

  private static String text(Envelope envelope) {
    return ((Event.Posted) envelope.event()).body().text();
  }

  @Test
  void asItWasSignedItIsVerified() throws Exception {
    Envelope got = taken(signed(MAIL, USUAL));

    assertThat(got.provenance().verified()).isTrue();
    assertThat(text(got)).isEqualTo("At one.\n\nNot at two.");
  }

  @Test
  void aSecondFieldOfWhatIsShownOrSaysHowToReadIsRefused() throws Exception {
    String signed = signed(MAIL, USUAL);
    for (String added :
        List.of(
            "Subject: Pay Mallory",
            "subject : Pay Mallory",
            "Date: Sun, 22 Nov 2026 10:00:00 +0000",
            "Message-ID: <another@mail.test>",
            "Content-Type: multipart/mixed; boundary=none",
            "Content-Transfer-Encoding: base64",
            "From: Erin <erin@mail.test>")) {
      for (String mail :
          List.of(
              added + "\r\n" + signed, signed.replace("\r\n\r\n", "\r\n" + added + "\r\n\r\n"))) {
        IntakeResult answer = ((MailInbound.Result.Stopped) receive(mail)).result();
        assertThat(((IntakeResult.Refused) answer).reason().kind())
            .as(added)
            .isEqualTo(Reason.Kind.MALFORMED);
      }
    }
  }

  @Test
  void aSecondFieldOfWhatIsShownNowhereIsTaken() throws Exception {
    String signed = signed(MAIL, USUAL);
    for (String added : List.of("To: you@mail.test", "Cc: you@mail.test", "MIME-Version: 1.0")) {
      Envelope got = taken(added + "\r\n" + added + "\r\n" + signed);

      assertThat(got.provenance().verified()).as(added).isTrue();
      assertThat(text(got)).isEqualTo("At one.\n\nNot at two.");
    }
  }

  @Test
  void aSubjectThatNobodySignedIsNotVerified() throws Exception {
    String without = MAIL.replace("Subject: Lunch\r\n", "");

    assertThat(taken(signed(without, "from:to:date")).provenance().verified()).isTrue();
    assertThat(taken("Subject: Pay Mallory\r\n" + signed(without, "from:to:date")).provenance())
        .satisfies(provenance -> assertThat(provenance.verified()).isFalse())
        .satisfies(provenance ->
            assertThat(provenance.checks())
                .anyMatch(check -> check.name().equals("dkim") && check.result().equals("policy")));
  }

  @Test
  void whatTheSignatureTakesForTheBodyIsReadAsTheBody() throws Exception {
    Envelope got = taken(signed(MAIL, USUAL).replace("\r\n\r\nAt one.", "\r\nAt one."));

    assertThat(got.provenance().verified()).isTrue();
    assertThat(text(got)).isEqualTo("At one.\n\nNot at two.");
  }

  @Test
  void aFieldIsTheSameToAllWhoReadIt() throws Exception {
    String html =
        MAIL.replace("text/plain", "text/html").replace("At one.", "<p>At <b>one</b>.</p>");

    // White space before a colon is nothing to a relaxed signature.
    Envelope got = taken(signed(html, USUAL).replace("Content-Type:", "Content-Type :"));

    assertThat(got.provenance().verified()).isTrue();
    assertThat(text(got)).startsWith("At one.").doesNotContain("<p>");
  }
}
