package org.emsg.gateway.smtp;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.emsg.gateway.crypto.SelfSigned;
import org.emsg.gateway.fixtures.FakeDns;
import org.emsg.gateway.fixtures.World;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Bytes;
import org.emsg.gateway.model.MessageId;
import org.emsg.gateway.model.Outcome;
import org.emsg.gateway.model.Reason;
import org.emsg.gateway.model.TraceId;
import org.emsg.gateway.net.Cidr;
import org.emsg.gateway.net.OutboundGuard;
import org.emsg.gateway.net.TlsContexts;
import org.emsg.gateway.net.TlsIdentity;
import org.emsg.gateway.net.TrustedRoots;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What another server's answers mean, and which server is asked at all.
class SmtpClientTest {
  private final SelfSigned own =
      SelfSigned.make(List.of("relay.test"), Instant.now(), Duration.ofDays(1), new SecureRandom());

  private final TlsContexts tls =
      new TlsContexts(
          () -> new TlsIdentity(own.key(), List.of(own.certificate())),
          new TrustedRoots(List.of(own.certificate())));
  private final FakeDns dns = new FakeDns();
  private ScriptedServer server;
  private SmtpClient client;

  @BeforeEach
  void start() throws IOException {
    server = new ScriptedServer();
    dns.mx("mail.test", 10, "mx.mail.test").address("mx.mail.test", "127.0.0.1");
    client = client(Map.of(), new OutboundGuard(List.of(Cidr.parse("127.0.0.0/8")), Set.of()));
  }

  @AfterEach
  void stop() throws IOException {
    client.close();
    server.close();
  }

  private SmtpClient client(Map<String, Object> settings, OutboundGuard guard) {
    SmtpConfig config =
        MailSite.with(
            MailSite.with(
                SmtpConfig.defaults(),
                Map.of("exchangePort", server.port(), "replyTimeout", Duration.ofMillis(800))),
            settings);
    return new SmtpClient(
        config,
        "a.test",
        new MailTargets(dns, guard, host -> host.equals("mx.a.test"), new SplittableRandom(1)),
        tls::client);
  }

  private void clientOf(Map<String, Object> settings) {
    client.close();
    client = client(settings, new OutboundGuard(List.of(Cidr.parse("127.0.0.0/8")), Set.of()));
  }

  private void clientOf(SmtpConfig.Relay relay) {
    dns.address("relay.test", "127.0.0.1");
    client.close();
    client = client(Map.of("relay", relay), new OutboundGuard(List.of(), Set.of()));
  }

  private SmtpConfig.Relay relay(SmtpConfig.Tls tls, String user, String password) {
    return new SmtpConfig.Relay("relay.test", server.port(), tls, user, password);
  }

  private static OutgoingMail mail(Address.Smtp recipient) {
    return mail(recipient, "From: alice@a.test\r\n\r\n.hello\r\n");
  }

  private static OutgoingMail mail(Address.Smtp recipient, String content) {
    return new OutgoingMail(
        TraceId.next(World.NOON, new SplittableRandom(1)),
        new MessageId("abc@a.test"),
        recipient.domain(),
        "a.test",
        "b+abc.tag@a.test",
        recipient,
        Bytes.utf8(content));
  }

  private Outcome send() {
    return client.send(mail(World.ERIN));
  }

  @Test
  void handsAMessageOverWithItsEnvelopeAndDots() {
    assertThat(send()).isEqualTo(Outcome.Delivered.plain());
    assertThat(server.heard())
        .containsSubsequence(
            "EHLO a.test",
            "MAIL FROM:<b+abc.tag@a.test> SIZE=30",
            "RCPT TO:<erin@mail.test>",
            "DATA",
            "..hello",
            ".");
  }

  @Test
  void aRefusalAtAnyPointIsFinalAndTheConnectionLivesOn() {
    for (String command : List.of("MAIL", "RCPT", "DATA", ".")) {
      server.says(command, "550 5.1.1 no such user");
      Outcome outcome = send();
      assertThat(outcome).isInstanceOf(Outcome.Rejected.class);
      Reason reason = ((Outcome.Rejected) outcome).reason();
      assertThat(reason.kind()).isEqualTo(Reason.Kind.NO_SUCH_USER);
      assertThat(reason.status()).hasValue("5.1.1");
      server.says(command, command.equals("DATA") ? "354 go" : "250 2.0.0 ok");
      assertThat(send()).isEqualTo(Outcome.Delivered.plain());
    }
    assertThat(server.connections()).isEqualTo(1);
  }

