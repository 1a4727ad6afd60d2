package org.emsg.gateway.crypto;

import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.crypto.params.Ed25519PublicKeyParameters;
import org.bouncycastle.crypto.signers.Ed25519Signer;
import org.emsg.gateway.model.Bytes;

/// Ed25519 in Java, by Bouncy Castle's lightweight API.
final class BouncyCastleEd25519 implements Ed25519Engine {
  static Bytes publicKey(byte[] seed) {
    return Bytes.wrap(new Ed25519PrivateKeyParameters(seed, 0).generatePublicKey().getEncoded());
  }

  /// On the curve, canonically encoded, and in the prime-order group.
  static boolean isSafePublicKey(byte[] publicKey) {
    return publicKey.length == Ed25519.KEY_SIZE
        && org.bouncycastle.math.ec.rfc8032.Ed25519.validatePublicKeyFull(publicKey, 0);
  }

  @Override
  public String name() {
    return "Bouncy Castle";
  }

  @Override
  public Signer signer(byte[] seed) {
    Ed25519PrivateKeyParameters key = new Ed25519PrivateKeyParameters(seed, 0);
    return message -> {
      Ed25519Signer signer = new Ed25519Signer();
      signer.init(true, key);
      signer.update(message, 0, message.length);
      return signer.generateSignature();
    };
  }

  @Override
  public Verifier verifier(byte[] publicKey) {
    Ed25519PublicKeyParameters key = new Ed25519PublicKeyParameters(publicKey, 0);
    return (message, signature) -> {
      Ed25519Signer verifier = new Ed25519Signer();
      verifier.init(false, key);
      verifier.update(message, 0, message.length);
      return verifier.verifySignature(signature);
    };
  }
}
