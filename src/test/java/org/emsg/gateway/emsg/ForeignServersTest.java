package org.emsg.gateway.emsg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.emsg.gateway.emsg.ForeignServer.answer;
import static org.emsg.gateway.emsg.ForeignServer.is;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.emsg.gateway.crypto.Ed25519;
import org.emsg.gateway.fixtures.FakeDns;
import org.emsg.gateway.fixtures.World;
import org.emsg.gateway.model.Bytes;
import org.emsg.gateway.model.Outcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Our end of a connection to servers that others wrote: what they may answer, and what becomes of
/// a message then.
class ForeignServersTest {
  @TempDir Path keys;
  private Bytes domainKey = Bytes.empty();

  /// What becomes of a message from alice#a.test to somebody on that server.
  private Outcome sendTo(ForeignServer there) throws Exception {
    FakeDns dns =
        new FakeDns()
            .srv("_emsg-server._tcp.b.test", 1, 0, there.port(), "b.test")
            .address("b.test", "127.0.0.1");
    try (HomeServer server = HomeServer.start("a.test", Timeouts.plainText(), dns, keys)) {
      domainKey = server.domainKeys.ed25519("a.test").publicKey();
      server.register(World.ALICE);
      server
          .connect(World.ALICE)
          .send("bob#b.test", "?")
          .toCompletableFuture()
          .get(10, TimeUnit.SECONDS);
      return server.sendForwarded().getFirst();
    }
  }

  private Outcome sendTo(Function<JsonNode, List<String>> script) throws Exception {
    try (ForeignServer there = ForeignServer.start(script)) {
      return sendTo(there);
    }
  }

  @Test
  void continueIsNoAnswerYet() throws Exception {
    assertThat(
            sendTo(line ->
                is(line, "chat")
                    ? List.of(
                        answer(line, 100, "\"message\":\"Continue\""),
                        answer(line, 404, "\"message\":\"User not found\""))
                    : List.of(answer(line, 200, ""))))
        .isInstanceOf(Outcome.Rejected.class);
  }

  @Test
  void continueWithoutAnIdIsNoAnswerEither() throws Exception {
    assertThat(
            sendTo(line ->
                is(line, "chat")
                    ? List.of("{\"code\":100}", "{\"code\":500}")
                    : List.of("{\"code\":200}")))
        .isInstanceOf(Outcome.Deferred.class);
  }

  @Test
  void aServerThatAnswersHelloWithAHelloOfItsOwnIsSpokenTo() throws Exception {
    try (ForeignServer there =
        ForeignServer.start(line ->
            is(line, "hello")
                ? List.of("{\"type\":\"hello\",\"version\":\"0.2.0\"}")
                : List.of("{\"code\":200,\"message\":\"OK\"}"))) {
      assertThat(sendTo(there)).isEqualTo(Outcome.Delivered.plain());
      assertThat(there.heard("auth")).isEmpty();
    }
  }

  @Test
  void aServerOfAnotherMajorVersionIsRefusedAndGetsNothing() throws Exception {
    for (String welcome :
        List.of(
            "{\"code\":200,\"version\":\"1.0.0\"}",
            "{\"type\":\"hello\",\"version\":\"1.0.0\"}",
            "{\"code\":200,\"version\":\"two\"}")) {
      try (ForeignServer there =
          ForeignServer.start(
              line -> is(line, "hello") ? List.of(welcome) : List.of("{\"code\":200}"))) {
        assertThat(sendTo(there))
            .isInstanceOfSatisfying(
                Outcome.Deferred.class, deferred -> assertThat(deferred.certain()).isTrue());
        assertThat(there.heard("chat")).isEmpty();
        await()
            .untilAsserted(() ->
                assertThat(there.heard)
                    .extracting(line -> line.path("code").intValue())
                    .contains(411));
      }
    }
  }

  @Test
  void aServerThatGivesANonceIsShownTheDomainsKey() throws Exception {
    try (ForeignServer there =
        ForeignServer.start(
            line -> List.of(answer(line, 200, "\"version\":\"0.3.1\",\"nonce\":\"bm9uY2U=\"")))) {
      assertThat(sendTo(there)).isEqualTo(Outcome.Delivered.plain());
      JsonNode auth = there.heard("auth").getFirst();
      assertThat(auth.path("user").textValue()).isEqualTo("#a.test");
      byte[] proven = new AuthProof("server", "#a.test", "b.test", "bm9uY2U=", "").signedForm();
      assertThat(
              Ed25519.best()
                  .verify(
                      domainKey,
                      proven,
                      Signatures.base64(auth.path("signature").textValue()).orElseThrow()))
          .isTrue();
    }
  }

  @Test
  void onlyTheTwoHundredsAreSuccess() {
    assertThat(outcome(200)).isInstanceOf(Outcome.Delivered.class);
    assertThat(outcome(299)).isInstanceOf(Outcome.Delivered.class);
    assertThat(outcome(302)).isInstanceOf(Outcome.Rejected.class);
    assertThat(outcome(499)).isInstanceOf(Outcome.Rejected.class);
    assertThat(outcome(599)).isInstanceOf(Outcome.Deferred.class);
    assertThat(outcome(102)).isInstanceOf(Outcome.Deferred.class);
  }

  private static Outcome outcome(int code) {
    return EsmpProducer.outcome(
        new EsmpLine.Response(
            java.util.Optional.empty(),
            code,
            "",
            java.util.Optional.empty(),
            com.fasterxml.jackson.databind.node.JsonNodeFactory.instance.objectNode()));
  }
}
