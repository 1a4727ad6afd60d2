package org.emsg.gateway.emsg;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.emsg.gateway.crypto.Ed25519;
import org.emsg.gateway.crypto.RsaSignatures;
import org.emsg.gateway.home.AccountKey;

/// The `signatures` of a message and the keys they are made with (profile §8). Thread-safe.
final class Signatures {
  static final String ED25519 = "ed25519";
  static final String RSA = "rsa";

  /// How many signatures of one message are tried at most, whatever it bears: each costs us more
  /// than it costs the sender.
  private static final int MAX_TRIES = 8;

  private final Ed25519 ed25519;
  private final RsaSignatures rsa;

  Signatures(Ed25519 ed25519, RsaSignatures rsa) {
    this.ed25519 = ed25519;
    this.rsa = rsa;
  }

  /// The id of the first key of `keys` that one of the message's signatures verifies under. A
  /// superseded key is good for what was sent before; a revoked one for nothing. `key_id` is a
  /// hint: where no key has that name, all of the algorithm are tried.
  Optional<String> verifiedBy(
      ObjectNode message, byte[] signedForm, List<AccountKey> keys, Instant sent) {
    int tries = 0;
    for (JsonNode signature : message.path("signatures")) {
      String algorithm = signature.path("alg").textValue();
      Optional<byte[]> value = base64(signature.path("value").textValue());
      if (value.isEmpty() || !isKnown(algorithm)) {
        continue;
      }
      String keyId = signature.path("key_id").textValue();
      boolean named = isNamed(keys, keyId);
      for (AccountKey key : keys) {
        if (!key.algorithm().equals(algorithm)
            || (named && !key.keyId().equals(keyId))
            || !isGood(key, sent)) {
          continue;
        }
        if (++tries > MAX_TRIES) {
          return Optional.empty();
        }
        if (verify(key, signedForm, value.get())) {
          return Optional.of(key.keyId());
        }
      }
    }
    return Optional.empty();
  }

  static boolean isNamed(List<AccountKey> keys, @org.jspecify.annotations.Nullable String keyId) {
    for (AccountKey key : keys) {
      if (key.keyId().equals(keyId)) {
        return true;
      }
    }
    return false;
  }

  boolean verify(AccountKey key, byte[] signedForm, byte[] signature) {
    return switch (key.algorithm()) {
      case ED25519 -> ed25519.verify(key.publicKey(), signedForm, signature);
      case RSA -> rsa.verify(key.publicKey(), signedForm, signature);
      default -> false;
    };
  }

  /// Whether `key` may sign what was sent at `sent`.
  static boolean isGood(AccountKey key, Instant sent) {
    return key.revoked().isEmpty() && key.superseded().map(sent::isBefore).orElse(true);
  }

  /// Adds the signature of `key` to `message`; whoever signs does it last.
  static void sign(ObjectNode message, Ed25519.SigningKey key) {
    byte[] signature = key.sign(SignedForm.of(message));
    ObjectNode entry = JsonNodeFactory.instance.objectNode();
    entry.put("alg", ED25519);
    entry.put("key_id", AccountKey.idOf(key.publicKey()));
    entry.put("value", Base64.getEncoder().encodeToString(signature));
    message.putArray("signatures").add(entry);
  }

  /// Base64 in either alphabet, with or without padding.
  static Optional<byte[]> base64(@org.jspecify.annotations.Nullable String text) {
    if (text == null) {
      return Optional.empty();
    }
    try {
      boolean url = text.indexOf('-') >= 0 || text.indexOf('_') >= 0;
      return Optional.of((url ? Base64.getUrlDecoder() : Base64.getDecoder()).decode(text));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static boolean isKnown(@org.jspecify.annotations.Nullable String algorithm) {
    return ED25519.equals(algorithm) || RSA.equals(algorithm);
  }
}
