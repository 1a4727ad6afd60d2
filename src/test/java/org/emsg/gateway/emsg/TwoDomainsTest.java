package org.emsg.gateway.emsg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.emsg.gateway.crypto.Ed25519;
import org.emsg.gateway.fixtures.FakeDns;
import org.emsg.gateway.fixtures.World;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Body;
import org.emsg.gateway.model.Bytes;
import org.emsg.gateway.model.Envelope;
import org.emsg.gateway.model.Event;
import org.emsg.gateway.model.MessageId;
import org.emsg.gateway.model.Network;
import org.emsg.gateway.model.Outcome;
import org.emsg.gateway.model.Provenance;
import org.emsg.gateway.model.Reason;
import org.emsg.gateway.model.TraceId;
import org.emsg.gateway.net.TlsIdentity;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// alice#a.test and bob#b.test: two gateways that find one another by DNS and talk over TLS.
class TwoDomainsTest {
  private static final Address.Emsg ALICE = World.ALICE;
  private static final Address.Emsg BOB = World.BOB;
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path keysOfA;
  @TempDir Path keysOfB;
  private final FakeDns dns = new FakeDns();
  private HomeServer a;
  private HomeServer b;

  @BeforeEach
  void open() throws Exception {
    TlsIdentity ofA = HomeServer.identity("a.test", Clock.systemUTC());
    TlsIdentity ofB = HomeServer.identity("b.test", Clock.systemUTC());
    List<TlsIdentity> both = List.of(ofA, ofB);
    EmsgConfig config = Timeouts.of(Duration.ofSeconds(15), Duration.ofSeconds(60));
    a = HomeServer.start("a.test", config, dns, ofA, both, keysOfA);
    b = HomeServer.start("b.test", config, dns, ofB, both, keysOfB);
    a.register(ALICE);
    b.register(BOB);
    dns.address("one.b.test", "127.0.0.1").address("two.b.test", "127.0.0.1");
    dns.srv("_emsg-server._tcp.b.test", 10, 0, deadPort(), "one.b.test");
    dns.srv("_emsg-server._tcp.b.test", 20, 0, b.address().getPort(), "two.b.test");
    dns.address("one.a.test", "127.0.0.1");
    dns.srv("_emsg-server._tcp.a.test", 10, 0, a.address().getPort(), "one.a.test");
    dns.srv("_emsg-server._tcp.xmpp.a.test", 10, 0, a.address().getPort(), "one.a.test");
  }

  @AfterEach
  void close() {
    a.close();
    b.close();
  }

  private static int deadPort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  @Test
  void aMessageCrossesThoughTheFirstServerOfTheListIsDead() throws Exception {
    List<EsmpClient.Received> bob = b.listen(BOB, "phone");
    EsmpClient.Answer answer = get(a.connect(ALICE).send("bob#b.test", "Hi Bob!"));
    assertThat(answer.code()).isEqualTo(202);
    assertThat(a.sendForwarded()).containsExactly(Outcome.Delivered.plain());
    await().untilAsserted(() -> assertThat(bob).hasSize(1));
    assertThat(bob.getFirst().body()).isEqualTo("Hi Bob!");
    ObjectNode message = bob.getFirst().json();
    assertThat(
            Ed25519.best()
                .verify(
                    a.keyOf(ALICE).publicKey(),
                    SignedForm.of(message),
                    Signatures.base64(message.at("/signatures/0/value").textValue()).orElseThrow()))
        .isTrue();
  }

  @Test
  void manyMessagesKeepTheirOrderOverOneConnection() throws Exception {
    List<EsmpClient.Received> bob = b.listen(BOB, "phone");
    EsmpClient alice = a.connect(ALICE);
    for (int i = 1; i <= 50; i++) {
      get(alice.send("bob#b.test", Integer.toString(i)));
    }
    int before = b.edge.load().connections();
    assertThat(a.sendForwarded()).hasSize(50).allMatch(Outcome.Delivered.class::isInstance);
    await().untilAsserted(() -> assertThat(bob).hasSize(50));
    assertThat(bob).extracting(m -> Integer.parseInt(m.body())).isSorted();
    assertThat(b.edge.load().connections()).isEqualTo(before + 1);
  }

  @Test
  void aRepliedMessageComesBackTheOtherWay() throws Exception {
    List<EsmpClient.Received> alice = a.listen(ALICE, "phone");
    get(b.connect(BOB).send("alice@a.test", "Hi Alice!"));
    assertThat(b.sendForwarded()).containsExactly(Outcome.Delivered.plain());
    await().untilAsserted(() -> assertThat(alice).hasSize(1));
  }

