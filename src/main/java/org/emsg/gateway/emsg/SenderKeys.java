package org.emsg.gateway.emsg;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.emsg.gateway.home.AccountKey;
import org.emsg.gateway.model.Address;

/// Finds the keys that somebody's domain publishes for them.
interface SenderKeys {
  /// Never completes exceptionally; at once where they are known. `#domain` asks for the domain's.
  CompletionStage<KeysFound> keysOf(Address.Emsg address);

  /// The domain asked anew, because none of the keys that are known fits: a new one may have been
  /// published since. Empty where that was done lately, so that what is known stands.
  default Optional<CompletionStage<KeysFound>> askAgain(Address.Emsg address) {
    return Optional.empty();
  }

  /// The keys for a message with these `signatures`: where they name none that is known, the domain
  /// is asked once more.
  default CompletionStage<KeysFound> keysFor(Address.Emsg address, JsonNode signatures) {
    CompletableFuture<KeysFound> known = keysOf(address).toCompletableFuture();
    return known.isDone()
            && known.join() instanceof KeysFound.Published(var keys)
            && !keys.isEmpty()
            && namesOthersOnly(signatures, keys)
        ? askAgain(address).orElse(known)
        : known;
  }

  private static boolean namesOthersOnly(JsonNode signatures, java.util.List<AccountKey> keys) {
    boolean names = false;
    for (JsonNode signature : signatures) {
      String keyId = signature.path("key_id").textValue();
      if (keyId == null) {
        continue;
      }
      names = true;
      if (Signatures.isNamed(keys, keyId)) {
        return false;
      }
    }
    return names;
  }
}
