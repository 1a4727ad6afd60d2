package org.emsg.gateway.crypto;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.SignatureException;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.interfaces.RSAPrivateKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Optional;
import org.emsg.gateway.model.Bytes;

/// RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017 §8.2), keys of 2,048 to 8,192 bits. Thread-safe.
public final class RsaSignatures {
  public static final int MIN_BITS = 2048;

  /// Beyond this a verification is a way to burn our processor.
  public static final int MAX_BITS = 8192;

  /// Bytes of a SubjectPublicKeyInfo: a key of MAX_BITS has 1,062.
  private static final int MAX_SIZE = 2048;

  private static final int KEPT_KEYS = 2_000;
  private static final String ALGORITHM = "SHA256withRSA";

  private final Cache<Bytes, Optional<RSAPublicKey>> parsed =
      Caffeine.newBuilder().maximumSize(KEPT_KEYS).build();

  /// A fresh pair of `bits`, exponent 65537.
  public static KeyPair generate(int bits, SecureRandom random) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(bits, random);
      return generator.generateKeyPair();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has RSA", e);
    }
  }

  /// The pair of a PKCS#8 private key.
  static KeyPair pair(byte[] pkcs8) {
    try {
      KeyFactory factory = RsaProvider.keys();
      if (factory.generatePrivate(new PKCS8EncodedKeySpec(pkcs8)) instanceof RSAPrivateCrtKey key) {
        return new KeyPair(
            factory.generatePublic(new RSAPublicKeySpec(key.getModulus(), key.getPublicExponent())),
            key);
      }
      throw new IllegalArgumentException("an RSA private key without its public exponent");
    } catch (InvalidKeySpecException e) {
      throw new IllegalArgumentException("not an RSA private key", e);
    }
  }

  /// Whether `spki`, a SubjectPublicKeyInfo, is an RSA key of a size that we accept.
  public boolean isPublicKey(Bytes spki) {
    return key(spki).isPresent();
  }

  /// Whether `signature` over `message` is that of `spki`. False for anything malformed.
  public boolean verify(Bytes spki, byte[] message, byte[] signature) {
    return key(spki).map(key -> verify(key, message, signature)).orElse(false);
  }

  public static byte[] sign(RSAPrivateKey key, byte[] message) {
    try {
      Signature signer = RsaProvider.signature(ALGORITHM);
      signer.initSign(key);
      signer.update(message);
      return signer.sign();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("a sound key signs", e);
    }
  }

  private static boolean verify(RSAPublicKey key, byte[] message, byte[] signature) {
    try {
      Signature verifier = RsaProvider.signature(ALGORITHM);
      verifier.initVerify(key);
      verifier.update(message);
      return verifier.verify(signature);
    } catch (SignatureException e) {
      return false;
    } catch (NoSuchAlgorithmException | InvalidKeyException e) {
      throw new IllegalStateException("a sound key verifies", e);
    }
  }

  private Optional<RSAPublicKey> key(Bytes spki) {
    // What is too long for a key is not kept either: others choose what we are asked to look at.
    return spki.size() > MAX_SIZE ? Optional.empty() : parsed.get(spki, RsaSignatures::parse);
  }

  private static Optional<RSAPublicKey> parse(Bytes spki) {
    try {
      if (RsaProvider.keys().generatePublic(new X509EncodedKeySpec(spki.view()))
              instanceof RSAPublicKey key
          && key.getModulus().bitLength() >= MIN_BITS
          && key.getModulus().bitLength() <= MAX_BITS
          && key.getPublicExponent().bitLength() <= 33) {
        return Optional.of(key);
      }
      return Optional.empty();
    } catch (InvalidKeySpecException e) {
      return Optional.empty();
    }
  }
}
