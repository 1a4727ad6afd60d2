package org.emsg.gateway.emsg;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import org.emsg.gateway.crypto.Ed25519;
import org.emsg.gateway.fixtures.FakeDns;
import org.emsg.gateway.fixtures.World;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a server answers line by line: versions, framing, codes (profile §3, §4, §6).
class WireRulesTest {
  private static final String HELLO =
      "{\"type\":\"hello\",\"version\":\"0.2.0\",\"to\":\"a.test\"}";

  @TempDir Path keys;
  private HomeServer server;

  @BeforeEach
  void open() throws Exception {
    server = HomeServer.start(keys);
  }

  @AfterEach
  void close() {
    server.close();
  }

  @Test
  void saysHelloWithEverythingThatAPeerNeeds() throws Exception {
    try (RawPeer peer = server.raw()) {
      JsonNode answer = peer.ask(HELLO);
      assertThat(answer.path("type").textValue()).isEqualTo("hello");
      assertThat(answer.path("code").intValue()).isEqualTo(200);
      assertThat(answer.path("version").textValue()).isEqualTo("0.2.0");
      assertThat(answer.path("domain").textValue()).isEqualTo("a.test");
      assertThat(Signatures.base64(answer.path("nonce").textValue()).orElseThrow()).hasSize(32);
      assertThat(answer.path("max_line").intValue()).isEqualTo(1 << 20);
    }
  }

  @Test
  void anotherMajorVersionIsRefusedAndTheConnectionCloses() throws Exception {
    try (RawPeer peer = server.raw()) {
      JsonNode answer = peer.ask("{\"type\":\"hello\",\"version\":\"1.0.0\",\"to\":\"a.test\"}");
      assertThat(answer.path("code").intValue()).isEqualTo(411);
      assertThat(answer.path("message").textValue()).isEqualTo("Unsupported Version");
      assertThat(answer.path("version").textValue()).isEqualTo("0.2.0");
      assertThat(peer.isClosed()).isTrue();
    }
  }

  @Test
  void theLowerMinorVersionIsSpoken() throws Exception {
    try (RawPeer peer = server.raw()) {
      JsonNode answer = peer.ask("{\"type\":\"hello\",\"version\":\"0.1.7\",\"to\":\"a.test\"}");
      assertThat(answer.path("version").textValue()).isEqualTo("0.1.0");
    }
    try (RawPeer peer = server.raw()) {
      JsonNode answer = peer.ask("{\"type\":\"hello\",\"version\":\"0.9.0\",\"to\":\"a.test\"}");
      assertThat(answer.path("version").textValue()).isEqualTo("0.2.0");
    }
  }

  @Test
  void aVersionThatIsNoneIsABadRequestAndThePeerMayTryAgain() throws Exception {
    try (RawPeer peer = server.raw()) {
      assertThat(code(peer, "{\"type\":\"hello\",\"version\":\"two\",\"to\":\"a.test\"}"))
          .isEqualTo(400);
      assertThat(code(peer, HELLO)).isEqualTo(200);
    }
  }

  @Test
  void aFirstMessageOfAnotherMajorVersionIsRefusedAndTheConnectionCloses() throws Exception {
    try (RawPeer peer = server.raw()) {
      JsonNode answer =
          peer.ask(
              "{\"type\":\"chat\",\"version\":\"1.0.0\",\"sender\":\"bob#b.test\","
                  + "\"recipient\":\"alice#a.test\",\"timestamp\":1,\"body\":\"x\"}");
      assertThat(answer.path("code").intValue()).isEqualTo(411);
      assertThat(answer.path("version").textValue()).isEqualTo("0.2.0");
      assertThat(peer.isClosed()).isTrue();
    }
  }

  @Test
  void aDomainThatIsNotServedHereIsNotFound() throws Exception {
    try (RawPeer peer = server.raw()) {
      assertThat(code(peer, "{\"type\":\"hello\",\"version\":\"0.2.0\",\"to\":\"c.test\"}"))
          .isEqualTo(404);
      assertThat(peer.isClosed()).isTrue();
    }
  }

  @Test
  void malformedLinesAreAnsweredAndTheConnectionStays() throws Exception {
    try (RawPeer peer = server.raw()) {
      peer.ask(HELLO);
      assertThat(code(peer, "{\"type\":\"chat\"")).isEqualTo(400);
      assertThat(code(peer, "[1]")).isEqualTo(400);
      assertThat(code(peer, "{\"type\":\"ping\",\"a\":1,\"a\":2}")).isEqualTo(400);
      assertThat(code(peer, "{\"type\":\"ping\",\"n\":9007199254740993}")).isEqualTo(400);
      assertThat(peer.ask("{\"type\":\"ping\"}").path("type").textValue()).isEqualTo("pong");
    }
  }