  @Test
  void anUnknownUserThereIsRejectedWithTheOthersCode() throws Exception {
    get(a.connect(ALICE).send("nobody#b.test", "?"));
    assertThat(a.sendForwarded().getFirst())
        .isInstanceOfSatisfying(
            Outcome.Rejected.class,
            rejected -> {
              assertThat(rejected.reason().kind()).isEqualTo(Reason.Kind.NO_SUCH_USER);
              assertThat(rejected.reason().status()).contains("404");
            });
  }

  @Test
  void aDomainThatCannotBeReachedDefersItsLaneForCertain() throws Exception {
    dns.forget("_emsg-server._tcp.b.test");
    dns.srv("_emsg-server._tcp.b.test", 10, 0, deadPort(), "one.b.test");
    get(a.connect(ALICE).send("bob#b.test", "?"));
    assertThat(a.sendForwarded().getFirst())
        .isInstanceOfSatisfying(
            Outcome.Deferred.class,
            deferred -> {
              assertThat(deferred.scope()).isEqualTo(Outcome.Deferred.Scope.LANE);
              assertThat(deferred.certain()).isTrue();
            });
  }

  @Test
  void aServerWithAnothersCertificateIsNotSpokenTo() throws Exception {
    dns.forget("_emsg-server._tcp.b.test");
    dns.srv("_emsg-server._tcp.b.test", 10, 0, a.address().getPort(), "one.a.test");
    get(a.connect(ALICE).send("bob#b.test", "?"));
    assertThat(a.sendForwarded().getFirst()).isInstanceOf(Outcome.Deferred.class);
    assertThat(b.home.head(BOB)).isZero();
  }

  @Test
  void aBridgedSenderIsSignedWithTheAliasesOwnKey() throws Exception {
    List<EsmpClient.Received> bob = b.listen(BOB, "phone");
    Envelope fromDave = fromDave();
    assertThat(a.send(fromDave, BOB, a.edge.minting().mint(fromDave, BOB)))
        .isEqualTo(Outcome.Delivered.plain());
    await().untilAsserted(() -> assertThat(bob).hasSize(1));
    assertThat(bob.getFirst().sender()).isEqualTo("dave__xmpp.test#xmpp.a.test");
    assertThat(bob.getFirst().json().at("/bridge/origin").textValue()).isEqualTo("xmpp");
    assertThat(bob.getFirst().json().at("/bridge/original_sender").textValue())
        .isEqualTo("dave@xmpp.test");
    assertThat(new EsmpSchemas().violationOnEmit("chat", emitted(bob.getFirst().json()))).isEmpty();
  }

  private static ObjectNode emitted(ObjectNode received) {
    ObjectNode json = received.deepCopy();
    json.remove("cursor");
    return json;
  }

  private static Envelope fromDave() {
    Instant now = Instant.now();
    return new Envelope(
        TraceId.next(now, new SecureRandom()),
        Network.XMPP,
        new MessageId("xmpp-1"),
        World.DAVE,
        Optional.of("Dave"),
        List.of(BOB),
        now,
        now,
        Event.Posted.of(Body.of("Hello from XMPP")),
        Provenance.verifiedBy("xmpp-s2s"),
        Bytes.wrap(new byte[32]),
        Optional.empty());
  }

  @Test
  void aServerThatProvedNothingMayBringWhatItsSenderSigned() throws Exception {
    try (RawPeer peer = b.raw()) {
      peer.ask(
          "{\"type\":\"hello\",\"version\":\"0.2.0\",\"role\":\"server\",\"from\":\"a.test\",\"to\":\"b.test\"}");
      assertThat(code(peer, signed(ALICE, a.keyOf(ALICE)))).isEqualTo(200);
    }
  }

  @Test
  void aPeerWithoutAHandshakeIsServedAsAServerThatProvedNothing() throws Exception {
    try (RawPeer peer = b.raw()) {
      assertThat(code(peer, signed(ALICE, a.keyOf(ALICE)))).isEqualTo(200);
    }
    assertThat(b.home.head(BOB)).isEqualTo(1);
  }

  @Test
  void aForgedMessageIsNotBelievedWhoeverBringsIt() throws Exception {
    Ed25519.SigningKey mallory = Ed25519.best().generate(new SecureRandom());
    try (RawPeer peer = b.raw()) {
      assertThat(code(peer, signed(ALICE, mallory))).isEqualTo(401);
    }
    assertThat(b.home.head(BOB)).isZero();
  }

  @Test
  void ourOwnPeopleDoNotComeFromOutside() throws Exception {
    Address.Emsg carol = new Address.Emsg("carol", "b.test");
    try (RawPeer peer = b.raw()) {
      assertThat(code(peer, signed(carol, b.register(carol)))).isEqualTo(403);
      Address.Emsg alias = new Address.Emsg("dave__xmpp.test", "xmpp.b.test");
      assertThat(code(peer, signed(alias, b.keyOf(carol)))).isEqualTo(403);
    }
  }

