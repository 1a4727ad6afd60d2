package org.emsg.gateway.xmpp.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.emsg.gateway.fixtures.FakeXmppServer;
import org.emsg.gateway.model.Outcome;
import org.emsg.gateway.model.Reason;
import org.jivesoftware.smack.packet.Message;
import org.jivesoftware.smack.packet.Stanza;
import org.jivesoftware.smack.packet.StanzaBuilder;
import org.jivesoftware.smack.packet.StanzaError;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.jxmpp.jid.impl.JidCreate;
import org.w3c.dom.Element;

class ComponentLinkTest {
  private static final String DOMAIN = "emsg.a.test";

  private final FakeXmppServer server = new FakeXmppServer(Map.of(DOMAIN, "s3cret"));
  private final Heard heard = new Heard();
  private ComponentLink link = link(server.port(), "s3cret", Duration.ofSeconds(5));

  private static final class Heard implements StreamListener {
    final List<Stanza> stanzas = new CopyOnWriteArrayList<>();
    final List<StreamEvent.Unreadable> unreadable = new CopyOnWriteArrayList<>();

    @Override
    public void received(Stanza stanza) {
      stanzas.add(stanza);
    }

    @Override
    public void unreadable(StreamEvent.Unreadable what) {
      unreadable.add(what);
    }

    @Override
    public Outcome refused(StanzaError error) {
      return new Outcome.Rejected(
          Reason.of(Reason.Kind.NO_SUCH_USER, "no", error.getCondition().toString()));
    }
  }

  @BeforeEach
  void join() {
    link.start();
    await().until(() -> link.status().connected());
  }

  @AfterEach
  void leave() throws IOException {
    link.close(Duration.ZERO);
    server.close();
  }

  @Test
  void saysDeliveredOnlyAfterAPingThatFollowedIsAnswered() throws Exception {
    server.answersPings = false;
    CompletableFuture<Outcome> outcome = send("m1");
    await().until(() -> server.received().size() == 2);
    assertThat(outcome).isNotDone();

    Element ping = server.received().get(1);
    assertThat(ping.getElementsByTagNameNS("urn:xmpp:ping", "ping").getLength()).isEqualTo(1);
    server.send(DOMAIN, "<iq type='result' from='xmpp.test' to='emsg.a.test' id='other'/>");
    server.send(
        DOMAIN,
        "<iq type='result' from='evil.test' to='emsg.a.test' id='"
            + ping.getAttribute("id")
            + "'/>");
    server.send(DOMAIN, "<presence from='dave@xmpp.test' to='emsg.a.test'/>");
    await().until(() -> heard.stanzas.size() == 3);
    assertThat(outcome).as("no other answer counts").isNotDone();

    server.send(
        DOMAIN,
        "<iq type='result' from='xmpp.test' to='emsg.a.test' id='"
            + ping.getAttribute("id")
            + "'/>");
    assertThat(outcome.get()).isEqualTo(Outcome.Delivered.plain());
  }

  @Test
  void letsOnePingStandForAllThatWentBefore() throws Exception {
    server.answersPings = false;
    CompletableFuture<Outcome> first = send("m1");
    await().until(() -> server.received().size() == 2);
    List<CompletableFuture<Outcome>> later =
        IntStream.range(2, 102).mapToObj(i -> send("m" + i)).toList();
    await().until(() -> server.messages().size() == 101);
    assertThat(server.received()).as("one ping is under way").hasSize(102);

    server.answersPings = true;
    pong(1);
    assertThat(first.get()).isEqualTo(Outcome.Delivered.plain());
    for (CompletableFuture<Outcome> each : later) {
      assertThat(each.get()).isEqualTo(Outcome.Delivered.plain());
    }
    assertThat(server.received()).as("and one more for the hundred").hasSize(103);
  }

  @Test
  void takesThePingThatComesBackToItselfForAnAnswer() throws Exception {
    link.close(Duration.ZERO);
    link = link(server.port(), "s3cret", Duration.ofSeconds(5), DOMAIN);
    link.start();
    await().until(() -> link.status().connected());
    server.answersPings = false;
    CompletableFuture<Outcome> outcome = send("m1");
    await().until(() -> server.received().size() == 2);
    server.send(
        DOMAIN,
        "<iq type='get' from='emsg.a.test' to='emsg.a.test' id='%s'><ping xmlns='urn:xmpp:ping'/></iq>"
            .formatted(server.received().get(1).getAttribute("id")));
    assertThat(outcome.get()).isEqualTo(Outcome.Delivered.plain());
    assertThat(heard.stanzas).isEmpty();
  }

