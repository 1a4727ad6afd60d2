package org.emsg.gateway.emsg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.emsg.gateway.crypto.Ed25519;
import org.emsg.gateway.fixtures.World;
import org.emsg.gateway.home.AccountKey;
import org.emsg.gateway.home.Mailboxes.DeviceRef;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Bytes;
import org.emsg.gateway.model.TraceId;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// alice and anna, both at home, over TLS and with the real client.
class HomeConversationTest {
  private static final Address.Emsg ALICE = World.ALICE;
  private static final Address.Emsg ANNA = World.ANNA;

  @TempDir Path keys;
  private HomeServer server;

  @BeforeEach
  void open() throws Exception {
    server = HomeServer.start(keys);
    server.register(ALICE);
    server.register(ANNA);
  }

  @AfterEach
  void close() {
    server.close();
  }

  @Test
  void aSignedMessageReachesAllOfTheOthersDevices() throws Exception {
    List<EsmpClient.Received> phone = server.listen(ANNA, "phone");
    List<EsmpClient.Received> laptop = server.listen(ANNA, "laptop");
    EsmpClient alice = server.connect(ALICE);
    EsmpClient.Answer answer = get(alice.send(ANNA.text(), "Hi Anna! 🎈"));
    assertThat(answer.code()).isEqualTo(200);
    await().untilAsserted(() -> assertThat(phone).hasSize(1));
    await().untilAsserted(() -> assertThat(laptop).hasSize(1));
    assertThat(phone.getFirst().body()).isEqualTo("Hi Anna! 🎈");
    assertThat(phone.getFirst().sender()).isEqualTo("alice#a.test");
    assertThat(phone.getFirst().cursor()).isEqualTo(1);
  }

  @Test
  void whatAnnaReadsIsSignedByAlice() throws Exception {
    List<EsmpClient.Received> phone = server.listen(ANNA, "phone");
    get(server.connect(ALICE).send(ANNA.text(), "signed"));
    await().untilAsserted(() -> assertThat(phone).hasSize(1));
    ObjectNode message = phone.getFirst().json();
    byte[] signature =
        Signatures.base64(message.at("/signatures/0/value").textValue()).orElseThrow();
    assertThat(
            Ed25519.best()
                .verify(server.keyOf(ALICE).publicKey(), SignedForm.of(message), signature))
        .isTrue();
    assertThat(message.has("id")).isFalse();
  }

  @Test
  void aDeviceThatComesLaterGetsWhatWasStoredPageByPageAndThenWhatIsNew() throws Exception {
    EsmpClient alice = server.connect(ALICE);
    for (int i = 1; i <= 250; i++) {
      get(alice.send(ANNA.text(), "message " + i));
    }
    List<EsmpClient.Received> phone = server.listen(ANNA, "phone");
    get(alice.send(ANNA.text(), "message 251"));
    await().untilAsserted(() -> assertThat(phone).hasSize(251));
    assertThat(phone).extracting(EsmpClient.Received::cursor).isSorted().doesNotHaveDuplicates();
    assertThat(phone.getLast().body()).isEqualTo("message 251");
  }

  @Test
  void eachDeviceHasACursorOfItsOwn() throws Exception {
    EsmpClient alice = server.connect(ALICE);
    get(alice.send(ANNA.text(), "one"));
    get(alice.send(ANNA.text(), "two"));
    EsmpClient phone = server.connect(ANNA, "phone", _ -> {});
    assertThat(get(phone.acknowledged(1)).code()).isEqualTo(200);
    assertThat(get(phone.sync(Optional.empty(), 10)).messages()).hasSize(1);
    EsmpClient laptop = server.connect(ANNA, "laptop", _ -> {});
    assertThat(get(laptop.sync(Optional.empty(), 10)).messages()).hasSize(2);
    phone.acknowledge(2);
    await().untilAsserted(() -> assertThat(server.home.acknowledged(ANNA, "phone")).isEqualTo(2));
    assertThat(server.home.acknowledged(ANNA, new DeviceRef(ANNA, "laptop").device())).isZero();
  }

