package org.emsg.gateway.xmpp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.emsg.gateway.fixtures.World.ALICE;
import static org.emsg.gateway.fixtures.World.DAVE;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.emsg.gateway.fixtures.Envelopes;
import org.emsg.gateway.fixtures.FakeXmppServer;
import org.emsg.gateway.fixtures.World;
import org.emsg.gateway.gateway.IdMap;
import org.emsg.gateway.gateway.IntakeResult;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.ConversationId;
import org.emsg.gateway.model.Envelope;
import org.emsg.gateway.model.Event;
import org.emsg.gateway.model.MessageId;
import org.emsg.gateway.model.Network;
import org.emsg.gateway.model.Outcome;
import org.emsg.gateway.model.Reason;
import org.emsg.gateway.model.TraceId;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;

class XmppEdgeTest {
  private static final String FACE = "emsg.a.test";
  private static final String MAIL_FACE = "mail.a.test";
  private static final String ERRORS = "urn:ietf:params:xml:ns:xmpp-stanzas";
  private static final String FROM_DAVE = "from='dave@xmpp.test/Gajim' to='alice@emsg.a.test'";

  private final FakeXmppServer server = new FakeXmppServer(Map.of(FACE, "one", MAIL_FACE, "two"));
  private final EdgeUnderTest gateway =
      new EdgeUnderTest(
          List.of(
              component(FACE, "one", List.of("xmpp.test")),
              component(MAIL_FACE, "two", List.of())));

  private XmppConfig.Component component(String domain, String secret, List<String> hosts) {
    return new XmppConfig.Component(domain, "localhost", server.port(), secret, hosts);
  }

  @BeforeEach
  void join() {
    await().until(() -> gateway.edge.status().values().stream().allMatch(s -> s.connected()));
  }

  @AfterEach
  void leave() throws IOException {
    gateway.close();
    server.close();
  }

  // ---- inbound

  @Test
  void takesAMessageFromAnXmppUser() {
    server.send(
        FACE,
        "<message "
            + FROM_DAVE
            + " type='chat' id='m1'><body>hi</body><thread>t</thread></message>");
    await().until(() -> !gateway.intake.envelopes().isEmpty());
    Envelope envelope = gateway.intake.only();
    assertThat(envelope.sender()).isEqualTo(DAVE);
    assertThat(envelope.recipients()).containsExactly(new Address.Xmpp("alice", FACE));
    assertThat(envelope.origin()).isEqualTo(Network.XMPP);
    assertThat(envelope.id()).isEqualTo(new MessageId("n/Gajim/m1"));
    assertThat(envelope.provenance().verified()).isTrue();
    assertThat(envelope.provenance().checks().getFirst().name()).isEqualTo("xmpp-s2s");
    assertThat(posted(envelope).body().text()).isEqualTo("hi");
    assertThat(posted(envelope).thread()).contains(new MessageId("t"));
    assertThat(server.messages()).as("nothing is said about a message that was taken").isEmpty();
  }

  @Test
  void keepsTheOrderOfWhatOneSenderWroteWhileItsFirstIsStillBeingStored() {
    CompletableFuture<IntakeResult> slow = new CompletableFuture<>();
    gateway.intake.willAnswer(slow);
    for (int i = 0; i < 20; i++) {
      server.send(
          FACE, "<message " + FROM_DAVE + " id='m" + i + "'><body>" + i + "</body></message>");
    }
    await().until(() -> gateway.intake.envelopes().size() == 20);
    assertThat(gateway.intake.envelopes())
        .extracting(envelope -> posted(envelope).body().text())
        .containsExactly(IntStream.range(0, 20).mapToObj(Integer::toString).toArray(String[]::new));
    slow.complete(
        new IntakeResult.Accepted(TraceId.next(Instant.EPOCH, new SplittableRandom(1)), false));
  }