  @Test
  void takesAnErrorAsAnAnswerToAPingToo() throws Exception {
    server.answersPings = false;
    CompletableFuture<Outcome> outcome = send("m1");
    await().until(() -> server.received().size() == 2);
    server.send(
        DOMAIN,
        "<iq type='error' from='xmpp.test' to='emsg.a.test' id='%s'>"
                .formatted(server.received().get(1).getAttribute("id"))
            + "<error type='cancel'><service-unavailable "
            + "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>");
    assertThat(outcome.get()).isEqualTo(Outcome.Delivered.plain());
  }

  @Test
  void takesAnErrorBeforeThePingsAnswerForTheOutcome() throws Exception {
    server.script =
        stanza ->
            stanza.getLocalName().equals("message")
                ? List.of(
                    "<message type='error' from='dave@xmpp.test' to='alice@emsg.a.test' id='%s'>"
                            .formatted(stanza.getAttribute("id"))
                        + "<error type='cancel'><item-not-found "
                        + "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>")
                : List.of();
    assertThat(send("m1").get())
        .isEqualTo(
            new Outcome.Rejected(Reason.of(Reason.Kind.NO_SUCH_USER, "no", "item-not-found")));
    assertThat(heard.stanzas).as("an error that was an outcome is not heard again").isEmpty();
  }

  @Test
  void hearsAnErrorThatComesAfterTheAnswer() throws Exception {
    assertThat(send("m1").get()).isEqualTo(Outcome.Delivered.plain());
    server.send(
        DOMAIN,
        "<message type='error' from='dave@xmpp.test' to='alice@emsg.a.test' id='m1'>"
            + "<error type='cancel'><item-not-found "
            + "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>");
    await().until(() -> heard.stanzas.size() == 1);
  }

  @Test
  void doesNotKnowWhatBecameOfWhatWasInFlightWhenTheStreamDied() throws Exception {
    server.answersPings = false;
    CompletableFuture<Outcome> outcome = send("m1");
    await().until(() -> server.received().size() == 2);
    server.cut();
    assertThat(outcome.get())
        .isInstanceOfSatisfying(
            Outcome.Deferred.class,
            deferred -> {
              assertThat(deferred.scope()).isEqualTo(Outcome.Deferred.Scope.LANE);
              assertThat(deferred.certain()).isFalse();
            });
  }

  @Test
  void joinsAgainAfterTheServerWentAway() throws Exception {
    server.cut();
    await().until(() -> server.connections() == 2 && link.status().connected());
    assertThat(send("m1").get()).isEqualTo(Outcome.Delivered.plain());
  }

  @Test
  void saysForCertainThatNothingWentWhileItIsNotJoined() throws Exception {
    server.close();
    await().until(() -> !link.status().connected());
    assertThat(send("m1").get())
        .isInstanceOfSatisfying(
            Outcome.Deferred.class,
            deferred -> {
              assertThat(deferred.certain()).isTrue();
              assertThat(deferred.retryAfter()).contains(Duration.ofSeconds(1));
            });
    assertThat(link.status().why()).startsWith("c");
  }

  @Test
  void isToldWhyAServerDoesNotTakeIt() {
    link.close(Duration.ZERO);
    link = link(server.port(), "wrong", Duration.ofSeconds(5));
    link.start();
    await().until(() -> link.status().why().equals("not-authorized"));
    assertThat(link.status().connected()).isFalse();
  }

  @Test
  void givesAServerUpThatAnswersNoPing() throws Exception {
    link.close(Duration.ZERO);
    link = link(server.port(), "s3cret", Duration.ofMillis(80));
    link.start();
    await().until(() -> link.status().connected());
    server.answersPings = false;
    CompletableFuture<Outcome> outcome = send("m1");
    assertThat(outcome.get()).isInstanceOf(Outcome.Deferred.class);
    await().until(() -> server.connections() >= 3);
  }

