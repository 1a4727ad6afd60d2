package org.emsg.gateway.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import org.emsg.gateway.fixtures.Envelopes;
import org.emsg.gateway.fixtures.FakeDns;
import org.emsg.gateway.fixtures.World;
import org.emsg.gateway.gateway.IntakeResult;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Body;
import org.emsg.gateway.model.Envelope;
import org.emsg.gateway.model.Event;
import org.emsg.gateway.model.MessageId;
import org.emsg.gateway.model.Network;
import org.emsg.gateway.model.Outcome;
import org.emsg.gateway.model.Provenance;
import org.emsg.gateway.model.Reason;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Two mail edges over loopback: `a.test` and `b.test` write to one another through real sockets,
/// with TLS, DKIM, SPF and DMARC, by a DNS of the test's own.
class TwoSitesTest {
  private static final Address.Smtp BOB = new Address.Smtp("bob", "b.test", "bob");
  private static final Address.Smtp ALICE = new Address.Smtp("alice", "a.test", "alice");
  private static final Address.Emsg BOB_AT_HOME = new Address.Emsg("bob", "b.test");
  private static final String B_MAPPING = World.MAPPING.replace("a.test", "b.test");

  @TempDir Path directory;

  private final FakeDns dns = new FakeDns();
  private MailSite b;
  private MailSite a;

  @BeforeEach
  void connect() {
    b = new MailSite(directory.resolve("b"), dns, B_MAPPING, config -> config);
    a =
        new MailSite(
            directory.resolve("a"),
            dns,
            World.MAPPING,
            config -> MailSite.with(config, Map.of("exchangePort", b.address().getPort())));
    dns.mx("b.test", 10, "mx.b.test").address("mx.b.test", "127.0.0.1");
    publish(a, "a.test");
    dns.txt("_dmarc.a.test", "v=DMARC1; p=reject; adkim=s");
  }

  @AfterEach
  void disconnect() {
    a.close();
    b.close();
  }

  private void publish(MailSite site, String domain) {
    dns.txt(
        "emsg._domainkey." + domain,
        "v=DKIM1; k=rsa; p="
            + Base64.getEncoder().encodeToString(site.keys.rsaPublic(domain).getEncoded()));
  }

  @Test
  void aMessageArrivesVerifiedWithItsTextNameAndId() {
    Envelope hello =
        Envelopes.from(World.ALICE)
            .to(BOB)
            .event(
                new Event.Posted(
                    new Body(
                        "Héllo Bob,\n\n.a dot first\nlunch?",
                        Optional.empty(),
                        Optional.of("Mittag – heute?"),
                        Optional.empty()),
                    java.util.List.of(),
                    Optional.empty(),
                    Optional.empty()))
            .envelope();

    assertThat(a.send(hello, BOB)).isEqualTo(Outcome.Delivered.plain());

    Envelope got = b.intake.only();
    assertThat(got.sender()).isEqualTo(ALICE);
    assertThat(got.recipients()).containsExactly(BOB);
    assertThat(got.id()).isEqualTo(a.edge.minting().mint(hello, BOB));
    assertThat(got.id().value()).matches("[a-z2-7]{26}@a\\.test");
    Event.Posted posted = (Event.Posted) got.event();
    assertThat(posted.body().text()).isEqualTo("Héllo Bob,\n\n.a dot first\nlunch?");
    assertThat(posted.body().subject()).hasValue("Mittag – heute?");
    assertThat(got.provenance().verified()).isTrue();
    assertThat(got.provenance().checks())
        .extracting(Provenance.Check::name, Provenance.Check::result)
        .contains(
            org.assertj.core.groups.Tuple.tuple("dkim", "pass"),
            org.assertj.core.groups.Tuple.tuple("dmarc", "pass"),
            org.assertj.core.groups.Tuple.tuple("tls", "pass"));
  }

  @Test
  void severalMessagesGoOverOneConnection() {
    for (int i = 0; i < 5; i++) {
      assertThat(a.send(Envelopes.from(World.ALICE).to(BOB).text("m" + i).envelope(), BOB))
          .isEqualTo(Outcome.Delivered.plain());
    }

    assertThat(b.intake.envelopes()).hasSize(5);
    assertThat(b.edge.connections()).isEqualTo(1);
  }

  @Test
  void aReplyNamesTheMessageThatItAnswers() {
    Envelope first = Envelopes.from(World.ALICE).to(BOB).text("lunch?").envelope();
    a.send(first, BOB);
    MessageId firstOnWire = b.intake.only().id();

    // Bob answers; the gateway of b.test knows alice's mail by its Message-ID.
    MailSite back =
        new MailSite(
            directory.resolve("back"),
            dns.mx("a.test", 10, "mx.a.test").address("mx.a.test", "127.0.0.1"),
            B_MAPPING,
            config -> MailSite.with(config, Map.of("exchangePort", a.address().getPort())));
    publish(back, "b.test");
    back.ids.remember(
        org.emsg.gateway.model.ConversationId.of(BOB_AT_HOME, ALICE),
        Map.of(Network.EMSG, new MessageId("on-emsg"), Network.SMTP, firstOnWire),
        new org.emsg.gateway.gateway.IdMap.Sent(
            first.trace(),
            org.emsg.gateway.model.ConversationId.of(BOB_AT_HOME, ALICE),
            BOB_AT_HOME,
            ALICE,
            true));
    Envelope answer =
        Envelopes.from(BOB_AT_HOME)
            .to(ALICE)
            .event(
                new Event.Posted(
                    Body.of("yes"),
                    java.util.List.of(),
                    Optional.of(new MessageId("on-emsg")),
                    Optional.of(new MessageId("on-emsg"))))
            .envelope();
    try (back) {
      assertThat(back.send(answer, ALICE)).isEqualTo(Outcome.Delivered.plain());
    }

    Event.Posted posted = (Event.Posted) a.intake.only().event();
    assertThat(posted.replyTo()).hasValue(firstOnWire);
    assertThat(posted.thread()).hasValue(firstOnWire);
    assertThat(posted.body().subject()).hasValue("Re: Message from bob");
  }