  @Test
  void answersARefusalFromTheJidThatWasAddressed() {
    gateway.intake.willAnswer(
        new IntakeResult.Refused(Reason.of(Reason.Kind.NO_SUCH_USER, "There is no zoe.")));
    server.send(
        FACE,
        "<message from='dave@xmpp.test/Gajim' to='zoe@emsg.a.test/x' type='chat' id='m1'>"
            + "<body>hi</body></message>");
    Element error = nextMessage(0);
    assertThat(error.getAttribute("type")).isEqualTo("error");
    assertThat(error.getAttribute("from")).isEqualTo("zoe@emsg.a.test/x");
    assertThat(error.getAttribute("to")).isEqualTo("dave@xmpp.test/Gajim");
    assertThat(error.getAttribute("id")).isEqualTo("m1");
    assertThat(condition(error)).isEqualTo("cancel item-not-found There is no zoe.");
  }

  @Test
  void tellsTheSenderToTryAgainWhenNothingCouldBeStored() {
    gateway.intake.willAnswer(
        new IntakeResult.Deferred(
            Reason.of(Reason.Kind.UNAVAILABLE, "The store is away."), Optional.empty()));
    server.send(FACE, "<message " + FROM_DAVE + " id='m1'><body>hi</body></message>");
    assertThat(condition(nextMessage(0))).isEqualTo("wait service-unavailable The store is away.");
  }

  @Test
  void tellsTheSenderToTryAgainWhenTheRouteBreaks() {
    gateway.intake.willAnswer(CompletableFuture.failedFuture(new IllegalStateException("bug")));
    server.send(FACE, "<message " + FROM_DAVE + " id='m1'><body>hi</body></message>");
    assertThat(condition(nextMessage(0)))
        .isEqualTo("wait internal-server-error Something went wrong here.");
  }

  @Test
  void refusesWhatIsEncryptedAndSaysSo() {
    server.send(
        FACE,
        "<message "
            + FROM_DAVE
            + " type='chat' id='m1'><encryption xmlns='urn:xmpp:eme:0' "
            + "namespace='eu.siacs.conversations.axolotl'/><body>fallback</body></message>");
    assertThat(condition(nextMessage(0))).startsWith("modify not-acceptable ");
    assertThat(gateway.intake.envelopes()).isEmpty();
  }

  @Test
  void refusesASenderThatIsOnADomainOfOurs() {
    String who = "from='frank@a.test/Gajim' to='alice@emsg.a.test'";
    server.send(
        FACE,
        "<message "
            + who
            + " type='chat' id='m1'><body>no</body></message><presence "
            + who
            + " type='subscribe' id='p1'/><iq "
            + who
            + " type='get' id='q1'><ping xmlns='urn:xmpp:ping'/></iq>");
    await().until(() -> server.byId("q1").isPresent());
    for (String id : List.of("m1", "p1", "q1")) {
      Element error = server.byId(id).orElseThrow();
      assertThat(error.getAttribute("to")).startsWith("frank@a.test");
      assertThat(condition(error))
          .isEqualTo("auth forbidden Nobody but this gateway writes from a.test.");
    }
    assertThat(gateway.intake.envelopes()).isEmpty();
  }

  @Test
  void saysNothingToWhatCameBackFromItself() {
    server.send(
        FACE,
        "<message from='alice@emsg.a.test/x' to='alice@emsg.a.test'><body>no</body></message>"
            + "<message type='error' id='e' from='frank@a.test' to='alice@emsg.a.test'>"
            + "<error type='cancel'/></message><message "
            + FROM_DAVE
            + " id='last'><body>yes</body></message>");
    await().until(() -> !gateway.intake.envelopes().isEmpty());
    assertThat(gateway.intake.only().sender()).isEqualTo(DAVE);
    assertThat(server.messages()).isEmpty();
  }

