package org.emsg.gateway.net;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509TrustManager;

/// Applies a [PeerCheck] within the handshake, so that no connection exists that it did not pass.
final class PeerTrust extends X509ExtendedTrustManager {
  private static final X509Certificate[] NO_ISSUERS = {};

  private final PeerCheck check;
  private final X509TrustManager roots;
  private final TrustedRoots anchors;

  PeerTrust(PeerCheck check, TrustedRoots anchors) {
    this.check = check;
    this.anchors = anchors;
    this.roots = anchors.verifier();
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    switch (check) {
      case PeerCheck.Named(Set<String> names) -> {
        roots.checkServerTrusted(chain, authType);
        requireName(chain[0], names);
      }
      case PeerCheck.Dane dane -> requireTlsa(chain, authType, dane);
      case PeerCheck.Opportunistic() -> {}
    }
  }

  private void requireTlsa(X509Certificate[] chain, String authType, PeerCheck.Dane dane)
      throws CertificateException {
    for (Tlsa record : dane.records()) {
      if (satisfies(record, chain, authType, dane.names())) {
        return;
      }
    }
    throw new CertificateException("no TLSA record of the domain matches the certificate");
  }

  private boolean satisfies(
      Tlsa record, X509Certificate[] chain, String authType, Set<String> names) {
    try {
      return switch (record.usage()) {
        // RFC 7671 §5.1: neither names nor dates count.
        case DANE_EE -> record.matches(chain[0]);
        case DANE_TA -> {
          Optional<X509Certificate> anchor =
              Arrays.stream(chain).filter(record::matches).findFirst();
          if (anchor.isPresent()) {
            anchors.verifierFor(anchor.get()).checkServerTrusted(chain, authType);
            requireName(chain[0], names);
          }
          yield anchor.isPresent();
        }
        case PKIX_EE, PKIX_TA -> {
          roots.checkServerTrusted(chain, authType);
          requireName(chain[0], names);
          yield record.usage() == Tlsa.Usage.PKIX_EE
              ? record.matches(chain[0])
              : isIssuedBelow(record, chain, authType);
        }
      };
    } catch (CertificateException unfit) {
      return false;
    }
  }

  /// Whether an authority that the record means vouches for the chain's first certificate: that it
  /// stands in the chain says nothing, since the peer puts there what it likes (RFC 7671 §5.4).
  private boolean isIssuedBelow(Tlsa record, X509Certificate[] chain, String authType) {
    return Stream.concat(
            Arrays.stream(chain).skip(1),
            // A root need not be sent.
            Arrays.stream(roots.getAcceptedIssuers()))
        .filter(record::matches)
        .anyMatch(authority -> vouches(authority, chain, authType));
  }

  private boolean vouches(X509Certificate authority, X509Certificate[] chain, String authType) {
    try {
      anchors.verifierFor(authority).checkServerTrusted(chain, authType);
      return true;
    } catch (CertificateException unfit) {
      return false;
    }
  }

  private static void requireName(X509Certificate certificate, Set<String> names)
      throws CertificateException {
    if (names.stream().noneMatch(name -> CertificateNames.names(certificate, name))) {
      throw new CertificateException("the certificate names none of " + names);
    }
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    checkServerTrusted(chain, authType);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    checkServerTrusted(chain, authType);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    throw new CertificateException("clients are not known by certificate here");
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    checkClientTrusted(chain, authType);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    checkClientTrusted(chain, authType);
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return NO_ISSUERS;
  }
}
