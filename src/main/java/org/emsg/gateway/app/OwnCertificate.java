package org.emsg.gateway.app;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import org.emsg.gateway.crypto.SelfSigned;
import org.emsg.gateway.net.CertificateNames;
import org.emsg.gateway.net.TlsIdentity;

/// The certificate that the gateway makes for itself where none is set: kept under `data/tls/`, so
/// that clients of this machine can be told to trust it, and made anew when it runs out within a
/// month or our domains are others.
final class OwnCertificate {
  private static final Duration VALIDITY = Duration.ofDays(397);
  private static final Duration TOO_SHORT = Duration.ofDays(30);

  private OwnCertificate() {}

  /// Where the certificate is, for clients.
  static Path certificate(Path data) {
    return data.resolve("tls").resolve("self-made.crt");
  }

  /// The identity in force: the one that is there, or a new one.
  static TlsIdentity open(Path data, List<String> names, Clock clock, SecureRandom random)
      throws IOException {
    Path certificate = certificate(data);
    Path key = certificate.resolveSibling("self-made.key");
    if (Files.exists(certificate) && Files.exists(key)) {
      TlsIdentity there = TlsIdentity.read(certificate, key);
      Instant end = there.certificate().getNotAfter().toInstant();
      boolean lasts = end.isAfter(clock.instant().plus(TOO_SHORT));
      if (lasts && names.stream().allMatch(n -> CertificateNames.names(there.certificate(), n))) {
        return there;
      }
    }
    SelfSigned made = SelfSigned.make(names, clock.instant(), VALIDITY, random);
    Files.createDirectories(certificate.getParent());
    Files.deleteIfExists(key);
    Files.createFile(
        key, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(key, pem("PRIVATE KEY", made.key().getEncoded()));
    try {
      Files.writeString(certificate, pem("CERTIFICATE", made.certificate().getEncoded()));
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException("a certificate just made has no encoding", impossible);
    }
    return new TlsIdentity(made.key(), List.of(made.certificate()));
  }

  private static String pem(String kind, byte[] der) {
    Base64.Encoder lines = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII));
    return "-----BEGIN %s-----%n%s%n-----END %s-----%n"
        .formatted(kind, lines.encodeToString(der), kind);
  }
}