  @Test
  void dropsWhatTheServerSendsToTheWrongComponent() {
    server.send(
        FACE,
        "<message from='dave@xmpp.test/Gajim' to='erin__mail.test@mail.a.test'><body>no</body>"
            + "</message><message from='dave@xmpp.test/Gajim' to='erin__mail.test@mail.a.test' id='b'>"
            + "<body>"
            + "x".repeat(30_000)
            + "</body></message><message "
            + FROM_DAVE
            + " id='last'><body>yes</body></message>");
    await().until(() -> !gateway.intake.envelopes().isEmpty());
    assertThat(posted(gateway.intake.only()).body().text()).isEqualTo("yes");
    assertThat(server.messages()).isEmpty();
  }

  @Test
  void ignoresChatStatesAndWhatNobodyWrote() {
    server.send(
        FACE,
        "<message "
            + FROM_DAVE
            + " type='chat'><composing "
            + "xmlns='http://jabber.org/protocol/chatstates'/></message>"
            + "<message "
            + FROM_DAVE
            + " type='headline'><body>news</body></message>"
            + "<message "
            + FROM_DAVE
            + " type='error' id='never-sent'><error type='cancel'/></message>"
            + "<message "
            + FROM_DAVE
            + " type='chat' id='x'><received xmlns='urn:xmpp:receipts' "
            + "id='never-sent'/></message>"
            + "<message "
            + FROM_DAVE
            + " id='last'><body>yes</body></message>");
    await().until(() -> !gateway.intake.envelopes().isEmpty());
    assertThat(posted(gateway.intake.only()).body().text()).isEqualTo("yes");
    assertThat(server.messages()).isEmpty();
  }

  @Test
  void answersAStanzaThatIsTooLarge() {
    server.send(
        FACE,
        "<message "
            + FROM_DAVE
            + " type='chat' id='big'><body>"
            + "x".repeat(30_000)
            + "</body></message>");
    Element error = nextMessage(0);
    assertThat(error.getAttribute("id")).isEqualTo("big");
    assertThat(condition(error)).startsWith("modify policy-violation ");
  }

  @Test
  void waitsForTheRouteWhileItIsReloaded() throws Exception {
    gateway.camel.getRouteController().stopRoute("xmpp-in");
    server.send(FACE, "<message " + FROM_DAVE + " id='m1'><body>hi</body></message>");
    gateway.camel.getRouteController().startRoute("xmpp-in");
    await().until(() -> !gateway.intake.envelopes().isEmpty());
  }

  // ---- outbound

  @Test
  void sendsAMessageAndLearnsThatTheServerHasIt() throws Exception {
    Envelope envelope = Envelopes.from(ALICE).to(DAVE).id("e1").text("hello").envelope();
    assertThat(gateway.send(envelope, DAVE).get()).isEqualTo(Outcome.Delivered.plain());
    Element message = server.messages().getFirst();
    assertThat(message.getAttribute("from")).isEqualTo("alice@emsg.a.test");
    assertThat(message.getAttribute("to")).isEqualTo("dave@xmpp.test");
    assertThat(message.getAttribute("type")).isEqualTo("chat");
    assertThat(message.getAttribute("id"))
        .isEqualTo(gateway.edge.minting().mint(envelope, DAVE).value());
    assertThat(text(message, "body")).isEqualTo("hello");
  }

  @Test
  void speaksAsEachFaceOverItsOwnStream() throws Exception {
    Envelope mail = Envelopes.from(World.ERIN).to(DAVE).text("from mail").envelope();
    assertThat(gateway.send(mail, DAVE).get()).isEqualTo(Outcome.Delivered.plain());
    Element message = server.messages().getFirst();
    assertThat(message.getAttribute("from")).isEqualTo("erin__mail.test@mail.a.test");
    Element ping =
        server.received().stream()
            .filter(e -> e.getLocalName().equals("iq"))
            .findFirst()
            .orElseThrow();
    assertThat(ping.getAttribute("from")).isEqualTo(MAIL_FACE);
  }

