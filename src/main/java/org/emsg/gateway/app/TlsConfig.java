package org.emsg.gateway.app;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// Who we are in TLS, and whom we believe.
///
/// @param certificate a PEM chain, our own certificate first; one of our own making unless set
/// @param key its unencrypted PKCS#8 key in PEM
/// @param trust PEM files of authorities that are believed beside the JDK's; none unless set
public record TlsConfig(Optional<Path> certificate, Optional<Path> key, List<Path> trust) {
  public TlsConfig {
    trust = List.copyOf(trust);
    if (certificate.isPresent() != key.isPresent()) {
      throw new IllegalArgumentException("certificate and key are set both or not at all");
    }
  }
}