  @Test
  void aRefusalIsFinalThoughTheServerHangsUpBehindIt() {
    for (String ehlo : List.of("250-mx.mail.test\r\n250 PIPELINING", "250 mx.mail.test")) {
      server.says("EHLO", ehlo).says("RCPT", "550 5.1.1 no such user").says("RSET", "");
      assertThat(send()).as("at RSET").isInstanceOf(Outcome.Rejected.class);
      server.hangsUpAfter("RCPT");
      assertThat(send()).as("at once").isInstanceOf(Outcome.Rejected.class);
      server.hangsUpAfter("none").says("DATA", "354 go").says(".", "");
      assertThat(send()).as("when told to go on").isInstanceOf(Outcome.Rejected.class);
      server.says("RCPT", "521 5.3.2 no mail here").says("RSET", "250 2.0.0 ok");
      assertThat(send()).as("with 521").isInstanceOf(Outcome.Rejected.class);
      server.says("RCPT", "250 2.1.5 ok").says(".", "250 2.0.0 taken");
      assertThat(send()).isEqualTo(Outcome.Delivered.plain());
    }
  }

  @Test
  void aServerThatBreaksOffAtOneMessageStopsNotTheLaneBehindIt() {
    server.says("RCPT", "");

    Outcome.Deferred deferred = (Outcome.Deferred) send();

    assertThat(deferred.scope()).isEqualTo(Outcome.Deferred.Scope.CONVERSATION);
    assertThat(deferred.certain()).isTrue();
  }

  @Test
  void itIsDeliveredWhateverWordsTheServerHasForIt() {
    for (String taken :
        List.of(
            "250 2.0.0 angenommen f\u00fcr erin",
            "250-2.0.0 taken\n250 and only LF",
            "250 2.0.0 " + "x".repeat(5_000),
            "250")) {
      server.says(".", taken);
      assertThat(send()).as(taken).isEqualTo(Outcome.Delivered.plain());
    }
    assertThat(server.connections()).isEqualTo(1);
  }

  @Test
  void aServerThatStopsReadingIsGivenUp() {
    clientOf(Map.of("replyTimeout", Duration.ofMillis(200), "idle", Duration.ofMillis(20)));
    server.readsNothingAfter("DATA").shakesHandsWith(tls.server()).says("STAR", "220 2.0.0 go");
    for (String ehlo : List.of("250 mx.mail.test", "250-mx.mail.test\r\n250 STARTTLS")) {
      server.says("EHLO", ehlo);

      Outcome.Deferred deferred =
          (Outcome.Deferred)
              client.send(mail(World.ERIN, ("x".repeat(70) + "\r\n").repeat(100_000)));

      assertThat(deferred.scope()).isEqualTo(Outcome.Deferred.Scope.CONVERSATION);
      assertThat(deferred.certain()).as("it has no end of the message").isTrue();
      assertThat(deferred.reason().kind()).isEqualTo(Reason.Kind.REMOTE_TIMEOUT);
    }
  }

  @Test
  void aGreylistedMailboxWaitsAlone() {
    server.says("RCPT", "450 4.2.0 greylisted, come again");

    Outcome.Deferred deferred = (Outcome.Deferred) send();

    assertThat(deferred.scope()).isEqualTo(Outcome.Deferred.Scope.CONVERSATION);
    assertThat(deferred.certain()).isTrue();
    assertThat(deferred.reason().status()).hasValue("4.2.0");
  }

  @Test
  void aServerThatGoesStopsTheLane() {
    server.says("RCPT", "421 4.3.2 shutting down");
    assertThat(((Outcome.Deferred) send()).scope()).isEqualTo(Outcome.Deferred.Scope.LANE);
    server.says("connect", "421 4.7.0 too many connections");
    assertThat(((Outcome.Deferred) send()).scope()).isEqualTo(Outcome.Deferred.Scope.LANE);
    server.says("connect", "");
    assertThat(((Outcome.Deferred) send()).scope()).isEqualTo(Outcome.Deferred.Scope.LANE);
  }

  @Test
  void aConnectionThatDiesAfterTheFinalDotLeavesItUncertain() {
    server.says(".", "");

    Outcome.Deferred deferred = (Outcome.Deferred) send();

    assertThat(deferred.certain()).isFalse();
  }

  @Test
  void aConnectionThatDiesBeforeTheDataLeavesItCertain() {
    server.says("DATA", "");

    assertThat(((Outcome.Deferred) send()).certain()).isTrue();
  }