  @Test
  void rejectsAtOnceWhatNoComponentIsThereFor() throws Exception {
    try (EdgeUnderTest bare = new EdgeUnderTest(List.of())) {
      assertThat(bare.send(hello(), DAVE).get())
          .isEqualTo(
              new Outcome.Rejected(
                  Reason.of(
                      Reason.Kind.UNAVAILABLE, "No XMPP component is set up for emsg.a.test.")));
    }
  }

  @Test
  void turnsAnErrorThatComesAtOnceIntoTheOutcome() throws Exception {
    server.script = stanza -> bounce(stanza, "cancel", "service-unavailable", "No such user");
    assertThat(gateway.send(hello(), DAVE).get())
        .isEqualTo(
            new Outcome.Rejected(
                Reason.of(Reason.Kind.NO_SUCH_USER, "No such user", "service-unavailable")));
    assertThat(gateway.intake.envelopes()).isEmpty();
  }

  @Test
  void waitsWithOneConversationWhoseRecipientCannotTakeItNow() throws Exception {
    server.script = stanza -> bounce(stanza, "wait", "resource-constraint", "full");
    assertThat(gateway.send(hello(), DAVE).get())
        .isEqualTo(
            Outcome.Deferred.conversation(
                Reason.of(Reason.Kind.MAILBOX_FULL, "full", "resource-constraint")));
  }

  @Test
  void turnsAnErrorThatComesLateIntoABounce() throws Exception {
    Envelope envelope = hello();
    gateway.send(envelope, DAVE).get();
    String id = server.messages().getFirst().getAttribute("id");
    gateway.ids.sent(Network.XMPP, id, sent(envelope));
    server.send(
        FACE,
        "<message type='error' from='dave@xmpp.test' to='alice@emsg.a.test' id='"
            + id
            + "'>"
            + "<error type='cancel'><remote-server-not-found xmlns='"
            + ERRORS
            + "'/></error></message>");
    await().until(() -> !gateway.intake.envelopes().isEmpty());
    Envelope bounce = gateway.intake.only();
    assertThat(bounce.sender()).isEqualTo(DAVE);
    assertThat(bounce.recipients()).containsExactly(new Address.Xmpp("alice", FACE));
    assertThat(bounce.event())
        .isEqualTo(
            new Event.Bounced(
                new MessageId(id),
                DAVE,
                Reason.of(
                    Reason.Kind.NO_SUCH_SERVER,
                    "The XMPP server answered: remote-server-not-found.",
                    "remote-server-not-found")));
  }

  @Test
  void bringsALateErrorAgainUntilItIsTaken() {
    gateway.ids.sent(Network.XMPP, "x1", sent(hello()));
    gateway.intake.willAnswer(
        new IntakeResult.Deferred(
            Reason.of(Reason.Kind.UNAVAILABLE, "busy"), Optional.of(Duration.ofMillis(5))));
    server.send(
        FACE,
        "<message type='error' from='dave@xmpp.test' to='alice@emsg.a.test' id='x1'>"
            + "<error type='cancel'><gone xmlns='"
            + ERRORS
            + "'/></error></message>");
    await().until(() -> gateway.intake.envelopes().size() == 2);
    assertThat(server.messages()).isEmpty();
  }

  @Test
  void bringsALateErrorAgainWhileTheDatabaseIsAway() {
    gateway.ids.sent(Network.XMPP, "x1", sent(hello())).failing(3);
    server.send(
        FACE,
        "<message type='error' from='dave@xmpp.test' to='alice@emsg.a.test' id='x1'>"
            + "<error type='cancel'><gone xmlns='"
            + ERRORS
            + "'/></error></message>");
    await().until(() -> !gateway.intake.envelopes().isEmpty());
    assertThat(gateway.intake.only().event()).isInstanceOf(Event.Bounced.class);
    assertThat(server.messages()).isEmpty();
  }