  @Test
  void pingsAServerThatIsSilent() {
    link.close(Duration.ZERO);
    link = link(server.port(), "s3cret", Duration.ofMillis(100));
    link.start();
    await().until(() -> server.received().size() >= 3);
    assertThat(server.connections()).isEqualTo(2);
  }

  @Test
  void givesAHalfOpenServerUpThatNeverShakesHands() throws Exception {
    try (ServerSocket mute = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      ComponentLink hopeful = link(mute.getLocalPort(), "s3cret", Duration.ofMillis(80));
      hopeful.start();
      try (Socket first = mute.accept();
          Socket second = mute.accept()) {
        assertThat(first.isConnected()).isTrue();
        assertThat(second.isConnected()).isTrue();
        assertThat(hopeful.status().why()).isEqualTo("no handshake in time");
      } finally {
        hopeful.close(Duration.ZERO);
      }
    }
  }

  @Test
  void endsAStreamThatIsNoXmlWithTheReason() {
    server.send(DOMAIN, "<message><!-- no --></message>");
    await().until(() -> server.connections() == 2);
  }

  @Test
  void waitsForWhatIsInFlightBeforeItLeaves() throws Exception {
    server.answersPings = false;
    CompletableFuture<Outcome> outcome = send("m1");
    await().until(() -> server.received().size() == 2);
    Thread leaving = Thread.startVirtualThread(() -> link.close(Duration.ofSeconds(10)));
    await().until(() -> leaving.getState() == Thread.State.TIMED_WAITING);
    assertThat(send("m2").get()).isInstanceOf(Outcome.Deferred.class);
    pong(1);
    assertThat(outcome.get()).isEqualTo(Outcome.Delivered.plain());
    leaving.join();
    assertThat(server.messages()).hasSize(1);
  }

  @Test
  void refusesAMessageThatNoServerWouldTake() throws Exception {
    CompletableFuture<Outcome> outcome = new CompletableFuture<>();
    link.send(
        message("m1", "a".repeat(StreamLimits.ofStanzaBytes(20_000).stanzaBytes())),
        outcome::complete);
    assertThat(outcome.get())
        .isInstanceOfSatisfying(
            Outcome.Rejected.class,
            rejected -> assertThat(rejected.reason().kind()).isEqualTo(Reason.Kind.TOO_LARGE));
  }

  @Test
  void waitsLongerAfterEachFailure() {
    Backoff backoff = new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(60));
    RandomGenerator random = new SplittableRandom(1);
    assertThat(backoff.after(1, random)).isBetween(Duration.ofMillis(500), Duration.ofSeconds(1));
    assertThat(backoff.after(4, random)).isBetween(Duration.ofSeconds(4), Duration.ofSeconds(8));
    assertThat(backoff.after(4000, random))
        .isBetween(Duration.ofSeconds(30), Duration.ofSeconds(60));
  }

  private void pong(int index) {
    server.send(
        DOMAIN,
        "<iq type='result' from='xmpp.test' to='emsg.a.test' id='%s'/>"
            .formatted(server.received().get(index).getAttribute("id")));
  }

  private CompletableFuture<Outcome> send(String id) {
    CompletableFuture<Outcome> outcome = new CompletableFuture<>();
    link.send(message(id, "hello"), outcome::complete);
    return outcome;
  }

  private static Message message(String id, String body) {
    return StanzaBuilder.buildMessage(id)
        .from(JidCreate.fromOrThrowUnchecked("alice@emsg.a.test"))
        .to(JidCreate.fromOrThrowUnchecked("dave@xmpp.test"))
        .setBody(body)
        .build();
  }

  private ComponentLink link(int port, String secret, Duration patience) {
    return link(port, secret, patience, "xmpp.test");
  }

  private ComponentLink link(int port, String secret, Duration patience, String pingTarget) {
    return new ComponentLink(
        new StreamSettings(
            DOMAIN,
            "localhost",
            port,
            secret,
            pingTarget,
            patience,
            patience,
            patience,
            1 << 20,
            StreamLimits.ofStanzaBytes(20_000)),
        new Backoff(Duration.ofMillis(5), Duration.ofMillis(20)),
        heard,
        () -> {},
        System::nanoTime,
        new SplittableRandom(7));
  }
}
