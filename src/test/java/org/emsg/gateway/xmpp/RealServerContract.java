package org.emsg.gateway.xmpp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.emsg.gateway.fixtures.World.ALICE;
import static org.emsg.gateway.fixtures.World.DAVE;
import static org.emsg.gateway.fixtures.World.ERIN;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.emsg.gateway.fixtures.Envelopes;
import org.emsg.gateway.gateway.IdMap;
import org.emsg.gateway.gateway.IntakeResult;
import org.emsg.gateway.interop.RealPeers;
import org.emsg.gateway.interop.XmppServerPeer;
import org.emsg.gateway.interop.XmppUser;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Body;
import org.emsg.gateway.model.ConversationId;
import org.emsg.gateway.model.Envelope;
import org.emsg.gateway.model.Event;
import org.emsg.gateway.model.MessageId;
import org.emsg.gateway.model.Network;
import org.emsg.gateway.model.Outcome;
import org.emsg.gateway.model.Reason;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/// The edge as two components of a real server, with a client that is not ours at the other end.
@RealPeers
@TestInstance(Lifecycle.PER_CLASS)
abstract class RealServerContract {
  private static final String FACE = "emsg.a.test";
  private static final String MAIL_FACE = "mail.a.test";
  private static final ConversationId CONVERSATION = ConversationId.of(ALICE, DAVE);

  private XmppServerPeer server;
  private EdgeUnderTest gateway;

  abstract XmppServerPeer startServer(String host, List<String> users, List<String> components);

  @BeforeAll
  void start() {
    server = startServer("xmpp.test", List.of("dave", "dora"), List.of(FACE, MAIL_FACE));
    // One pings a host of the server, the other itself through the server.
    gateway =
        new EdgeUnderTest(
            List.of(component(FACE, List.of("xmpp.test")), component(MAIL_FACE, List.of())),
            Duration.ofSeconds(10));
    awaitJoined();
  }

  @AfterAll
  void stop() {
    gateway.close();
    server.close();
  }

  private XmppConfig.Component component(String domain, List<String> localHosts) {
    return new XmppConfig.Component(
        domain,
        server.components().getHostString(),
        server.components().getPort(),
        XmppServerPeer.SECRET,
        localHosts);
  }

  private void awaitJoined() {
    await()
        .atMost(Duration.ofSeconds(60))
        .until(
            () -> gateway.edge.status().values().stream().allMatch(status -> status.connected()));
  }

  @Test
  void carriesAConversationBothWays() throws Exception {
    try (XmppUser dave = server.connect("dave")) {
      Envelope hello = Envelopes.from(ALICE).to(DAVE).text("hello dave").envelope();
      assertThat(outcome(gateway.send(hello, DAVE))).isEqualTo(Outcome.Delivered.plain());
      XmppUser.Stanza got = dave.awaitMessage("hello dave");
      assertThat(got.from()).isEqualTo("alice@emsg.a.test");
      assertThat(got.asksForReceipt()).isTrue();

      String id = dave.chatInThread("alice@emsg.a.test", "hello alice", "thread-1");
      Envelope reply = awaitText("hello alice");
      assertThat(reply.sender()).isEqualTo(DAVE);
      assertThat(reply.id().value()).startsWith("n/").endsWith("/" + id);
      assertThat(((Event.Posted) reply.event()).thread()).contains(new MessageId("thread-1"));
    }
  }

  @Test
  void speaksForMailPeopleOverAStreamThatPingsItself() throws Exception {
    try (XmppUser dave = server.connect("dave")) {
      Envelope mail = Envelopes.from(ERIN).to(DAVE).text("from the post").envelope();
      assertThat(outcome(gateway.send(mail, DAVE))).isEqualTo(Outcome.Delivered.plain());
      assertThat(dave.awaitMessage("from the post").from())
          .isEqualTo("erin__mail.test@mail.a.test");
    }
  }

  @Test
  void learnsThatAJidIsUnknown() throws Exception {
    Address nobody = new Address.Xmpp("nobody", "xmpp.test");
    Outcome outcome = outcome(gateway.send(Envelopes.from(ALICE).to(nobody).envelope(), nobody));
    assertThat(outcome)
        .isInstanceOfSatisfying(
            Outcome.Rejected.class,
            rejected -> assertThat(rejected.reason().status()).contains("service-unavailable"));
  }

