package org.emsg.gateway.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Base64;
import org.emsg.gateway.crypto.Ed25519;
import org.emsg.gateway.crypto.KeyFiles;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Bytes;

/// The private keys of the people who use this command line: one file each under `data/users`, mode
/// 0600, 32 bytes of Ed25519 seed in hex. The gateway itself never reads them: it knows public
/// keys.
final class UserKeys {
  private final Path directory;
  private final SecureRandom random = new SecureRandom();

  UserKeys(Path data) {
    this.directory = data.resolve("users");
  }

  /// The user's key, made where there is none yet.
  Ed25519.SigningKey loadOrCreate(Address.Emsg user) {
    Bytes seed = new KeyFiles(directory, random).secret(name(user), Ed25519.KEY_SIZE);
    return Ed25519.best().fromSeed(seed);
  }

  boolean has(Address.Emsg user) {
    return Files.exists(file(user));
  }

  Path file(Address.Emsg user) {
    return directory.resolve(name(user));
  }

  static String base64(Ed25519.SigningKey key) {
    return Base64.getEncoder().encodeToString(key.publicKey().toByteArray());
  }

  private static String name(Address.Emsg user) {
    return user.text() + ".key";
  }
}
