package org.emsg.gateway.emsg;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Set;
import org.emsg.gateway.crypto.Jcs;
import org.emsg.gateway.model.Bytes;

/// What a signature is over (profile §8): the canonical form of the object without the members that
/// hops and signers add.
final class SignedForm {
  private static final Set<String> UNSIGNED =
      Set.of("signatures", "signature", "sender_pubkey", "id", "cursor", "seq", "home_signature");

  private SignedForm() {}

  static byte[] of(ObjectNode message) {
    return Jcs.canonicalizeWithout(message, UNSIGNED);
  }

  static Bytes digest(byte[] signedForm) {
    try {
      return Bytes.wrap(MessageDigest.getInstance("SHA-256").digest(signedForm));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
