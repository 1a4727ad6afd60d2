package org.emsg.gateway.emsg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.emsg.gateway.emsg.ForeignServer.answer;
import static org.emsg.gateway.emsg.ForeignServer.is;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.emsg.gateway.crypto.Ed25519;
import org.emsg.gateway.fixtures.FakeClock;
import org.emsg.gateway.fixtures.FakeDns;
import org.emsg.gateway.fixtures.World;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// bob#b.test writes to us, and so does his server; then each has a new key.
class NewKeysTest {
  private static final SecureRandom RANDOM = new SecureRandom();

  @TempDir Path files;
  private final FakeClock clock = new FakeClock(Instant.now());
  private final AtomicReference<Ed25519.SigningKey> published = new AtomicReference<>(newKey());
  private ForeignServer there;
  private HomeServer a;

  @BeforeEach
  void open() throws Exception {
    there = ForeignServer.start(this::answerOfB);
    FakeDns dns =
        new FakeDns()
            .srv("_emsg-server._tcp.b.test", 1, 0, there.port(), "b.test")
            .address("b.test", "127.0.0.1");
    a = HomeServer.start("a.test", Timeouts.plainText(), dns, files, clock);
    a.register(World.ALICE);
  }

  @AfterEach
  void close() throws Exception {
    a.close();
    there.close();
  }

  private static Ed25519.SigningKey newKey() {
    return Ed25519.best().generate(RANDOM);
  }

  private List<String> answerOfB(JsonNode line) {
    ArrayNode keys = JsonNodeFactory.instance.arrayNode();
    keys.addObject()
        .put("alg", "ed25519")
        .put(
            "public_key",
            Base64.getEncoder().encodeToString(published.get().publicKey().toByteArray()));
    return List.of(answer(line, 200, is(line, "GET_PROFILE") ? "\"keys\":" + keys : ""));
  }

  private ObjectNode signed() {
    ObjectNode message = JsonNodeFactory.instance.objectNode();
    message.put("type", "chat");
    message.put("sender", World.BOB.text());
    message.put("recipient", World.ALICE.text());
    message.put("timestamp", Instant.now().toEpochMilli());
    message.put("body", "Hi " + RANDOM.nextLong());
    Signatures.sign(message, published.get());
    return message;
  }

  private int code(String line) throws Exception {
    try (RawPeer peer = a.raw()) {
      return peer.ask(line).path("code").intValue();
    }
  }

  @Test
  void aMessageSignedByAKeyPublishedSinceIsTaken() throws Exception {
    assertThat(code(signed().toString())).isEqualTo(200);
    published.set(newKey());
    clock.advance(Duration.ofSeconds(61));
    assertThat(code(signed().toString())).isEqualTo(200);
  }

  @Test
  void whereTheSignatureDoesNotNameItsKeyTheSenderIsAskedToTryAgain() throws Exception {
    assertThat(code(signed().toString())).isEqualTo(200);
    published.set(newKey());
    clock.advance(Duration.ofSeconds(61));
    ObjectNode message = signed();
    ((ObjectNode) message.at("/signatures/0")).remove("key_id");
    assertThat(code(message.toString())).isEqualTo(503);
    await().untilAsserted(() -> assertThat(there.heard("GET_PROFILE")).hasSize(2));
    await().untilAsserted(() -> assertThat(code(message.toString())).isEqualTo(200));
    published.set(newKey());
    assertThat(code(signed().toString())).isEqualTo(401);
  }

  @Test
  void aServerProvesItselfByAKeyPublishedSince() throws Exception {
    assertThat(authenticate()).isEqualTo(200);
    published.set(newKey());
    assertThat(authenticate()).isEqualTo(401);
    clock.advance(Duration.ofSeconds(61));
    assertThat(authenticate()).isEqualTo(200);
  }

  private int authenticate() throws Exception {
    try (RawPeer peer = a.raw()) {
      String nonce =
          peer.ask(
                  "{\"type\":\"hello\",\"version\":\"0.2.0\",\"role\":\"server\","
                      + "\"from\":\"b.test\",\"to\":\"a.test\"}")
              .path("nonce")
              .textValue();
      byte[] proof =
          published
              .get()
              .sign(new AuthProof("server", "#b.test", "a.test", nonce, "").signedForm());
      return peer.ask(
              "{\"type\":\"auth\",\"user\":\"#b.test\",\"mechanism\":\"ed25519\",\"signature\":\""
                  + Base64.getEncoder().encodeToString(proof)
                  + "\"}")
          .path("code")
          .intValue();
    }
  }
}
