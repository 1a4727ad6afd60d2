package org.emsg.gateway.interop;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import org.emsg.gateway.emsg.EsmpClient.Received;
import org.emsg.gateway.interop.ClientsPeer.Swaks;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Alice at home, Erin at a mail site that is not ours.
@RealPeers
class MailStoryIT {

  @TempDir Path folder;

  @Test
  void aliceAndErinWriteToEachOther() {
    try (MailPeer site = new MailPeer("mail.test", "erin");
        GatewayProcess gateway =
            GatewaySetup.of(folder, "a.test").exchangesMailWith(site).start().awaitHealthy();
        EmsgUser alice = EmsgUser.join(gateway, "alice")) {
      DnsPeer.shared().zone("mail.test", site.records());
      gateway.publishRecords();

      Received asked = erinWritesToAlice(site, alice);
      ObjectNode answer = alice.answerTo(asked, "At five, Erin.");
      assertThat(alice.send(answer).code()).isEqualTo(202);
      Mail answered = erinReadsTheAnswer(site);
      erinRepliesInTheSameThread(site, alice, asked, answer, answered);
      aliceHearsThatThereIsNoSuchMailbox(alice);
    }
  }

  private static Received erinWritesToAlice(MailPeer site, EmsgUser alice) {
    Swaks written =
        site.write(
            "erin@mail.test",
            "alice@a.test",
            "Tea",
            "Tea, Alice?",
            "--header",
            "Message-Id: <tea@mail.test>");
    assertThat(written.accepted()).as(written.transcript()).isTrue();
    Received asked =
        alice.awaitReceived("Erin's mail", one -> one.body().strip().endsWith("Tea, Alice?"));
    assertThat(asked.sender()).isEqualTo("erin#mail.test");
    assertThat(asked.json().at("/bridge/origin").asText()).isEqualTo("smtp");
    assertThat(asked.json().at("/bridge/verified/dkim").asText()).isEqualTo("pass");
    assertThat(asked.json().at("/bridge/verified/spf").asText()).isEqualTo("pass");
    assertThat(asked.json().at("/bridge/verified/dmarc").asText()).isEqualTo("pass");
    return asked;
  }

  private static Mail erinReadsTheAnswer(MailPeer site) {
    Mail answered =
        site.mailbox("erin").awaitMail(mail -> mail.text().strip().equals("At five, Erin."));
    assertThat(answered.header("From").orElse("")).contains("alice@a.test");
    assertThat(answered.header("In-Reply-To")).contains("<tea@mail.test>");
    assertThat(answered.header("References").orElse("")).contains("<tea@mail.test>");
    assertThat(answered.isSignedBy("a.test")).as("%s", answered.signatures()).isTrue();
    assertThat(answered.header("Authentication-Results").orElse("")).contains("dkim=pass");
    return answered;
  }

  private static void erinRepliesInTheSameThread(
      MailPeer site, EmsgUser alice, Received asked, ObjectNode answer, Mail answered) {
    String id = answered.header("Message-ID").orElseThrow();
    site.write(
        "erin@mail.test",
        "alice@a.test",
        "Re: Tea",
        "Fine.\n\nOn Sunday alice@a.test wrote:\n> At five, Erin.\n",
        "--header",
        "In-Reply-To: " + id,
        "--header",
        "References: <tea@mail.test> " + id);
    Received fine = alice.awaitReceived("Erin's reply", one -> one.body().contains("Fine."));
    assertThat(fine.body()).doesNotContain("At five");
    assertThat(fine.json().path("reply_to").asText()).isEqualTo(answer.path("message_id").asText());
    assertThat(fine.json().path("thread").asText())
        .isEqualTo(asked.json().path("message_id").asText());
  }

  private static void aliceHearsThatThereIsNoSuchMailbox(EmsgUser alice) {
    ObjectNode hello = alice.draft("nobody#mail.test", "Is anybody there?");
    assertThat(alice.send(hello).code()).isEqualTo(202);
    ObjectNode bounced = alice.awaitBounceOf(hello);
    assertThat(bounced.path("status").asText()).startsWith("5.1.1");
    assertThat(bounced.path("failed_recipient").asText()).isEqualTo("nobody#mail.test");
    assertThat(bounced.path("code").asInt()).isEqualTo(404);
  }
}
