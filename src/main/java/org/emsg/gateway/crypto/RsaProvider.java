package org.emsg.gateway.crypto;

import com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.NoSuchAlgorithmException;
import java.security.Provider;
import java.security.Signature;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Where RSA comes from: Amazon Corretto Crypto Provider where its native library loads, which
/// signs four times as many messages a second, else the JDK. A key has to come from the provider's
/// own factory, or it is converted at every signature.
final class RsaProvider {
  private static final Logger LOG = LoggerFactory.getLogger(RsaProvider.class);
  private static final Optional<Provider> FAST = load();

  private RsaProvider() {}

  static KeyFactory keys() {
    try {
      return FAST.isPresent()
          ? KeyFactory.getInstance("RSA", FAST.get())
          : KeyFactory.getInstance("RSA");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has RSA", e);
    }
  }

  static Signature signature(String algorithm) throws NoSuchAlgorithmException {
    return FAST.isPresent()
        ? Signature.getInstance(algorithm, FAST.get())
        : Signature.getInstance(algorithm);
  }

  private static Optional<Provider> load() {
    try {
      System.setProperty(CorrettoEd25519.WITH_KEY_FACTORY, "true");
      AmazonCorrettoCryptoProvider provider = AmazonCorrettoCryptoProvider.INSTANCE;
      if (provider.getLoadingError() != null) {
        return Optional.empty();
      }
      KeyFactory.getInstance("RSA", provider);
      Signature.getInstance("SHA256withRSA", provider);
      return Optional.of(provider);
    } catch (GeneralSecurityException | RuntimeException | LinkageError e) {
      LOG.info("Corretto's RSA does not work here ({}): using the JDK's", e.toString());
      return Optional.empty();
    }
  }
}
