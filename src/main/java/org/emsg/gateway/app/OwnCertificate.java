package org.emsg.gateway.app;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.Signature;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.function.Supplier;
import org.emsg.gateway.crypto.SelfSigned;
import org.emsg.gateway.net.CertificateNames;
import org.emsg.gateway.net.TlsIdentity;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The certificate that the gateway makes for itself where none is set: kept under `data/tls/`, so
/// that clients of this machine can be told to trust it, and made anew when it runs out within a
/// month, also while the gateway runs, or when our domains are others. Only the gateway itself does
/// that. Thread-safe.
final class OwnCertificate implements Supplier<TlsIdentity> {
  private static final Logger LOG = LoggerFactory.getLogger(OwnCertificate.class);
  private static final String ALGORITHM = "SHA256withECDSA";
  private static final Duration VALIDITY = Duration.ofDays(397);
  private static final Duration TOO_SHORT = Duration.ofDays(30);
  private static final Duration AGAIN = Duration.ofHours(1);

  private final Path certificate;
  private final List<String> names;
  private final Clock clock;
  private final SecureRandom random;
  private volatile TlsIdentity current;
  private volatile Instant renewal;

  private OwnCertificate(
      Path certificate, List<String> names, Clock clock, SecureRandom random, TlsIdentity current) {
    this.certificate = certificate;
    this.names = names;
    this.clock = clock;
    this.random = random;
    this.current = current;
    this.renewal = renewalOf(current);
  }

  /// Where the certificate is, for clients.
  static Path certificate(Path data) {
    return data.resolve("tls").resolve("self-made.crt");
  }

  /// The identity in force: the one that is there, or a new one.
  static OwnCertificate open(Path data, List<String> names, Clock clock, SecureRandom random)
      throws IOException {
    Path certificate = certificate(data);
    Path key = key(certificate);
    if (Files.exists(certificate) && Files.exists(key)) {
      TlsIdentity there = TlsIdentity.read(certificate, key);
      if (belongTogether(there)
          && clock.instant().isBefore(renewalOf(there))
          && names.stream().allMatch(n -> CertificateNames.names(there.certificate(), n))) {
        return new OwnCertificate(certificate, names, clock, random, there);
      }
    }
    return new OwnCertificate(
        certificate, names, clock, random, make(certificate, names, clock, random));
  }

  @Override
  public TlsIdentity get() {
    if (!clock.instant().isBefore(renewal)) {
      renew();
    }
    return current;
  }

  private synchronized void renew() {
    if (clock.instant().isBefore(renewal)) {
      return;
    }
    try {
      current = make(certificate, names, clock, random);
      renewal = renewalOf(current);
    } catch (IOException e) {
      renewal = clock.instant().plus(AGAIN);
      LOG.warn(
          "The certificate of our own, {}, cannot be renewed; trying again in an hour",
          certificate,
          e);
    }
  }

  private static Instant renewalOf(TlsIdentity identity) {
    return identity.certificate().getNotAfter().toInstant().minus(TOO_SHORT);
  }

  private static Path key(Path certificate) {
    return certificate.resolveSibling("self-made.key");
  }

  /// Not where the gateway was killed between the one and the other.
  private static boolean belongTogether(TlsIdentity identity) {
    try {
      byte[] message = {1};
      Signature signing = Signature.getInstance(ALGORITHM);
      signing.initSign(identity.key());
      signing.update(message);
      byte[] signature = signing.sign();
      Signature verifying = Signature.getInstance(ALGORITHM);
      verifying.initVerify(identity.certificate());
      verifying.update(message);
      return verifying.verify(signature);
    } catch (GeneralSecurityException ofAnotherKind) {
      return false;
    }
  }

  private static TlsIdentity make(
      Path certificate, List<String> names, Clock clock, SecureRandom random) throws IOException {
    SelfSigned made = SelfSigned.make(names, clock.instant(), VALIDITY, random);
    Files.createDirectories(certificate.getParent());
    try {
      write(key(certificate), "rw-------", pem("PRIVATE KEY", made.key().getEncoded()));
      write(certificate, "rw-r--r--", pem("CERTIFICATE", made.certificate().getEncoded()));
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException("a certificate just made has no encoding", impossible);
    }
    return new TlsIdentity(made.key(), List.of(made.certificate()));
  }

  /// Whole or not at all, for whoever reads it meanwhile.
  private static void write(Path file, String mode, String text) throws IOException {
    FileAttribute<?> attributes =
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode));
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    Files.deleteIfExists(fresh);
    Files.createFile(fresh, attributes);
    Files.writeString(fresh, text);
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private static String pem(String kind, byte[] der) {
    Base64.Encoder lines = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII));
    return "-----BEGIN %s-----%n%s%n-----END %s-----%n"
        .formatted(kind, lines.encodeToString(der), kind);
  }
}