  @Test
  void believesNoErrorOfSomebodyWhoWasNotWrittenTo() {
    gateway.ids.sent(Network.XMPP, "x1", sent(hello()));
    server.send(
        FACE,
        "<message type='error' from='mallory@evil.test' to='alice@emsg.a.test' id='x1'>"
            + "<error type='cancel'><gone xmlns='"
            + ERRORS
            + "'/></error></message>"
            + "<message from='mallory@evil.test' to='alice@emsg.a.test' id='y'>"
            + "<received xmlns='urn:xmpp:receipts' id='x1'/></message>"
            + "<message "
            + FROM_DAVE
            + " id='last'><body>yes</body></message>");
    await().until(() -> !gateway.intake.envelopes().isEmpty());
    assertThat(gateway.intake.only().event()).isInstanceOf(Event.Posted.class);
  }

  @Test
  void defersTheLaneWhileTheStreamIsAway() throws Exception {
    assertThat(gateway.edge.away()).isEmpty();
    server.close();
    await().until(() -> gateway.edge.status().values().stream().noneMatch(s -> s.connected()));
    assertThat(gateway.edge.away()).containsExactlyInAnyOrder(FACE, MAIL_FACE);
    assertThat(gateway.send(hello(), DAVE).get())
        .isInstanceOfSatisfying(
            Outcome.Deferred.class,
            deferred -> {
              assertThat(deferred.scope()).isEqualTo(Outcome.Deferred.Scope.LANE);
              assertThat(deferred.certain()).isTrue();
            });
  }

  // ---- receipts

  @Test
  void tellsAnXmppUserThatTheirMessageHasArrivedWhenItHas() throws Exception {
    ConversationId conversation = ConversationId.of(ALICE, DAVE);
    server.send(
        FACE,
        "<message "
            + FROM_DAVE
            + " type='chat' id='m1'><body>hi</body>"
            + "<request xmlns='urn:xmpp:receipts'/></message>");
    await().until(() -> !gateway.intake.envelopes().isEmpty());
    assertThat(server.messages()).as("taken is not delivered").isEmpty();
    String id = gateway.intake.only().id().value();
    gateway.ids.same(conversation, Network.XMPP, id, Network.EMSG, "e-1");

    gateway
        .send(
            Envelopes.from(ALICE)
                .to(DAVE)
                .event(new Event.Receipted(new MessageId("e-1"), Event.Receipted.Kind.DELIVERED))
                .envelope(),
            DAVE)
        .get();
    Element receipt = server.messages().getFirst();
    assertThat(receipt.getAttribute("to")).isEqualTo("dave@xmpp.test/Gajim");
    Element received =
        (Element) receipt.getElementsByTagNameNS("urn:xmpp:receipts", "received").item(0);
    assertThat(received.getAttribute("id")).isEqualTo("m1");
  }

  @Test
  void sendsNoReceiptThatNobodyAskedFor() throws Exception {
    gateway.ids.same(
        ConversationId.of(ALICE, DAVE), Network.XMPP, "n/Gajim/m1", Network.EMSG, "e-1");
    Envelope delivered =
        Envelopes.from(ALICE)
            .to(DAVE)
            .event(new Event.Receipted(new MessageId("e-1"), Event.Receipted.Kind.DELIVERED))
            .envelope();
    assertThat(gateway.send(delivered, DAVE).get()).isEqualTo(Outcome.Delivered.plain());
    assertThat(server.messages()).isEmpty();
  }

  @Test
  void asksForAReceiptForWhatAnEmsgUserWroteAndPassesItOn() throws Exception {
    Envelope envelope = hello();
    gateway.send(envelope, DAVE).get();
    Element message = server.messages().getFirst();
    assertThat(message.getElementsByTagNameNS("urn:xmpp:receipts", "request").getLength())
        .isEqualTo(1);
    String id = message.getAttribute("id");
    gateway.ids.sent(Network.XMPP, id, sent(envelope));
    server.send(
        FACE,
        "<message "
            + FROM_DAVE
            + " id='r'><received xmlns='urn:xmpp:receipts' id='"
            + id
            + "'/></message>");
    await().until(() -> !gateway.intake.envelopes().isEmpty());
    assertThat(gateway.intake.only().event())
        .isEqualTo(new Event.Receipted(new MessageId(id), Event.Receipted.Kind.DELIVERED));
  }

