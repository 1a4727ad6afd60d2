package org.emsg.gateway.emsg;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.security.SecureRandom;
import java.util.Base64;
import org.emsg.gateway.crypto.Ed25519;
import org.emsg.gateway.crypto.RsaSignatures;
import org.emsg.gateway.home.AccountKey;
import org.emsg.gateway.model.Bytes;
import org.junit.jupiter.api.Test;

/// What another server says somebody's keys are.
class PublishedKeysTest {
  private static final SecureRandom RANDOM = new SecureRandom();

  private final PublishedKeys published = new PublishedKeys(Ed25519.best(), new RsaSignatures());
  private final ArrayNode entries = JsonNodeFactory.instance.arrayNode();

  private Bytes add(String keyId) {
    Bytes key = Ed25519.best().generate(RANDOM).publicKey();
    entries
        .addObject()
        .put("alg", "ed25519")
        .put("key_id", keyId)
        .put("public_key", Base64.getEncoder().encodeToString(key.view()));
    return key;
  }

  @Test
  void aNameThatNoSignatureCouldBearIsNoKey() {
    add("k".repeat(1_000_000));
    add("k".repeat(257));
    Bytes sound = add("k".repeat(256));
    assertThat(published.read(entries)).extracting(AccountKey::publicKey).containsExactly(sound);
  }

  @Test
  void aKeyWithoutANameHasTheOneThatFollowsFromIt() {
    Bytes key = add("x");
    ((com.fasterxml.jackson.databind.node.ObjectNode) entries.get(0)).remove("key_id");
    assertThat(published.read(entries))
        .extracting(AccountKey::keyId)
        .containsExactly(AccountKey.idOf(key));
  }

  @Test
  void whatIsNoKeyIsPassedOver() {
    String tooLong = Base64.getEncoder().encodeToString(new byte[100_000]);
    entries.addObject().put("alg", "ed25519").put("public_key", tooLong);
    entries.addObject().put("alg", "rsa").put("public_key", tooLong);
    entries.addObject().put("alg", "x25519").put("public_key", "AAAA");
    entries.addObject();
    entries.add("no object");
    Bytes sound = add("k");
    assertThat(published.read(entries)).extracting(AccountKey::publicKey).containsExactly(sound);
  }

  @Test
  void oneSenderHasAFewKeysOnly() {
    for (int i = 0; i < 50; i++) {
      add("k" + i);
    }
    assertThat(published.read(entries)).hasSize(PublishedKeys.MAX_KEYS);
  }
}
