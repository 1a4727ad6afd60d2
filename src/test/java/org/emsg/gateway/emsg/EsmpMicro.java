package org.emsg.gateway.emsg;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.emsg.gateway.address.Addressing;
import org.emsg.gateway.address.MappedAddressing;
import org.emsg.gateway.crypto.Ed25519;
import org.emsg.gateway.crypto.RsaSignatures;
import org.emsg.gateway.fixtures.RememberedAliases;
import org.emsg.gateway.fixtures.World;
import org.emsg.gateway.gateway.FileLinks;
import org.emsg.gateway.home.AccountKey;
import org.emsg.gateway.model.Network;
import org.emsg.gateway.model.TraceId;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/// The steps that every chat message takes, one by one: microseconds each.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class EsmpMicro {
  private static final Ed25519.SigningKey KEY = Ed25519.best().generate(new SecureRandom());
  private static final List<AccountKey> KEYS = List.of(HomeServer.accountKey(KEY));

  private final Addressing addressing = MappedAddressing.of(World.MAPPING, new RememberedAliases());
  private final EsmpSchemas schemas = new EsmpSchemas();
  private final EsmpCodec codec = new EsmpCodec(schemas);
  private final Signatures corretto = new Signatures(Ed25519.best(), new RsaSignatures());
  private final Signatures bouncy = new Signatures(Ed25519.bouncyCastle(), new RsaSignatures());
  private final ObjectNode message = message();
  private final byte[] line = message.toString().getBytes(StandardCharsets.UTF_8);
  private final byte[] signedForm = SignedForm.of(message);
  private final EsmpVerifier verifier =
      new EsmpVerifier(corretto, addressing::isOurs, _ -> false, Clock.systemUTC());
  private final EsmpTranslator translator =
      new EsmpTranslator(
          addressing,
          new AddressCache(addressing),
          new MessageWriter(addressing, new HomeServer.NoIds(), FileLinks.NONE));
  private final EsmpInbound inbound =
      new EsmpInbound(
          (EsmpLine.Message) codec.decode(line),
          Optional.of("a.test"),
          new Peer.Device(World.ALICE, "phone"),
          World.ALICE,
          new KeysFound.Published(KEYS),
          TraceId.next(Instant.now(), new SecureRandom()),
          Instant.now());
  private final EsmpInbound.Verified verified =
      ((EsmpVerifier.Checked.Passed) verifier.verify(inbound)).verified();

  private static ObjectNode message() {
    ObjectNode json = com.fasterxml.jackson.databind.node.JsonNodeFactory.instance.objectNode();
    json.put("type", "chat");
    json.put("message_id", "0193512e-7b7c-7c3a-9f31-0123456789ab");
    json.put("sender", World.ALICE.text());
    json.put("recipient", World.ANNA.text());
    json.put("timestamp", Instant.now().toEpochMilli());
    json.put(
        "body",
        "A message of a perfectly ordinary length, with nothing much to say about itself, that"
            + " goes on for a while so that it is like a real one.");
    Signatures.sign(json, KEY);
    return json;
  }

  @Benchmark
  public Object readLine() throws StrictJson.Malformed {
    return StrictJson.read(line, Set.of("id", "cursor"));
  }

  @Benchmark
  public Object validateBySchema() {
    return schemas.violationByValidator("chat", message);
  }

  @Benchmark
  public Object validateByShortcut() {
    return schemas.violationOnAccept("chat", message);
  }

  @Benchmark
  public Object canonicalise() {
    return SignedForm.of(message);
  }

  @Benchmark
  public Object canonicaliseByReference() throws java.io.IOException {
    return new org.erdtman.jcs.JsonCanonicalizer(message.toString()).getEncodedUTF8();
  }

  @Benchmark
  public Object verifyByBest() {
    return corretto.verifiedBy(message, signedForm, KEYS, Instant.EPOCH);
  }

  @Benchmark
  public Object verifyByBouncyCastle() {
    return bouncy.verifiedBy(message, signedForm, KEYS, Instant.EPOCH);
  }

  @Benchmark
  public Object sign() {
    return KEY.sign(signedForm);
  }

  @Benchmark
  public Object verifyWhole() {
    return verifier.verify(inbound);
  }

  @Benchmark
  public Object translateToModel() {
    return translator.toModel(verified);
  }

  @Benchmark
  public Object mapAddress() {
    return addressing.parse(Network.EMSG, "alice@A.test");
  }

  @Benchmark
  public Object showForeignerAtHome() {
    return addressing.shownAtHome(World.DAVE);
  }
}