  @Test
  void aServerThatFallsSilentIsGivenUp() {
    server.says("EHLO", "250-never ends");

    Outcome.Deferred deferred = (Outcome.Deferred) send();

    assertThat(deferred.scope()).isEqualTo(Outcome.Deferred.Scope.LANE);
    assertThat(deferred.reason().kind()).isEqualTo(Reason.Kind.REMOTE_TIMEOUT);
  }

  @Test
  void aKeptConnectionThatWasClosedMeanwhileCostsNothing() {
    assertThat(send()).isEqualTo(Outcome.Delivered.plain());
    server.says("MAIL", "421 4.4.2 idle too long");
    Outcome first = send();
    server.says("MAIL", "250 2.1.0 ok");

    assertThat(first).as("a fresh connection says it too").isInstanceOf(Outcome.Deferred.class);
    assertThat(server.connections()).isEqualTo(2);
    assertThat(send()).isEqualTo(Outcome.Delivered.plain());
  }

  @Test
  void speaksHeloAndOneByOneToAnOldServer() {
    server.says("EHLO", "502 what?").says("HELO", "250 mx.mail.test");

    assertThat(send()).isEqualTo(Outcome.Delivered.plain());
    assertThat(server.heard()).contains("MAIL FROM:<b+abc.tag@a.test>");
  }

  @Test
  void whatTheServerCannotTakeIsNotSent() {
    server.says("EHLO", "250-mx.mail.test\r\n250 SIZE 10");
    assertThat(((Outcome.Rejected) send()).reason().kind()).isEqualTo(Reason.Kind.TOO_LARGE);

    Outcome outcome = client.send(mail(new Address.Smtp("käthe", "mail.test", "käthe")));
    assertThat(((Outcome.Rejected) outcome).reason().status()).hasValue("5.6.7");
    assertThat(server.heard()).doesNotContain("DATA");
  }

  @Test
  void triesTheNextServerWhenTheFirstIsDead() {
    dns.forget("mail.test")
        .mx("mail.test", 5, "dead.mail.test")
        .mx("mail.test", 10, "mx.mail.test")
        .address("dead.mail.test", "127.0.0.77");

    assertThat(send()).isEqualTo(Outcome.Delivered.plain());
  }

  @Test
  void goesToTheAddressItselfWhereThereIsNoMx() {
    dns.forget("mail.test").address("mail.test", "127.0.0.1");

    assertThat(send()).isEqualTo(Outcome.Delivered.plain());
  }

  @Test
  void sendsNothingWhereNoMailIsTaken() {
    dns.forget("mail.test").mx("mail.test", 0, "");
    assertThat(((Outcome.Rejected) send()).reason().status()).hasValue("5.1.10");
    dns.forget("mail.test");
    assertThat(((Outcome.Rejected) send()).reason().status()).hasValue("5.1.2");
    dns.failing("mail.test");
    assertThat(((Outcome.Deferred) send()).scope()).isEqualTo(Outcome.Deferred.Scope.LANE);
    assertThat(server.connections()).isZero();
  }

  @Test
  void anMxThatIsOurselvesIsALoop() {
    dns.forget("mail.test").mx("mail.test", 10, "mx.a.test").mx("mail.test", 20, "mx.mail.test");
    assertThat(((Outcome.Rejected) send()).reason().kind()).isEqualTo(Reason.Kind.LOOP);

    dns.forget("mail.test").mx("mail.test", 10, "mx.mail.test");
    server.says("EHLO", "250 a.test hello yourself");
    assertThat(((Outcome.Rejected) send()).reason().kind()).isEqualTo(Reason.Kind.LOOP);
  }

  @Test
  void aNameThatLeadsToOurOwnNetworkIsNotConnectedTo() {
    client.close();
    client = client(Map.of(), new OutboundGuard(List.of(), Set.of()));

    assertThat(send()).isInstanceOf(Outcome.Rejected.class);
    assertThat(server.connections()).isZero();
  }

  @Test
  void aRelayThatMustEncryptAndDoesNotGetsNothing() {
    clientOf(relay(SmtpConfig.Tls.REQUIRE, "", ""));

    assertThat(((Outcome.Deferred) send()).reason().status()).hasValue("4.7.0");
    assertThat(server.heard()).noneMatch(line -> line.startsWith("MAIL"));
  }

  @Test
  void logsInToARelayOnceItsCertificateIsSeen() {
    clientOf(relay(SmtpConfig.Tls.REQUIRE, "gateway", "s3cret"));
    server
        .says("EHLO", "250-relay.test\r\n250-STARTTLS\r\n250 AUTH PLAIN")
        .says("STAR", "220 2.0.0 go")
        .says("AUTH", "235 2.7.0 welcome")
        .shakesHandsWith(tls.server());

    assertThat(send()).isEqualTo(Outcome.Delivered.plain());

    String login = Base64.getEncoder().encodeToString("\0gateway\0s3cret".getBytes(US_ASCII));
    assertThat(server.heard())
        .containsSubsequence(
            "EHLO a.test",
            "STARTTLS",
            "(TLS)",
            "EHLO a.test",
            "AUTH PLAIN " + login,
            "MAIL FROM:<b+abc.tag@a.test>");
  }

