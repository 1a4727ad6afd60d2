package org.emsg.gateway.net;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.emsg.gateway.model.Bytes;

/// One TLSA record (RFC 6698 §2.1): what the DNS says of a server's certificate.
public record Tlsa(Usage usage, int selector, int matching, Bytes data) {
  /// The record's type number, for [Dns#raw].
  public static final int TYPE = 52;

  /// Reads RDATA; empty for a record that we know no use of, which counts as not there (RFC 7671
  /// §4.1).
  public static Optional<Tlsa> parse(Bytes rdata) {
    byte[] raw = rdata.view();
    if (raw.length < 4 || raw[0] < 0 || raw[0] >= Usage.values().length) {
      return Optional.empty();
    }
    Tlsa read =
        new Tlsa(
            Usage.values()[raw[0]],
            raw[1],
            raw[2],
            Bytes.wrap(Arrays.copyOfRange(raw, 3, raw.length)));
    boolean known =
        read.selector >= 0 && read.selector <= 1 && read.matching >= 0 && read.matching <= 2;
    return known ? Optional.of(read) : Optional.empty();
  }

  /// The usable records of an answer.
  public static List<Tlsa> usable(List<Bytes> rdata) {
    return rdata.stream().map(Tlsa::parse).flatMap(Optional::stream).toList();
  }

  /// Whether `certificate` is the one that the record means.
  public boolean matches(X509Certificate certificate) {
    try {
      byte[] selected =
          selector == 0 ? certificate.getEncoded() : certificate.getPublicKey().getEncoded();
      byte[] presented =
          switch (matching) {
            case 0 -> selected;
            case 1 -> MessageDigest.getInstance("SHA-256").digest(selected);
            default -> MessageDigest.getInstance("SHA-512").digest(selected);
          };
      return MessageDigest.isEqual(presented, data.view());
    } catch (CertificateEncodingException | NoSuchAlgorithmException unreadable) {
      return false;
    }
  }

  /// RFC 7218's names for the certificate usages, in the order of their numbers.
  public enum Usage {
    PKIX_TA,
    PKIX_EE,
    DANE_TA,
    DANE_EE
  }
}
