package org.emsg.gateway.crypto;

import com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider;
import com.amazon.corretto.crypto.provider.RuntimeCryptoException;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Ed25519 by Amazon Corretto Crypto Provider's native library.
final class CorrettoEd25519 implements Ed25519Engine {
  private static final Logger LOG = LoggerFactory.getLogger(CorrettoEd25519.class);

  /// Asked before the provider's class is first touched: without its own key factory it would
  /// convert the JDK's keys at every signature.
  static final String WITH_KEY_FACTORY = "com.amazon.corretto.crypto.provider.registerEdKeyFactory";

  private static final String ALGORITHM = "Ed25519";

  /// It holds the whole message in a buffer that does not grow beyond this; Bouncy Castle has to do
  /// what is larger.
  private static final int MOST = 1 << 20;

  private final BouncyCastleEd25519 large = new BouncyCastleEd25519();
  private final Provider provider;
  private final KeyFactory keys;

  private CorrettoEd25519(Provider provider) throws NoSuchAlgorithmException {
    this.provider = provider;
    this.keys = KeyFactory.getInstance(ALGORITHM, provider);
  }

  /// Empty where the native library does not load or does not work on this machine.
  static Optional<Ed25519Engine> load() {
    try {
      System.setProperty(WITH_KEY_FACTORY, "true");
      AmazonCorrettoCryptoProvider provider = AmazonCorrettoCryptoProvider.INSTANCE;
      Throwable fault = provider.getLoadingError();
      if (fault != null) {
        LOG.info(
            "Corretto's crypto does not load here ({}): using Bouncy Castle", fault.toString());
        return Optional.empty();
      }
      CorrettoEd25519 engine = new CorrettoEd25519(provider);
      engine.tryOut();
      return Optional.of(engine);
    } catch (GeneralSecurityException | RuntimeCryptoException | LinkageError e) {
      LOG.info("Corretto's crypto does not work here ({}): using Bouncy Castle", e.toString());
      return Optional.empty();
    }
  }

  private void tryOut() throws GeneralSecurityException {
    byte[] seed = new byte[Ed25519.KEY_SIZE];
    byte[] message = {1};
    Verifier verifier = verifier(BouncyCastleEd25519.publicKey(seed).view());
    if (!verifier.verify(message, signer(seed).sign(message))) {
      throw new SignatureException("its own signature does not verify");
    }
  }

  @Override
  public String name() {
    return "Corretto";
  }

  @Override
  public Signer signer(byte[] seed) {
    try {
      PrivateKey key = keys.generatePrivate(new PKCS8EncodedKeySpec(Der.ed25519Pkcs8(seed)));
      return message -> {
        if (message.length > MOST) {
          return large.signer(seed).sign(message);
        }
        try {
          Signature signature = Signature.getInstance(ALGORITHM, provider);
          signature.initSign(key);
          signature.update(message);
          return signature.sign();
        } catch (GeneralSecurityException e) {
          throw new IllegalStateException("a sound key signs", e);
        }
      };
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("32 bytes are an Ed25519 key", e);
    }
  }

  @Override
  public Verifier verifier(byte[] publicKey) {
    try {
      PublicKey key = keys.generatePublic(new X509EncodedKeySpec(Der.ed25519Spki(publicKey)));
      return (message, signature) -> {
        if (message.length > MOST) {
          return large.verifier(publicKey).verify(message, signature);
        }
        try {
          Signature verifier = Signature.getInstance(ALGORITHM, provider);
          verifier.initVerify(key);
          verifier.update(message);
          return verifier.verify(signature);
        } catch (SignatureException e) {
          return false;
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
          throw new IllegalStateException("a sound key verifies", e);
        }
      };
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the key was found sound", e);
    }
  }
}
