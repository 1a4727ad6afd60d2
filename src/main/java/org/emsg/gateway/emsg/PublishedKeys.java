package org.emsg.gateway.emsg;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.emsg.gateway.crypto.Ed25519;
import org.emsg.gateway.crypto.RsaSignatures;
import org.emsg.gateway.home.AccountKey;
import org.emsg.gateway.model.Bytes;

/// Reads the `keys` of a profile (profile §5, §8) that another server wrote: what is no key is
/// passed over, and what is read is bounded. Thread-safe.
final class PublishedKeys {
  /// How long a key's name may be, as in a message's `signatures`.
  static final int MAX_ID = 256;

  /// Of one sender.
  static final int MAX_KEYS = 32;

  private final Ed25519 ed25519;
  private final RsaSignatures rsa;

  PublishedKeys(Ed25519 ed25519, RsaSignatures rsa) {
    this.ed25519 = ed25519;
    this.rsa = rsa;
  }

  List<AccountKey> read(JsonNode entries) {
    List<AccountKey> keys = new ArrayList<>();
    for (JsonNode entry : entries) {
      if (keys.size() < MAX_KEYS) {
        key(entry).ifPresent(keys::add);
      }
    }
    return List.copyOf(keys);
  }

  private Optional<AccountKey> key(JsonNode entry) {
    String algorithm = entry.path("alg").asText();
    Optional<Bytes> publicKey =
        Signatures.base64(entry.path("public_key").textValue()).map(Bytes::wrap);
    boolean sound =
        publicKey.isPresent()
            && switch (algorithm) {
              case Signatures.ED25519 -> ed25519.isPublicKey(publicKey.get());
              case Signatures.RSA -> rsa.isPublicKey(publicKey.get());
              default -> false;
            };
    if (!sound) {
      return Optional.empty();
    }
    String keyId = entry.path("key_id").asText(AccountKey.idOf(publicKey.get()));
    return keyId.length() > MAX_ID
        ? Optional.empty()
        : Optional.of(
            new AccountKey(
                keyId,
                algorithm,
                publicKey.get(),
                time(entry, "added").orElse(Instant.EPOCH),
                time(entry, "superseded"),
                time(entry, "revoked")));
  }

  /// An unreadable time is taken for one that keeps the key from being used.
  private static Optional<Instant> time(JsonNode entry, String name) {
    return entry.has(name)
        ? Optional.of(Instant.ofEpochMilli(entry.path(name).asLong()))
        : Optional.empty();
  }
}
