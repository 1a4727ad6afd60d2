package org.emsg.gateway.home;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import org.emsg.gateway.model.Bytes;

/// A public key of an account, or of a home domain (profile §8).
///
/// @param keyId the name it is published under
/// @param algorithm `ed25519` or `rsa`
/// @param publicKey Ed25519: the 32 raw bytes (RFC 8032); RSA: a SubjectPublicKeyInfo
/// @param superseded from then on it signs nothing new; older messages still verify
/// @param revoked from then on nothing verifies with it
public record AccountKey(
    String keyId,
    String algorithm,
    Bytes publicKey,
    Instant added,
    Optional<Instant> superseded,
    Optional<Instant> revoked) {
  private static final int ID_BYTES = 8;

  /// The name that a public key is published under here, where nobody gives it another: 16 hex
  /// digits of its SHA-256.
  public static String idOf(Bytes publicKey) {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(publicKey.view());
      return HexFormat.of().formatHex(hash, 0, ID_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