  @Test
  void aBurstKeepsItsOrderAndNothingIsPushedTwice() throws Exception {
    List<EsmpClient.Received> phone = server.listen(ANNA, "phone");
    EsmpClient alice = server.connect(ALICE);
    List<CompletableFuture<EsmpClient.Answer>> answers = new ArrayList<>();
    for (int i = 1; i <= 3000; i++) {
      answers.add(alice.send(ANNA.text(), Integer.toString(i)).toCompletableFuture());
    }
    for (CompletableFuture<EsmpClient.Answer> answer : answers) {
      assertThat(answer.get(20, TimeUnit.SECONDS).code()).isEqualTo(200);
    }
    await().untilAsserted(() -> assertThat(phone).hasSize(3000));
    for (int i = 0; i < 3000; i++) {
      assertThat(phone.get(i).body()).isEqualTo(Integer.toString(i + 1));
      assertThat(phone.get(i).cursor()).isEqualTo(i + 1);
    }
  }

  @Test
  void entriesThatAnotherNodeWroteAreFetchedAndNotSkipped() throws Exception {
    List<EsmpClient.Received> phone = server.listen(ANNA, "phone");
    for (int i = 0; i < 3; i++) {
      server.home.deliver(
          ANNA,
          TraceId.next(Instant.EPOCH, new SecureRandom()),
          Bytes.utf8(
              "{\"type\":\"chat\",\"sender\":\"alice#a.test\",\"recipient\":\"anna#a.test\","
                  + "\"timestamp\":1,\"body\":\"elsewhere\"}"));
    }
    get(server.connect(ALICE).send(ANNA.text(), "here"));
    await().untilAsserted(() -> assertThat(phone).hasSize(4));
    assertThat(phone).extracting(EsmpClient.Received::cursor).containsExactly(1L, 2L, 3L, 4L);
  }

  @Test
  void theSameMessageAgainIsAnsweredAsBeforeAndDeliveredOnce() throws Exception {
    List<EsmpClient.Received> phone = server.listen(ANNA, "phone");
    EsmpClient alice = server.connect(ALICE);
    byte[] message = alice.sign(alice.draft(ANNA.text(), "once"));
    assertThat(get(alice.sendSigned(message)).code()).isEqualTo(200);
    assertThat(get(alice.sendSigned(message)).code()).isEqualTo(200);
    get(alice.send(ANNA.text(), "last"));
    await().untilAsserted(() -> assertThat(phone).hasSize(2));
    assertThat(phone).extracting(EsmpClient.Received::body).containsExactly("once", "last");
  }

  @Test
  void anotherMessageUnderAnIdThatWasUsedIsAConflict() throws Exception {
    EsmpClient alice = server.connect(ALICE);
    ObjectNode first = alice.draft(ANNA.text(), "one");
    ObjectNode second = alice.draft(ANNA.text(), "two");
    second.put("message_id", first.get("message_id").textValue());
    get(alice.send(first));
    assertThat(get(alice.send(second)).code()).isEqualTo(409);
  }

  @Test
  void nobodySpeaksForSomebodyElse() throws Exception {
    EsmpClient alice = server.connect(ALICE);
    ObjectNode forged = alice.draft(ANNA.text(), "I am Anna");
    forged.put("sender", ANNA.text());
    assertThat(get(alice.send(forged)).code()).isEqualTo(403);
    assertThat(server.home.head(ANNA)).isZero();
  }

  @Test
  void refusesAMessageWhoseSignatureIsOfAnotherKey() throws Exception {
    EsmpClient alice = server.connect(ALICE);
    ObjectNode message = alice.draft(ANNA.text(), "hm");
    Signatures.sign(message, server.keyOf(ANNA));
    assertThat(get(alice.sendSigned(message.toString().getBytes(StandardCharsets.UTF_8))).code())
        .isEqualTo(401);
    ObjectNode changed = alice.draft(ANNA.text(), "one");
    Signatures.sign(changed, server.keyOf(ALICE));
    changed.put("body", "two");
    assertThat(get(alice.sendSigned(changed.toString().getBytes(StandardCharsets.UTF_8))).code())
        .isEqualTo(401);
    assertThat(server.home.head(ANNA)).isZero();
  }

  @Test
  void aRevokedKeyIsGoodForNothing() throws Exception {
    EsmpClient alice = server.connect(ALICE);
    server.home.revoke(ALICE, AccountKey.idOf(server.keyOf(ALICE).publicKey()), Instant.EPOCH);
    // By then the session may have been ended for that.
    assertThat(
            get(alice.send(ANNA.text(), "late").handle((answer, _) -> Optional.ofNullable(answer)))
                .filter(answer -> answer.code() != 401))
        .isEmpty();
    assertThat(server.home.head(ANNA)).isZero();
    assertThatThrownBy(() -> server.connect(ALICE)).hasMessageContaining("401");
  }