  // ---- bounces

  @Test
  void bouncesToTheDeviceThatWroteUnderItsOwnId() throws Exception {
    Envelope bounce =
        Envelopes.from(new Address.Emsg("", "a.test"))
            .to(DAVE)
            .event(
                new Event.Bounced(
                    new MessageId("r/Gajim/m1"),
                    new Address.Xmpp("zoe", FACE),
                    Reason.of(Reason.Kind.EXPIRED, "Nobody took it for five days.")))
            .envelope();
    Envelope fromXmpp =
        new Envelope(
            bounce.trace(),
            Network.XMPP,
            bounce.id(),
            bounce.sender(),
            bounce.displayName(),
            bounce.recipients(),
            bounce.sent(),
            bounce.received(),
            bounce.event(),
            bounce.provenance(),
            bounce.digest(),
            bounce.wire());
    assertThat(gateway.send(fromXmpp, DAVE).get()).isEqualTo(Outcome.Delivered.plain());
    Element error = server.messages().getFirst();
    assertThat(error.getAttribute("from")).isEqualTo("zoe@emsg.a.test");
    assertThat(error.getAttribute("to")).isEqualTo("dave@xmpp.test/Gajim");
    assertThat(error.getAttribute("id")).isEqualTo("m1");
    assertThat(condition(error))
        .isEqualTo("cancel remote-server-timeout Nobody took it for five days.");
  }

  // ---- presence and requests

  @Test
  void isAvailableToWhoSubscribesToABridgedUser() {
    server.send(FACE, "<presence " + FROM_DAVE + " type='subscribe' id='s'/>");
    await().until(() -> presences().size() == 2);
    assertThat(presences())
        .extracting(p -> p.getAttribute("type") + " " + p.getAttribute("from"))
        .containsExactly("subscribed alice@emsg.a.test", " alice@emsg.a.test");
    server.send(FACE, "<presence " + FROM_DAVE + " type='probe'/>");
    await().until(() -> presences().size() == 3);
    assertThat(presences().getLast().getAttribute("to")).isEqualTo("dave@xmpp.test/Gajim");
    server.send(FACE, "<presence " + FROM_DAVE + " type='unsubscribe'/>");
    await().until(() -> presences().size() == 4);
    assertThat(presences().getLast().getAttribute("type")).isEqualTo("unsubscribed");
  }

  @Test
  void refusesASubscriptionToSomebodyWhoIsNotThere() {
    server.send(FACE, "<presence from='dave@xmpp.test' to='zoe@emsg.a.test' type='subscribe'/>");
    await().until(() -> presences().size() == 1);
    assertThat(presences().getFirst().getAttribute("type")).isEqualTo("error");
    assertThat(condition(presences().getFirst())).startsWith("cancel item-not-found");
  }

  @Test
  void saysNothingToPresenceThatAsksNothing() {
    server.send(
        FACE,
        "<presence "
            + FROM_DAVE
            + "/><presence "
            + FROM_DAVE
            + " type='unavailable'/>"
            + "<presence "
            + FROM_DAVE
            + " type='subscribed'/>"
            + "<presence "
            + FROM_DAVE
            + " type='error'><error type='cancel'/></presence>"
            + "<iq "
            + FROM_DAVE
            + " type='get' id='q'><ping xmlns='urn:xmpp:ping'/></iq>");
    await().until(() -> server.byId("q").isPresent());
    assertThat(presences()).isEmpty();
  }