  @Test
  void aForgedSenderIsRefusedWhereTheDomainAsksForIt() {
    dns.forget("emsg._domainkey.a.test").txt("emsg._domainkey.a.test", "v=DKIM1; p=");

    Outcome outcome = a.send(Envelopes.from(World.ALICE).to(BOB).envelope(), BOB);

    assertThat(outcome).isInstanceOf(Outcome.Rejected.class);
    assertThat(((Outcome.Rejected) outcome).reason().status()).hasValue("5.7.26");
    assertThat(b.intake.envelopes()).isEmpty();
  }

  @Test
  void whatNobodyVouchesForIsDeliveredAsUnverifiedElsewhere() {
    dns.forget("_dmarc.a.test").forget("emsg._domainkey.a.test");

    assertThat(a.send(Envelopes.from(World.ALICE).to(BOB).envelope(), BOB))
        .isEqualTo(Outcome.Delivered.plain());

    assertThat(b.intake.only().provenance().verified()).isFalse();
  }

  @Test
  void aFailingDnsPutsItOff() {
    dns.forget("emsg._domainkey.a.test").failing("emsg._domainkey.a.test");

    Outcome outcome = a.send(Envelopes.from(World.ALICE).to(BOB).envelope(), BOB);

    assertThat(outcome).isInstanceOf(Outcome.Deferred.class);
    assertThat(((Outcome.Deferred) outcome).scope()).isEqualTo(Outcome.Deferred.Scope.CONVERSATION);
    assertThat(b.intake.envelopes()).isEmpty();
  }

  @Test
  void aRefusalOfTheIntakeReachesTheSender() {
    b.intake.willAnswer(
        new IntakeResult.Refused(Reason.of(Reason.Kind.NOT_ALLOWED, "No mail from there.")));

    Outcome outcome = a.send(Envelopes.from(World.ALICE).to(BOB).envelope(), BOB);

    assertThat(((Outcome.Rejected) outcome).reason().kind()).isEqualTo(Reason.Kind.NOT_ALLOWED);
  }

  @Test
  void theAnswerWaitsForTheCommit() {
    var commit = new java.util.concurrent.CompletableFuture<IntakeResult>();
    b.intake.willAnswer(commit);
    Envelope hello = Envelopes.from(World.ALICE).to(BOB).envelope();

    var sending = java.util.concurrent.CompletableFuture.supplyAsync(() -> a.send(hello, BOB));
    org.awaitility.Awaitility.await().until(() -> b.intake.envelopes().size() == 1);
    assertThat(sending).isNotDone();
    commit.complete(new IntakeResult.Accepted(hello.trace(), false));

    assertThat(sending.join()).isEqualTo(Outcome.Delivered.plain());
  }

  @Test
  void aReportThatComesBackToOurEnvelopeSenderIsABounce() throws Exception {
    Envelope hello = Envelopes.from(World.ALICE).to(World.ERIN).id("alice-1").envelope();
    MessageId nativeId = a.edge.minting().mint(hello, World.ERIN);
    a.send(hello, World.ERIN); // no MX: nothing goes, but the id map knows it
    String path =
        new EnvelopeSenders(
                new org.emsg.gateway.crypto.Macs(org.emsg.gateway.model.Bytes.wrap(new byte[32])))
            .make(nativeId);

    try (Dialogue client = Dialogue.with(a.address())) {
      client.hear();
      client.say("EHLO mx.mail.test");
      assertThat(client.say("MAIL FROM:<>")).startsWith("250");
      assertThat(client.say("RCPT TO:<" + path + ">")).startsWith("250");
      assertThat(client.say("DATA")).startsWith("354");
      assertThat(client.say(Mails.report("erin@mail.test", "5.1.1") + "\r\n."))
          .startsWith("250 2.0.0");
    }

    Envelope bounce = a.intake.only();
    assertThat(bounce.sender()).isEqualTo(World.ERIN);
    assertThat(bounce.recipients()).containsExactly(ALICE);
    assertThat(bounce.provenance().verified()).isTrue();
    Event.Bounced bounced = (Event.Bounced) bounce.event();
    assertThat(bounced.target()).isEqualTo(nativeId);
    assertThat(bounced.recipient()).isEqualTo(World.ERIN);
    assertThat(bounced.reason().kind()).isEqualTo(Reason.Kind.NO_SUCH_USER);
    assertThat(bounced.reason().status()).hasValue("5.1.1");
  }

  @Test
  void aBounceGoesOutAsAReportWithTheNullSender() {
    Envelope bounce =
        Envelopes.from(new Address.Emsg("", "a.test"))
            .to(BOB)
            .event(
                new Event.Bounced(
                    new MessageId("bobs-mail@b.test"),
                    World.DAVE,
                    Reason.of(Reason.Kind.NO_SUCH_USER, "Nobody is called so.", "item-not-found")))
            .envelope();

    Outcome outcome = a.send(bounce, BOB);

    // The other gateway knows no envelope sender of its own in it: it takes no such report.
    assertThat(((Outcome.Rejected) outcome).reason().kind()).isEqualTo(Reason.Kind.NOT_ALLOWED);
    assertThat(b.intake.envelopes()).isEmpty();
  }
}
