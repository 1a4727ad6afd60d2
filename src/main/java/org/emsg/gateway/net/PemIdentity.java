package org.emsg.gateway.net;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A TLS identity in two PEM files, read again when they change: a renewed certificate is served
/// within ten seconds. Files that cannot be read leave the old one in force.
public final class PemIdentity implements Supplier<TlsIdentity> {
  private static final Logger log = LoggerFactory.getLogger(PemIdentity.class);
  private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(10);

  private final Path certificates;
  private final Path key;
  private final InstantSource clock;

  private TlsIdentity identity;
  private FileTime modified;
  private Instant nextLook;

  /// @throws IOException where the files cannot be read now
  public PemIdentity(Path certificates, Path key, InstantSource clock) throws IOException {
    this.certificates = certificates;
    this.key = key;
    this.clock = clock;
    this.modified = lastModified();
    this.identity = TlsIdentity.read(certificates, key);
    this.nextLook = clock.instant().plus(BETWEEN_LOOKS);
  }

  @Override
  public synchronized TlsIdentity get() {
    Instant now = clock.instant();
    if (now.isBefore(nextLook)) {
      return identity;
    }
    nextLook = now.plus(BETWEEN_LOOKS);
    try {
      FileTime current = lastModified();
      if (!current.equals(modified)) {
        identity = TlsIdentity.read(certificates, key);
        modified = current;
        log.info(
            "{} was read again: valid until {}",
            certificates,
            identity.certificate().getNotAfter().toInstant());
      }
    } catch (IOException unreadable) {
      log.warn("{}; the certificate read before stays in use", unreadable.getMessage());
    }
    return identity;
  }

  private FileTime lastModified() throws IOException {
    FileTime one = Files.getLastModifiedTime(certificates);
    FileTime two = Files.getLastModifiedTime(key);
    return one.compareTo(two) > 0 ? one : two;
  }
}