  @Test
  void keysThatCannotBeHadNowDeferTheMessageAndNothingIsKept() throws Exception {
    dns.failing("_emsg-server._tcp.c.test");
    Address.Emsg carl = new Address.Emsg("carl", "c.test");
    try (RawPeer peer = b.raw()) {
      JsonNode answer = peer.ask(signed(carl, Ed25519.best().generate(new SecureRandom())));
      assertThat(answer.path("code").intValue()).isEqualTo(503);
      assertThat(answer.path("retry_after").intValue()).isPositive();
    }
    assertThat(b.home.head(BOB)).isZero();
  }

  @Test
  void aServerProvesItsDomainAndThenSpeaksForThatDomainOnly() throws Exception {
    try (RawPeer peer = b.raw()) {
      authenticateAsA(peer, a.domainKeys.ed25519("a.test"), 200);
      assertThat(code(peer, signed(ALICE, a.keyOf(ALICE)))).isEqualTo(200);
      Address.Emsg carl = new Address.Emsg("carl", "c.test");
      assertThat(code(peer, signed(carl, a.keyOf(ALICE)))).isEqualTo(403);
    }
  }

  @Test
  void aServerWithoutTheDomainsKeyDoesNotAuthenticate() throws Exception {
    try (RawPeer peer = b.raw()) {
      authenticateAsA(peer, Ed25519.best().generate(new SecureRandom()), 401);
    }
  }

  private static void authenticateAsA(RawPeer peer, Ed25519.SigningKey key, int expected)
      throws Exception {
    String nonce =
        peer.ask(
                "{\"type\":\"hello\",\"version\":\"0.2.0\",\"role\":\"server\","
                    + "\"from\":\"a.test\",\"to\":\"b.test\"}")
            .path("nonce")
            .textValue();
    byte[] proof = key.sign(new AuthProof("server", "#a.test", "b.test", nonce, "").signedForm());
    assertThat(
            code(
                peer,
                "{\"type\":\"auth\",\"user\":\"#a.test\",\"mechanism\":\"ed25519\","
                    + "\"signature\":\""
                    + Base64.getEncoder().encodeToString(proof)
                    + "\"}"))
        .isEqualTo(expected);
  }

  @Test
  void aServerThatTakesTheMessageAndSaysNothingLeavesItUncertain() throws Exception {
    try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Thread.ofVirtual().start(() -> answerHelloAndHangUp(listener));
      EmsgConfig plain =
          plainTextTo127(Timeouts.of(Duration.ofSeconds(15), Duration.ofSeconds(60)));
      FakeDns there =
          new FakeDns()
              .srv("_emsg-server._tcp.b.test", 1, 0, listener.getLocalPort(), "b.test")
              .address("b.test", "127.0.0.1");
      try (HomeServer other = HomeServer.start("a.test", plain, there, keysOfA)) {
        other.register(ALICE);
        get(other.connect(ALICE).send("bob#b.test", "?"));
        assertThat(other.sendForwarded().getFirst())
            .isInstanceOfSatisfying(
                Outcome.Deferred.class, deferred -> assertThat(deferred.certain()).isFalse());
      }
    }
  }

  private static void answerHelloAndHangUp(ServerSocket listener) {
    try (Socket socket = listener.accept()) {
      BufferedReader in =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
      in.readLine();
      socket
          .getOutputStream()
          .write("{\"code\":200,\"message\":\"hi\"}\n".getBytes(StandardCharsets.UTF_8));
      in.readLine();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static EmsgConfig plainTextTo127(EmsgConfig base) {
    return new EmsgConfig(
        base.host(),
        base.port(),
        List.of(org.emsg.gateway.net.Cidr.parse("127.0.0.0/8")),
        base.maxLine(),
        base.maxConnections(),
        base.maxHalfOpen(),
        base.maxHalfOpenPerAddress(),
        base.maxInFlight(),
        base.maxPending(),
        base.handshakeTimeout(),
        base.pingAfter(),
        base.pingTimeout(),
        base.connectTimeout(),
        base.answerTimeout(),
        base.emxType(),
        base.defaultPort(),
        base.keyCache(),
        base.bareAddressCounts());
  }

  private static String signed(Address.Emsg sender, Ed25519.SigningKey key) {
    ObjectNode message = JSON.createObjectNode();
    message.put("type", "chat");
    message.put("message_id", "m-" + System.nanoTime());
    message.put("sender", sender.text());
    message.put("recipient", "bob#b.test");
    message.put("timestamp", Instant.now().toEpochMilli());
    message.put("body", "Hi");
    Signatures.sign(message, key);
    return message.toString();
  }

  private static int code(RawPeer peer, String line) throws Exception {
    return peer.ask(line).path("code").intValue();
  }

  private static <T> T get(java.util.concurrent.CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(20, TimeUnit.SECONDS);
  }
}
