package org.emsg.gateway.net;

import java.net.InetAddress;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

/// Whom a certificate names (RFC 9525): its subject alternative names, never its common name.
public final class CertificateNames {
  private static final int DNS_NAME = 2;
  private static final int IP_ADDRESS = 7;

  private CertificateNames() {}

  /// Whether the certificate is for `name`: a domain in A-labels, or an address literal. A wildcard
  /// stands for exactly one whole label at the left.
  public static boolean names(X509Certificate certificate, String name) {
    String wanted = name.toLowerCase(Locale.ROOT);
    Collection<List<?>> alternatives;
    try {
      alternatives = certificate.getSubjectAlternativeNames();
    } catch (CertificateParsingException damaged) {
      return false;
    }
    if (alternatives == null) {
      return false;
    }
    for (List<?> alternative : alternatives) {
      int kind = (Integer) alternative.get(0);
      if (kind == DNS_NAME
          && covers(((String) alternative.get(1)).toLowerCase(Locale.ROOT), wanted)) {
        return true;
      }
      if (kind == IP_ADDRESS && sameAddress((String) alternative.get(1), wanted)) {
        return true;
      }
    }
    return false;
  }

  private static boolean covers(String pattern, String wanted) {
    if (!pattern.startsWith("*.")) {
      return pattern.equals(wanted);
    }
    int dot = wanted.indexOf('.');
    // A wildcard over a whole top-level domain is nobody's to have.
    return dot > 0
        && pattern.indexOf('.', 2) > 0
        && pattern.substring(1).equals(wanted.substring(dot));
  }

  private static boolean sameAddress(String certified, String wanted) {
    try {
      return InetAddress.ofLiteral(certified).equals(InetAddress.ofLiteral(wanted));
    } catch (IllegalArgumentException notAnAddress) {
      return false;
    }
  }
}