  @Test
  void saysWhatItIsToServiceDiscovery() {
    Element gatewayInfo = disco(FACE, "emsg.a.test", "i1");
    assertThat(identity(gatewayInfo)).isEqualTo("gateway/xmpp");
    assertThat(features(gatewayInfo))
        .containsExactlyInAnyOrder(
            "http://jabber.org/protocol/disco#info",
            "http://jabber.org/protocol/disco#items",
            "urn:xmpp:ping",
            "jabber:iq:version");
    assertThat(identity(disco(MAIL_FACE, "mail.a.test", "i2"))).isEqualTo("gateway/smtp");

    Element alice = disco(FACE, "alice@emsg.a.test", "i3");
    assertThat(alice.getAttribute("from")).isEqualTo("alice@emsg.a.test");
    assertThat(identity(alice)).isEqualTo("account/registered");
    assertThat(features(alice)).contains("urn:xmpp:receipts");
    Element erin = disco(MAIL_FACE, "erin__mail.test@mail.a.test", "i4");
    assertThat(features(erin)).doesNotContain("urn:xmpp:receipts");

    Element nobody = disco(FACE, "zoe@emsg.a.test", "i5");
    assertThat(condition(nobody)).startsWith("cancel item-not-found");
  }

  @Test
  void answersEveryRequestFromTheJidThatWasAddressed() {
    String[][] asked = {
      {"alice@emsg.a.test/any", "<vCard xmlns='vcard-temp'/>", "service-unavailable"},
      {
        "alice@emsg.a.test",
        "<pubsub xmlns='http://jabber.org/protocol/pubsub'/>",
        "service-unavailable"
      },
      {"emsg.a.test", "<query xmlns='jabber:iq:register'/>", "service-unavailable"},
      {
        "emsg.a.test",
        "<query xmlns='http://jabber.org/protocol/disco#info' node='x'/>",
        "item-not-found"
      },
    };
    for (int i = 0; i < asked.length; i++) {
      String id = "q" + i;
      server.send(
          FACE,
          "<iq from='dave@xmpp.test/Gajim' to='"
              + asked[i][0]
              + "' type='get' id='"
              + id
              + "'>"
              + asked[i][1]
              + "</iq>");
      await().until(() -> server.byId(id).isPresent());
      Element answer = server.byId(id).orElseThrow();
      assertThat(answer.getAttribute("from")).isEqualTo(asked[i][0]);
      assertThat(answer.getAttribute("to")).isEqualTo("dave@xmpp.test/Gajim");
      assertThat(condition(answer)).startsWith("cancel " + asked[i][2]);
    }
    server.send(
        FACE,
        "<iq from='dave@xmpp.test/Gajim' to='emsg.a.test' type='get' id='v'>"
            + "<query xmlns='jabber:iq:version'/></iq>"
            + "<iq from='dave@xmpp.test/Gajim' to='alice@emsg.a.test' type='get' id='p'>"
            + "<ping xmlns='urn:xmpp:ping'/></iq>");
    await().until(() -> server.byId("v").isPresent() && server.byId("p").isPresent());
    assertThat(text(server.byId("v").orElseThrow(), "version")).isEqualTo("1.0-test");
    assertThat(server.byId("p").orElseThrow().getAttribute("type")).isEqualTo("result");
  }

  @Test
  void readsEscapedJidsOnItsFaces() {
    server.send(
        FACE,
        "<message from='dave@xmpp.test/G' to='bob#b.test@emsg.a.test' id='m1'><body>hi</body></message>");
    await().until(() -> !gateway.intake.envelopes().isEmpty());
    Address addressed = gateway.intake.only().recipients().getFirst();
    assertThat(gateway.addressing.resolve(Network.XMPP, addressed).why()).isNotBlank();
    assertThat(gateway.addressing.resolve(Network.XMPP, addressed).toString())
        .contains("bob#b.test");
  }

