package org.emsg.gateway.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import javax.net.ssl.SSLContext;
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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What another server's answers mean, and which server is asked at all.
class SmtpClientTest {
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
        check -> defaultContext());
  }

  private static SSLContext defaultContext() {
    try {
      return SSLContext.getDefault();
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static OutgoingMail mail(Address.Smtp recipient) {
    return new OutgoingMail(
        TraceId.next(World.NOON, new SplittableRandom(1)),
        new MessageId("abc@a.test"),
        recipient.domain(),
        "a.test",
        "b+abc.tag@a.test",
        recipient,
        Bytes.utf8("From: alice@a.test\r\n\r\n.hello\r\n"));
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
    client.close();
    client =
        client(
            Map.of(
                "relay",
                new SmtpConfig.Relay("127.0.0.1", server.port(), SmtpConfig.Tls.REQUIRE, "", "")),
            new OutboundGuard(List.of(), Set.of()));

    assertThat(((Outcome.Deferred) send()).reason().status()).hasValue("4.7.0");
    assertThat(server.heard()).noneMatch(line -> line.startsWith("MAIL"));
  }

  @Test
  void aRelayTakesAllMailWhateverTheMx() {
    client.close();
    client =
        client(
            Map.of(
                "relay",
                new SmtpConfig.Relay("127.0.0.1", server.port(), SmtpConfig.Tls.NONE, "", "")),
            new OutboundGuard(List.of(), Set.of()));

    assertThat(client.send(mail(World.MALLORY))).isEqualTo(Outcome.Delivered.plain());
    assertThat(client.send(mail(World.ERIN))).isEqualTo(Outcome.Delivered.plain());
    assertThat(server.connections()).isEqualTo(1);
  }
}