  @Test
  void learnsThatADomainIsUnknown() {
    Address elsewhere = new Address.Xmpp("x", "nowhere.test");
    Envelope envelope = Envelopes.from(ALICE).to(elsewhere).text("hello").envelope();
    String id = gateway.edge.minting().mint(envelope, elsewhere).value();
    gateway.ids.sent(
        Network.XMPP,
        id,
        new IdMap.Sent(
            envelope.trace(), ConversationId.of(ALICE, elsewhere), ALICE, elsewhere, true));
    CompletableFuture<Outcome> outcome = gateway.send(envelope, elsewhere);
    // At once, or after the ping's answer: a server may have to ask the DNS first.
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() ->
            (outcome.isDone() && outcome.join() instanceof Outcome.Rejected)
                || gateway.intake.envelopes().stream().anyMatch(e -> e.sender().equals(elsewhere)));
  }

  @Test
  void refusesAMessageToSomebodyWhoIsNotThere() {
    try (XmppUser dave = server.connect("dave")) {
      gateway.intake.willAnswer(
          new IntakeResult.Refused(Reason.of(Reason.Kind.NO_SUCH_USER, "There is no zoe.")));
      dave.chat("zoe@emsg.a.test", "hello?");
      XmppUser.Stanza error = dave.awaitError();
      assertThat(error.from()).isEqualTo("zoe@emsg.a.test");
      assertThat(error.error().orElseThrow().condition()).isEqualTo("item-not-found");
      assertThat(error.error().orElseThrow().text()).isEqualTo("There is no zoe.");
    }
  }

  @Test
  void bouncesLateToTheDeviceThatWrote() throws Exception {
    try (XmppUser dave = server.connect("dave")) {
      String id = dave.chat("alice@emsg.a.test", "to be bounced");
      Envelope taken = awaitText("to be bounced");
      Envelope bounce =
          Envelopes.from(new Address.Emsg("", "a.test"))
              .to(DAVE)
              .event(
                  new Event.Bounced(
                      taken.id(),
                      new Address.Xmpp("alice", FACE),
                      Reason.of(Reason.Kind.EXPIRED, "Nobody took it.")))
              .envelope();
      assertThat(outcome(gateway.send(bounce, DAVE))).isEqualTo(Outcome.Delivered.plain());
      XmppUser.Stanza error = dave.awaitError();
      assertThat(error.id()).isEqualTo(id);
      assertThat(error.error().orElseThrow().condition()).isEqualTo("remote-server-timeout");
    }
  }

  @Test
  void answersAReceiptRequestWhenTheMessageHasArrived() throws Exception {
    try (XmppUser dave = server.connect("dave")) {
      String id = dave.chatAskingForReceipt("alice@emsg.a.test", "did you get this?");
      Envelope taken = awaitText("did you get this?");
      gateway.ids.same(CONVERSATION, Network.XMPP, taken.id().value(), Network.EMSG, "e-receipt");
      Envelope delivered =
          Envelopes.from(ALICE)
              .to(DAVE)
              .event(
                  new Event.Receipted(new MessageId("e-receipt"), Event.Receipted.Kind.DELIVERED))
              .envelope();
      assertThat(outcome(gateway.send(delivered, DAVE))).isEqualTo(Outcome.Delivered.plain());
      assertThat(dave.awaitReceiptOf(id).from()).isEqualTo("alice@emsg.a.test");
    }
  }

  @Test
  void isSeenByServiceDiscoveryAndPresence() {
    try (XmppUser dave = server.connect("dave")) {
      assertThat(dave.disco(FACE).identities()).containsExactly("gateway/xmpp");
      assertThat(dave.disco(MAIL_FACE).identities()).containsExactly("gateway/smtp");
      assertThat(dave.disco("alice@emsg.a.test").identities())
          .containsExactly("account/registered");
      dave.ping("alice@emsg.a.test");
      dave.ping(FACE);
      dave.presence("alice@emsg.a.test", "subscribe");
      dave.awaitPresence("alice@emsg.a.test", "subscribed");
    }
  }

  @Test
  void keepsItsStreamWhateverPeopleWrite() throws Exception {
    String nasty = "]]> <!-- & \u0001 \uFFFF <script>'\"\n> x \uD83D\uDE00 \uD800";
    try (XmppUser dave = server.connect("dave")) {
      Event event =
          new Event.Posted(
              new Body(nasty, Optional.empty(), Optional.of("]]> \" '"), Optional.empty()),
              List.of(),
              Optional.empty(),
              Optional.of(new MessageId("]]>&'\"<")));
      Envelope envelope = Envelopes.from(ALICE).to(DAVE).event(event).envelope();
      assertThat(outcome(gateway.send(envelope, DAVE))).isEqualTo(Outcome.Delivered.plain());
      assertThat(dave.awaitMessage().body())
          .isEqualTo("]]> <!-- & \uFFFD \uFFFD <script>'\"\n> x \uD83D\uDE00 \uFFFD");
      dave.raw(
          "<message to='alice@emsg.a.test' id='nasty'><body>]]&gt; &#13;&lt;script></body>"
              + "<a xmlns='urn:x' b='&#10;&lt;'/></message>");
      await().until(() -> texts().contains("]]>\n<script>"));
      dave.raw("<iq to='emsg.a.test' id='v' type='get'><vCard xmlns='vcard-temp'/></iq>");
      dave.ping(FACE);
    }
  }

  @Test
  void losesNothingWhenTheServerDiesUnderLoad() throws Exception {
    List<CompletableFuture<Outcome>> outcomes = new ArrayList<>();
    List<Envelope> envelopes = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      Envelope envelope = Envelopes.from(ALICE).to(DAVE).text("load " + i).envelope();
      envelopes.add(envelope);
      outcomes.add(gateway.send(envelope, DAVE));
      if (i == 250) {
        server.kill();
      }
    }
    for (CompletableFuture<Outcome> each : outcomes) {
      assertThat(each.get(60, TimeUnit.SECONDS))
          .isInstanceOfAny(Outcome.Delivered.class, Outcome.Deferred.class);
    }
    server.revive();
    awaitJoined();
    try (XmppUser dave = server.connect("dave")) {
      for (int i = 0; i < outcomes.size(); i++) {
        if (outcomes.get(i).get() instanceof Outcome.Deferred) {
          assertThat(outcome(gateway.send(envelopes.get(i), DAVE)))
              .isEqualTo(Outcome.Delivered.plain());
        }
      }
      dave.awaitMessage("load 499");
    }
  }

  private Envelope awaitText(String text) {
    await().atMost(Duration.ofSeconds(20)).until(() -> texts().contains(text));
    return gateway.intake.envelopes().stream()
        .filter(e -> e.event() instanceof Event.Posted posted && posted.body().text().equals(text))
        .findFirst()
        .orElseThrow();
  }

  private List<String> texts() {
    return gateway.intake.envelopes().stream()
        .filter(e -> e.event() instanceof Event.Posted)
        .map(e -> ((Event.Posted) e.event()).body().text())
        .toList();
  }

  private static Outcome outcome(CompletableFuture<Outcome> sending) throws Exception {
    return sending.get(30, TimeUnit.SECONDS);
  }
}
