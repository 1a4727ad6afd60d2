package org.emsg.gateway.net;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/// The certificate authorities that we believe: the JDK's, and those that a setting adds.
public final class TrustedRoots {
  private final X509TrustManager verifier;

  /// @param more authorities beside the JDK's; an end-entity certificate is trusted as itself
  public TrustedRoots(List<X509Certificate> more) {
    List<X509Certificate> all =
        new ArrayList<>(Arrays.asList(managerOf(null).getAcceptedIssuers()));
    all.addAll(more);
    this.verifier = managerOf(storeOf(all));
  }

  X509TrustManager verifier() {
    return verifier;
  }

  /// A verifier that believes `anchor` alone.
  X509TrustManager verifierFor(X509Certificate anchor) {
    return managerOf(storeOf(List.of(anchor)));
  }

  private static KeyStore storeOf(List<X509Certificate> certificates) {
    try {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      for (int i = 0; i < certificates.size(); i++) {
        store.setCertificateEntry("root-" + i, certificates.get(i));
      }
      return store;
    } catch (GeneralSecurityException | IOException broken) {
      throw new IllegalStateException("the JDK cannot hold certificates", broken);
    }
  }

  private static X509TrustManager managerOf(@Nullable KeyStore store) {
    try {
      TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(store);
      return Arrays.stream(factory.getTrustManagers())
          .filter(X509TrustManager.class::isInstance)
          .map(X509TrustManager.class::cast)
          .findFirst()
          .orElseThrow();
    } catch (GeneralSecurityException broken) {
      throw new IllegalStateException("the JDK cannot verify certificates", broken);
    }
  }
}