  @Test
  void aSupersededKeyIsGoodForWhatWasSentBefore() throws Exception {
    EsmpClient alice = server.connect(ALICE);
    ObjectNode before = alice.draft(ANNA.text(), "before");
    Instant now = Instant.now();
    server.home.supersede(
        ALICE, AccountKey.idOf(server.keyOf(ALICE).publicKey()), now.plusMillis(50));
    await().until(() -> Instant.now().isAfter(now.plusMillis(60)));
    assertThat(get(alice.send(before)).code()).isEqualTo(200);
    assertThat(get(alice.send(ANNA.text(), "after")).code()).isEqualTo(401);
  }

  @Test
  void aMessageFromTheFutureOrTheDistantPastIsRefused() throws Exception {
    EsmpClient alice = server.connect(ALICE);
    ObjectNode early = alice.draft(ANNA.text(), "early");
    early.put("timestamp", Instant.now().plusSeconds(600).toEpochMilli());
    assertThat(get(alice.send(early)).code()).isEqualTo(400);
    ObjectNode late = alice.draft(ANNA.text(), "late");
    late.put("timestamp", Instant.now().minusSeconds(15 * 86_400).toEpochMilli());
    assertThat(get(alice.send(late)).code()).isEqualTo(400);
  }

  @Test
  void secondsAndRfc3339AreTimesToo() throws Exception {
    EsmpClient alice = server.connect(ALICE);
    ObjectNode seconds = alice.draft(ANNA.text(), "seconds");
    seconds.put("timestamp", Instant.now().getEpochSecond());
    assertThat(get(alice.send(seconds)).code()).isEqualTo(200);
    ObjectNode text = alice.draft(ANNA.text(), "text");
    text.put("timestamp", Instant.now().toString());
    assertThat(get(alice.send(text)).code()).isEqualTo(200);
  }

  @Test
  void anUnknownUserIsNotFound() throws Exception {
    assertThat(get(server.connect(ALICE).send("nobody#a.test", "?")).code()).isEqualTo(404);
  }

  @Test
  void aListIsForwardedWholeAndDeliveredToEachOnce() throws Exception {
    List<EsmpClient.Received> anna = server.listen(ANNA, "phone");
    EsmpClient alice = server.connect(ALICE);
    ObjectNode message = alice.draft(ANNA.text(), "to all");
    message.remove("recipient");
    message.putArray("to").add("anna@a.test").add("anna#a.test").add("alice#a.test");
    assertThat(get(alice.send(message)).code()).isEqualTo(200);
    await().untilAsserted(() -> assertThat(anna).hasSize(1));
    assertThat(anna.getFirst().json().path("to")).hasSize(3);
    assertThat(server.home.head(ALICE)).isEqualTo(1);
  }

  @Test
  void tellsTheKeysOfUsersAndOfTheDomain() throws Exception {
    EsmpClient alice = server.connect(ALICE);
    ObjectNode anna = get(alice.profile("anna#a.test")).json();
    assertThat(anna.at("/keys/0/public_key").textValue())
        .isEqualTo(
            java.util.Base64.getEncoder()
                .encodeToString(server.keyOf(ANNA).publicKey().toByteArray()));
    assertThat(get(alice.profile("#a.test")).json().at("/keys/0/alg").textValue())
        .isEqualTo("ed25519");
    assertThat(get(alice.profile("nobody#a.test")).code()).isEqualTo(404);
  }

  @Test
  void resolvesWhatAPersonTypes() throws Exception {
    EsmpClient alice = server.connect(ALICE);
    ObjectNode dave = get(alice.resolve("xmpp:dave@xmpp.test")).json();
    assertThat(dave.path("address").textValue()).isEqualTo("dave#xmpp.test");
    assertThat(dave.at("/networks/0/network").textValue()).isEqualTo("xmpp");
    assertThat(get(alice.resolve("nobody")).code()).isEqualTo(404);
  }

  @Test
  void aWrongKeyDoesNotAuthenticate() {
    Ed25519.SigningKey other = Ed25519.best().generate(new SecureRandom());
    assertThatThrownBy(() -> server.connect(ALICE, other, "phone", _ -> {}))
        .hasMessageContaining("401");
    assertThatThrownBy(
            () -> server.connect(new Address.Emsg("nobody", "a.test"), other, "phone", _ -> {}))
        .hasMessageContaining("401");
  }

  private static <T> T get(java.util.concurrent.CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(20, TimeUnit.SECONDS);
  }
}
