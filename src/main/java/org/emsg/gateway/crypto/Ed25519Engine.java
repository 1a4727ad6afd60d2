package org.emsg.gateway.crypto;

/// Who computes Ed25519: one implementation for each library.
sealed interface Ed25519Engine permits BouncyCastleEd25519, CorrettoEd25519 {
  String name();

  Signer signer(byte[] seed);

  /// `publicKey` is known to be a sound one.
  Verifier verifier(byte[] publicKey);

  /// Thread-safe.
  interface Signer {
    byte[] sign(byte[] message);
  }

  /// Thread-safe.
  interface Verifier {
    boolean verify(byte[] message, byte[] signature);
  }
}
