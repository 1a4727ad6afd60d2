package org.emsg.gateway.emsg;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import org.emsg.gateway.crypto.Ed25519;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Bytes;

/// Signs what the gateway originates for aliases and domains of ours. Thread-safe.
final class EsmpSigner {
  private final OurKeys keys;

  EsmpSigner(OurKeys keys) {
    this.keys = keys;
  }

  /// The line of `json`, signed by `signer`.
  ///
  /// @throws IllegalStateException if `signer` is an account: only its owner signs for it
  Bytes sign(ObjectNode json, Address.Emsg signer) {
    Optional<Ed25519.SigningKey> key = keys.signer(signer);
    if (key.isEmpty()) {
      throw new IllegalStateException("nobody but its owner signs for an account");
    }
    Signatures.sign(json, key.get());
    return Bytes.utf8(json.toString());
  }
}
