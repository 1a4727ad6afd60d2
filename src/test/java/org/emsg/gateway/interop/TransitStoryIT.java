package org.emsg.gateway.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.emsg.gateway.emsg.EsmpClient.Received;
import org.emsg.gateway.interop.ClientsPeer.Swaks;
import org.emsg.gateway.interop.XmppUser.Stanza;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

/// Dave in XMPP and Erin in mail, through a gateway that neither of them has an account at; and
/// Mallory, who writes mail in Dave's name.
@RealPeers
@TestInstance(Lifecycle.PER_CLASS)
class TransitStoryIT {

  private static final String DAVE_IN_MAIL = "dave__xmpp.test@xmpp.a.test";
  private static final String ERIN_IN_XMPP = "erin__mail.test@mail.a.test";

  @TempDir Path folder;
  private XmppServerPeer server;
  private MailPeer site;

  @BeforeAll
  void startPeers() {
    server =
        new ProsodyPeer("xmpp.test", List.of("dave", "dora"), GatewaySetup.facesInXmpp("a.test"));
    site = new MailPeer("mail.test", "erin", "eve");
    DnsPeer.shared().zone("mail.test", site.records());
    // A domain that is on XMPP, and whose owner says nothing about its mail.
    DnsPeer.shared().zone("xmpp.test", "_xmpp-server._tcp SRV 0 0 5269 xmpp.test.");
  }

  @AfterAll
  void stopPeers() {
    server.close();
    site.close();
  }

  private GatewaySetup setup(String name) {
    return GatewaySetup.of(folder.resolve(name), "a.test").joins(server).exchangesMailWith(site);
  }

  @Test
  void daveAndErinTalkWhereARuleLetsThem() {
    try (GatewayProcess gateway =
            setup("ruled")
                .rule("{match: 'erin#mail.test', network: smtp, transit: {from: '*#xmpp.test'}}")
                .rule("{match: '*#xmpp.test', network: xmpp, transit: {from: '*#mail.test'}}")
                .start()
                .awaitHealthy();
        XmppUser dave = server.connect("dave")) {
      gateway.publishRecords();

      dave.chat(ERIN_IN_XMPP, "Tea, Erin?");
      Mail asked = site.mailbox("erin").awaitMail(mail -> mail.text().strip().equals("Tea, Erin?"));
      assertThat(asked.header("From").orElse("")).contains(DAVE_IN_MAIL);
      assertThat(asked.signatures()).as("signatures").isNotEmpty().allMatch(s -> s.valid());

      String id = asked.header("Message-ID").orElseThrow();
      Swaks written =
          site.write(
              "erin@mail.test",
              DAVE_IN_MAIL,
              "Re: Tea",
              "At five, Dave.",
              "--header",
              "In-Reply-To: " + id);
      assertThat(written.accepted()).as(written.transcript()).isTrue();
      Stanza answered =
          dave.awaitStanza("Erin's answer", stanza -> stanza.body().contains("At five, Dave."));
      assertThat(answered.from()).isEqualTo(ERIN_IN_XMPP);

      strangersMayNot(gateway, dave);
    }
  }

  /// The rules name who may; nobody else may, nor who only says that they are one of them.
  private void strangersMayNot(GatewayProcess gateway, XmppUser dave) {
    dave.chat("eve__mail.test@mail.a.test", "Tea, Eve?");
    Stanza refused = dave.awaitError();
    assertThat(refused.from()).isEqualTo("eve__mail.test@mail.a.test");
    assertThat(refused.error().orElseThrow().condition()).isEqualTo("forbidden");
    assertThat(refused.error().orElseThrow().text()).isNotBlank();

    Swaks forged = forge(gateway, "erin@mail.test", DAVE_IN_MAIL, "Tea at my house.");
    assertThat(forged.accepted()).isFalse();
    assertThat(forged.transcript()).containsPattern("<[*~]* 5\\d\\d 5\\.7\\.");
    Swaks elsewhere = forge(gateway, "mallory@evil.test", DAVE_IN_MAIL, "Tea at my house.");
    assertThat(elsewhere.accepted()).isFalse();
    assertThat(elsewhere.transcript()).containsPattern("<[*~]* 5\\d\\d 5\\.7\\.");
    assertThat(dave.takeMessages()).isEmpty();
  }

  @Test
  void withoutARuleTheGatewayIsNoRelay() {
    try (GatewayProcess gateway = setup("unruled").start().awaitHealthy();
        XmppUser dave = server.connect("dave")) {
      gateway.publishRecords();
      dave.chat(ERIN_IN_XMPP, "Tea, Erin?");
      Stanza refused = dave.awaitError();
      assertThat(refused.error().orElseThrow().condition()).isEqualTo("forbidden");
      assertThat(refused.error().orElseThrow().text()).isNotBlank();

      site.write("eve@mail.test", DAVE_IN_MAIL, "Tea", "Tea, Dave?");
      Mail returned =
          site.mailbox("eve")
              .awaitMail(mail -> mail.header("From").orElse("").contains("MAILER-DAEMON"));
      assertThat(returned.raw()).contains(DAVE_IN_MAIL).contains("5.7.1");
    }
  }

  @Test
  void aForgedMailChangesNothingBetweenAliceAndDave() {
    try (GatewayProcess gateway = setup("forged").start().awaitHealthy();
        EmsgUser alice = EmsgUser.join(gateway, "alice");
        XmppUser dave = server.connect("dave")) {
      dave.chatInThread("alice@emsg.a.test", "Tea, Alice?", "tea-time");
      Received asked = alice.awaitMessage("Tea, Alice?");
      assertThat(alice.reply(asked, "At five, Dave.").code()).isEqualTo(202);
      dave.awaitMessage("At five, Dave.");

      Swaks forged = forge(gateway, "dave@xmpp.test", "alice@a.test", "Bring your purse.");
      assertThat(forged.accepted()).as(forged.transcript()).isTrue();
      Received lie =
          alice.awaitReceived("the forged mail", one -> one.body().contains("Bring your purse."));
      assertThat(lie.json().at("/bridge/verified/sender").asText()).isEqualTo("unverified");
      assertThat(lie.json().at("/bridge/origin").asText()).isEqualTo("smtp");
      assertThat(lie.json().path("thread").asText()).isNotEqualTo("tea-time");

      assertThat(alice.say("dave#xmpp.test", "Which purse?").code()).isEqualTo(202);
      Stanza puzzled = dave.awaitMessage("Which purse?");
      assertThat(puzzled.from()).isEqualTo("alice@emsg.a.test");
      assertThat(puzzled.xml()).doesNotContain("purse.");
    }
  }

  /// Mail from a machine that nobody vouches for.
  private static Swaks forge(GatewayProcess gateway, String from, String to, String body) {
    return ClientsPeer.shared()
        .swaks(
            "--server",
            Peer.HOST + ":" + gateway.setup().smtpPort(),
            "--from",
            from,
            "--to",
            to,
            "--header",
            "Subject: Tea",
            "--body",
            body);
  }
}
