package org.emsg.gateway.smtp.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SmtpCommandTest {
  @Test
  void readsPathsAndParameters() {
    assertThat(SmtpCommand.parse("mail from:<a@x.test> size=12 body=8bitmime SMTPUTF8"))
        .isEqualTo(new SmtpCommand.Mail("a@x.test", 12, true));
    assertThat(SmtpCommand.parse("MAIL FROM:<>")).isEqualTo(new SmtpCommand.Mail("", 0, false));
    assertThat(SmtpCommand.parse("MAIL FROM: <a@x.test>"))
        .isEqualTo(new SmtpCommand.Mail("a@x.test", 0, false));
    assertThat(SmtpCommand.parse("RCPT TO:<\"a > b\\\"c\"@x.test>"))
        .isEqualTo(new SmtpCommand.Recipient("\"a > b\\\"c\"@x.test"));
    assertThat(SmtpCommand.parse("RCPT TO:<@one.test,@two.test:a@x.test>"))
        .isEqualTo(new SmtpCommand.Recipient("a@x.test"));
  }

  @Test
  void sayWhatIsWrong() {
    assertThat(codes("MAIL FROM:a@x.test", "MAIL", "MAIL TO:<a@x.test>", "MAIL FROM:<a@x.test"))
        .containsOnly(501);
    assertThat(codes("MAIL FROM:<a@x.test>SIZE=1", "MAIL FROM:<a@x.test> SIZE=-1"))
        .containsOnly(501);
    assertThat(codes("MAIL FROM:<a@x.test> SIZE=1 SIZE=2", "MAIL FROM:<a@x.test> BODY=BINARYMIME"))
        .containsOnly(501);
    assertThat(codes("MAIL FROM:<a@x.test> RET=HDRS", "RCPT TO:<a@x.test> NOTIFY=NEVER"))
        .containsOnly(555);
    assertThat(codes("RCPT TO:<>", "RCPT TO:<a\u0001@x.test>", "DATA x", "STARTTLS now", "EHLO"))
        .containsOnly(501);
    assertThat(codes("", " ", "MAILFROM:<a@x.test>", "\u00e9")).containsOnly(500);
    assertThat(codes("AUTH PLAIN x", "BDAT 5 LAST")).containsOnly(502);
  }

  private static List<Integer> codes(String... lines) {
    return List.of(lines).stream()
        .map(SmtpCommand::parse)
        .map(command -> ((SmtpCommand.Wrong) command).reply().code())
        .toList();
  }
}
