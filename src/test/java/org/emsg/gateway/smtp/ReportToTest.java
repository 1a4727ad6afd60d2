package org.emsg.gateway.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.emsg.gateway.fixtures.World;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Envelope;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Who is told where a mail fails later.
class ReportToTest {
  private static final String MAIL = Mails.plain("erin@mail.test", "alice@a.test", "x", "hello");
  private static final Address.Smtp BOUNCES =
      new Address.Smtp("list-bounces", "list.test", "List-Bounces");

  private final MailInbound inbound = new MailInbound();
  private final SparingSigner erin = SparingSigner.of("mail.test");

  @BeforeEach
  void publish() {
    erin.publish(inbound.dns);
    inbound.dns.txt("list.test", "v=spf1 ip4:192.0.2.9 -all");
  }

  private Optional<Address> reportTo(String mail, String client, String reversePath)
      throws Exception {
    byte[] signed = erin.sign(mail, "from:to:subject:date").getBytes(StandardCharsets.UTF_8);
    Envelope got =
        ((MailInbound.Result.Taken) inbound.receive(signed, client, reversePath)).envelope();
    assertThat(got.sender()).isEqualTo(World.ERIN);
    assertThat(got.provenance().verified()).isTrue();
    return got.reportTo();
  }

  @Test
  void itIsTheEnvelopeSenderAndNotTheAuthor() throws Exception {
    assertThat(reportTo(MAIL, "192.0.2.9", "List-Bounces@list.test")).hasValue(BOUNCES);
    assertThat(reportTo(MAIL, "192.0.2.1", "erin@mail.test")).hasValue(World.ERIN);
    assertThat(reportTo(MAIL, "192.0.2.1", "b-17@bounces.mail.test"))
        .hasValue(new Address.Smtp("b-17", "bounces.mail.test", "b-17"));
  }

  @Test
  void nobodyIsToldWhomAStrangerNamed() throws Exception {
    assertThat(reportTo(MAIL, "198.51.100.1", "list-bounces@list.test")).isEmpty();
    assertThat(reportTo(MAIL, "192.0.2.1", "victim@elsewhere.test")).isEmpty();
    assertThat(reportTo(MAIL, "192.0.2.1", "victim@notmail.test")).isEmpty();
  }

  @Test
  void noProgramIsTold() throws Exception {
    assertThat(reportTo(MAIL, "192.0.2.1", "")).isEmpty();
    for (String automatic :
        List.of("auto-replied", "auto-generated; x=y", "Auto-Notified", "nope")) {
      String mail = "Auto-Submitted: " + automatic + "\r\n" + MAIL;
      assertThat(reportTo(mail, "192.0.2.1", "erin@mail.test")).as(automatic).isEmpty();
    }
    for (String personal : List.of("no", "No (said by hand)", " no; x=y")) {
      String mail = "Auto-Submitted: " + personal + "\r\n" + MAIL;
      assertThat(reportTo(mail, "192.0.2.1", "erin@mail.test")).as(personal).isPresent();
    }
  }
}