  @Test
  void saysNoPasswordToARelayOfAnotherName() {
    dns.address("other.test", "127.0.0.1");
    clientOf(
        new SmtpConfig.Relay(
            "other.test", server.port(), SmtpConfig.Tls.REQUIRE, "gateway", "s3cret"));
    server
        .says("EHLO", "250-other.test\r\n250-STARTTLS\r\n250 AUTH PLAIN")
        .says("STAR", "220 2.0.0 go")
        .shakesHandsWith(tls.server());

    assertThat(((Outcome.Deferred) send()).scope()).isEqualTo(Outcome.Deferred.Scope.LANE);
    assertThat(server.heard()).noneMatch(line -> line.startsWith("AUTH"));
  }

  @Test
  void aRelayThatRefusesTheLoginStopsAllMail() {
    clientOf(relay(SmtpConfig.Tls.REQUIRE, "gateway", "wrong"));
    server
        .says("EHLO", "250-relay.test\r\n250-STARTTLS\r\n250 AUTH PLAIN")
        .says("STAR", "220 2.0.0 go")
        .says("AUTH", "535 5.7.8 who?")
        .shakesHandsWith(tls.server());

    Outcome.Deferred deferred = (Outcome.Deferred) send();

    assertThat(deferred.scope()).isEqualTo(Outcome.Deferred.Scope.LANE);
    assertThat(deferred.reason().status()).hasValue("5.7.8");
  }

  @Test
  void mailGoesInTheClearWhereTlsIsOfferedAndFails() {
    server.says("EHLO", "250-mx.mail.test\r\n250 STARTTLS").says("STAR", "220 2.0.0 go");

    assertThat(send()).isEqualTo(Outcome.Delivered.plain());
    assertThat(server.connections()).isEqualTo(2);
    assertThat(server.heard())
        .containsSubsequence("EHLO a.test", "STARTTLS", "EHLO a.test", "DATA");
  }

  @Test
  void aRelayOfOurOwnNameIsASettingToMendAndNoLoop() {
    clientOf(relay(SmtpConfig.Tls.NONE, "", ""));
    server.says("EHLO", "250 a.test hello yourself");

    Outcome.Deferred deferred = (Outcome.Deferred) send();

    assertThat(deferred.scope()).isEqualTo(Outcome.Deferred.Scope.LANE);
    assertThat(deferred.reason().text()).contains("smtp.name");
    assertThat(client.relayFault())
        .hasValueSatisfying(fault -> assertThat(fault).contains("a.test", "smtp.name"));
    server.says("EHLO", "250 relay.test");
    assertThat(send()).isEqualTo(Outcome.Delivered.plain());
    assertThat(client.relayFault()).isEmpty();
  }

  @Test
  void whoFindsAllConnectionsAtWorkComesAgainSoon() {
    clientOf(Map.of("connectionsPerLane", 1, "connectTimeout", Duration.ofMillis(50)));
    server.readsNothingAfter("EHLO");
    Thread.startVirtualThread(this::send);
    await().until(() -> server.heard().contains("EHLO a.test"));

    Outcome.Deferred deferred = (Outcome.Deferred) send();

    assertThat(deferred.scope()).isEqualTo(Outcome.Deferred.Scope.CONVERSATION);
    assertThat(deferred.retryAfter()).hasValue(Duration.ofSeconds(5));
  }

  @Test
  void aServerIsForgottenWithItsLastConnection() {
    clientOf(Map.of("idle", Duration.ofMillis(20)));
    assertThat(send()).isEqualTo(Outcome.Delivered.plain());
    dns.forget("mail.test");
    send();

    await().until(() -> client.servers() == 0);
    await().until(() -> server.heard().contains("QUIT"));
  }

  @Test
  void aRelayTakesAllMailWhateverTheMx() {
    clientOf(relay(SmtpConfig.Tls.NONE, "", ""));

    assertThat(client.send(mail(World.MALLORY))).isEqualTo(Outcome.Delivered.plain());
    assertThat(client.send(mail(World.ERIN))).isEqualTo(Outcome.Delivered.plain());
    assertThat(server.connections()).isEqualTo(1);
  }
}
