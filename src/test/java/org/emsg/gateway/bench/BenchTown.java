package org.emsg.gateway.bench;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.emsg.gateway.crypto.Ed25519;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Bytes;

/// The people of the measurements: both processes know them and their keys by their numbers.
final class BenchTown {
  static final String DOMAIN = "a.test";
  static final int SENDERS = 16;
  static final int IDLE = 2_000;

  private BenchTown() {}

  static Address.Emsg sender(int number) {
    return new Address.Emsg("s" + number, DOMAIN);
  }

  static Address.Emsg recipient(int number) {
    return new Address.Emsg("r" + number, DOMAIN);
  }

  static Address.Emsg idle(int number) {
    return new Address.Emsg("idle" + number, DOMAIN);
  }

  static Ed25519.SigningKey key(Address.Emsg person) {
    try {
      byte[] seed =
          MessageDigest.getInstance("SHA-256")
              .digest(person.text().getBytes(StandardCharsets.UTF_8));
      return Ed25519.best().fromSeed(Bytes.wrap(seed));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