  @Test
  void theTenthMalformedLineInAMinuteEndsIt() throws Exception {
    try (RawPeer peer = server.raw()) {
      for (int i = 1; i < 10; i++) {
        assertThat(code(peer, "no")).isEqualTo(400);
      }
      JsonNode last = peer.ask("no");
      assertThat(last.path("code").intValue()).isEqualTo(429);
      assertThat(last.path("retry_after").intValue()).isEqualTo(60);
      assertThat(peer.isClosed()).isTrue();
    }
  }

  @Test
  void aLineOverTheLimitIsTooLargeAndTheConnectionCloses() throws Exception {
    try (RawPeer peer = server.raw()) {
      peer.ask(HELLO);
      JsonNode answer = peer.say("x".repeat((1 << 20) + 1)).hear();
      assertThat(answer.path("code").intValue()).isEqualTo(413);
      assertThat(peer.isClosed()).isTrue();
    }
  }

  @Test
  void carriageReturnsAndEmptyLinesAreNoMatter() throws Exception {
    try (RawPeer peer = server.raw()) {
      assertThat(code(peer, "\r\n\n" + HELLO + "\r")).isEqualTo(200);
    }
  }

  @Test
  void aSchemaViolationTellsWhere() throws Exception {
    try (RawPeer peer = server.raw()) {
      peer.ask(HELLO);
      JsonNode answer =
          peer.ask(
              "{\"type\":\"chat\",\"id\":\"7\",\"sender\":\"bob#b.test\",\"recipient\":7,"
                  + "\"timestamp\":1,\"body\":\"x\"}");
      assertThat(answer.path("code").intValue()).isEqualTo(422);
      assertThat(answer.path("id").textValue()).isEqualTo("7");
      assertThat(answer.path("pointer").textValue()).isEqualTo("/recipient");
    }
  }

  @Test
  void anUnknownTypeIsNotImplemented() throws Exception {
    try (RawPeer peer = server.raw()) {
      peer.ask(HELLO);
      assertThat(code(peer, "{\"type\":\"dance\",\"id\":\"1\"}")).isEqualTo(501);
    }
  }

  @Test
  void mailboxesAreForThoseWhoAuthenticated() throws Exception {
    try (RawPeer peer = server.raw()) {
      peer.ask(HELLO);
      assertThat(code(peer, "{\"type\":\"sync\",\"id\":\"1\"}")).isEqualTo(401);
      assertThat(code(peer, "{\"type\":\"ack\",\"cursor\":1}")).isEqualTo(401);
      assertThat(code(peer, "{\"type\":\"resolve\",\"address\":\"x#y.test\"}")).isEqualTo(401);
      assertThat(
              code(
                  peer,
                  "{\"type\":\"chat\",\"sender\":\"alice#a.test\",\"recipient\":\"anna#a.test\","
                      + "\"timestamp\":1,\"body\":\"x\"}"))
          .isEqualTo(401);
    }
  }

  @Test
  void keysAreForEverybody() throws Exception {
    server.register(World.ALICE);
    try (RawPeer peer = server.raw()) {
      JsonNode answer =
          peer.ask("{\"type\":\"GET_PROFILE\",\"id\":\"1\",\"user\":\"alice@a.test\"}");
      assertThat(answer.path("code").intValue()).isEqualTo(200);
      assertThat(answer.at("/keys/0/alg").textValue()).isEqualTo("ed25519");
      assertThat(answer.path("user").textValue()).isEqualTo("alice#a.test");
    }
  }

  @Test
  void theKeyOfAnAliasIsPublishedAndTheSameEveryTime() throws Exception {
    String question = "{\"type\":\"GET_PROFILE\",\"user\":\"dave__xmpp.test#xmpp.a.test\"}";
    try (RawPeer peer = server.raw()) {
      String first = peer.ask(question).at("/keys/0/public_key").textValue();
      assertThat(first).isNotEmpty();
      assertThat(peer.ask(question).at("/keys/0/public_key").textValue()).isEqualTo(first);
    }
  }

  @Test
  void everyRefusedProofTakesAsLongAndTheFifthIsTheLast() throws Exception {
    server.register(World.ALICE);
    try (RawPeer peer = server.raw()) {
      peer.ask(HELLO);
      for (String user : new String[] {"alice#a.test", "nobody#a.test", "#a.test", "bob#b.test"}) {
        long before = System.nanoTime();
        assertThat(code(peer, auth(user))).isEqualTo(401);
        assertThat(System.nanoTime() - before)
            .isGreaterThanOrEqualTo(Authentication.DELAY.toNanos());
      }
      assertThat(code(peer, auth("alice#a.test"))).isEqualTo(401);
      assertThat(peer.isClosed()).isTrue();
    }
  }