  @Test
  void readsAForeignNameInItsNormalForm() {
    server.send(
        FACE,
        "<message from='zoë@bücher.test/r' to='alice@emsg.a.test' id='m1'><body>hi</body></message>");
    await().until(() -> !gateway.intake.envelopes().isEmpty());
    assertThat(gateway.intake.only().sender())
        .isEqualTo(new Address.Xmpp("zoë", "xn--bcher-kva.test"));
  }

  @Test
  void stopsTheStartWhereAComponentIsNoFace() {
    assertThatThrownBy(() -> new EdgeUnderTest(List.of(component("other.test", "x", List.of()))))
        .hasMessageContaining("other.test is no face that is shown in XMPP");
  }

  @Test
  void stopsTheStartWhereADomainOfOursIsTheServersOwnToo() {
    for (String host : List.of("a.test", MAIL_FACE)) {
      assertThatThrownBy(
              () -> new EdgeUnderTest(List.of(component(FACE, "one", List.of("xmpp.test", host)))))
          .hasMessageContaining("local-hosts has " + host + ", which is a home domain or a face");
    }
  }

  // ---- what is read off stanzas

  private static Envelope hello() {
    return Envelopes.from(ALICE).to(DAVE).text("hello").envelope();
  }

  private static IdMap.Sent sent(Envelope envelope) {
    return new IdMap.Sent(
        envelope.trace(), ConversationId.of(ALICE, DAVE), envelope.sender(), DAVE, true);
  }

  private static List<String> bounce(Element stanza, String type, String condition, String text) {
    return stanza.getLocalName().equals("message")
        ? List.of(
            "<message type='error' from='%s' to='%s' id='%s'><error type='%s'><%s xmlns='%s'/><text xmlns='%s'>%s</text></error></message>"
                .formatted(
                    stanza.getAttribute("to"),
                    stanza.getAttribute("from"),
                    stanza.getAttribute("id"),
                    type,
                    condition,
                    ERRORS,
                    ERRORS,
                    text))
        : List.of();
  }

  private static Event.Posted posted(Envelope envelope) {
    return (Event.Posted) envelope.event();
  }

  private Element nextMessage(int index) {
    await().until(() -> server.messages().size() > index);
    return server.messages().get(index);
  }

  private List<Element> presences() {
    return server.received().stream().filter(e -> e.getLocalName().equals("presence")).toList();
  }

  private Element disco(String component, String to, String id) {
    server.send(
        component,
        "<iq from='dave@xmpp.test/Gajim' to='"
            + to
            + "' type='get' id='"
            + id
            + "'>"
            + "<query xmlns='http://jabber.org/protocol/disco#info'/></iq>");
    await().until(() -> server.byId(id).isPresent());
    return server.byId(id).orElseThrow();
  }

  private static String identity(Element info) {
    Element identity = (Element) info.getElementsByTagNameNS("*", "identity").item(0);
    return identity.getAttribute("category") + '/' + identity.getAttribute("type");
  }

  private static List<String> features(Element info) {
    var nodes = info.getElementsByTagNameNS("*", "feature");
    return IntStream.range(0, nodes.getLength())
        .mapToObj(i -> ((Element) nodes.item(i)).getAttribute("var"))
        .toList();
  }

  private static String text(Element stanza, String name) {
    return stanza.getElementsByTagNameNS("*", name).item(0).getTextContent();
  }

  /// `type condition text` of a stanza's error.
  private static String condition(Element stanza) {
    Element error = (Element) stanza.getElementsByTagNameNS("*", "error").item(0);
    StringBuilder said = new StringBuilder(error.getAttribute("type"));
    for (var node = error.getFirstChild(); node != null; node = node.getNextSibling()) {
      if (node instanceof Element child && ERRORS.equals(child.getNamespaceURI())) {
        said.append(' ')
            .append(
                child.getLocalName().equals("text")
                    ? child.getTextContent()
                    : child.getLocalName());
      }
    }
    return said.toString();
  }
}