  private static String auth(String user) {
    byte[] signature = Ed25519.best().generate(new SecureRandom()).sign(new byte[] {1});
    return "{\"type\":\"auth\",\"mechanism\":\"ed25519\",\"user\":\""
        + user
        + "\",\"signature\":\""
        + java.util.Base64.getEncoder().encodeToString(signature)
        + "\"}";
  }

  @Test
  void aProofForAnotherConnectionIsNoProof() throws Exception {
    Ed25519.SigningKey key = server.register(World.ALICE);
    try (RawPeer first = server.raw();
        RawPeer second = server.raw()) {
      String nonce = first.ask(HELLO).path("nonce").textValue();
      second.ask(HELLO);
      byte[] proof =
          key.sign(new AuthProof("client", "alice#a.test", "a.test", nonce, "").signedForm());
      String line =
          "{\"type\":\"auth\",\"mechanism\":\"ed25519\",\"user\":\"alice#a.test\",\"signature\":\""
              + java.util.Base64.getEncoder().encodeToString(proof)
              + "\"}";
      assertThat(code(second, line)).isEqualTo(401);
      assertThat(code(first, line)).isEqualTo(200);
    }
  }

  @Test
  void whoeverDoesNotSayHelloInTimeIsClosed() throws Exception {
    EmsgConfig hasty = Timeouts.of(Duration.ofMillis(300), Duration.ofSeconds(60));
    try (HomeServer other = HomeServer.start("a.test", hasty, new FakeDns(), keys);
        RawPeer silent = other.raw();
        RawPeer halfTls = other.raw()) {
      halfTls.say(new byte[] {0x16, 3, 1});
      assertThat(silent.isClosed()).isTrue();
      assertThat(halfTls.isClosed()).isTrue();
    }
  }

  @Test
  void aSilentPeerIsAskedAndThenClosed() throws Exception {
    EmsgConfig hasty = Timeouts.of(Duration.ofSeconds(15), Duration.ofMillis(200));
    try (HomeServer other = HomeServer.start("a.test", hasty, new FakeDns(), keys);
        RawPeer peer = other.raw()) {
      peer.ask(HELLO);
      assertThat(peer.hear().path("type").textValue()).isEqualTo("ping");
      assertThat(peer.isClosed()).isTrue();
    }
  }

  @Test
  void connectionsThatProveNothingAreLimited() throws Exception {
    EmsgConfig tight = Timeouts.halfOpen(3);
    try (HomeServer other = HomeServer.start("a.test", tight, new FakeDns(), keys);
        RawPeer one = other.raw();
        RawPeer two = other.raw();
        RawPeer three = other.raw()) {
      one.ask(HELLO);
      two.ask(HELLO);
      three.ask(HELLO);
      try (RawPeer four = other.raw()) {
        assertThat(four.isClosed()).isTrue();
      }
    }
  }

  @Test
  void serversThatProveNothingCountAmongThemAndDevicesDoNot() throws Exception {
    EmsgConfig tight = Timeouts.halfOpen(2);
    String hello =
        "{\"type\":\"hello\",\"version\":\"0.2.0\",\"role\":\"server\",\"from\":\"x.test\"}";
    try (HomeServer other = HomeServer.start("a.test", tight, new FakeDns(), keys)) {
      other.register(World.ALICE);
      other.connect(World.ALICE);
      other.connect(World.ALICE);
      try (RawPeer one = other.raw();
          RawPeer two = other.raw()) {
        one.ask(hello);
        two.ask(hello);
        try (RawPeer three = other.raw()) {
          assertThat(three.isClosed()).isTrue();
        }
      }
    }
  }

  @Test
  void splitsAtEveryByteMakeNoDifference() throws Exception {
    byte[] lines =
        (HELLO + "\r\n{\"type\":\"ping\",\"id\":\"é\"}\n").getBytes(StandardCharsets.UTF_8);
    for (int split = 1; split < lines.length; split++) {
      try (RawPeer peer = server.raw()) {
        peer.say(java.util.Arrays.copyOfRange(lines, 0, split));
        peer.say(java.util.Arrays.copyOfRange(lines, split, lines.length));
        assertThat(peer.hear().path("code").intValue()).isEqualTo(200);
        assertThat(peer.hear().path("id").textValue()).isEqualTo("é");
      }
    }
  }

  private static int code(RawPeer peer, String line) throws Exception {
    return peer.ask(line).path("code").intValue();
  }
}
