package org.emsg.gateway.crypto;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Set;
import java.util.function.Supplier;
import org.emsg.gateway.model.Bytes;

/// Secrets on disk: one file each, mode 0600, in a directory of mode 0700.
///
/// A file is whole or not there: it is written beside its place, forced to disk, and linked into
/// place, so that of two processes that make the same secret at once one wins and both use it. A
/// secret that others may read is refused: it has to be taken for known to them.
public final class KeyFiles {
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rw-------");
  private static final Set<PosixFilePermission> OWNER_ONLY_DIRECTORY =
      PosixFilePermissions.fromString("rwx------");

  private final Path directory;
  private final SecureRandom random;

  /// Makes `directory` where it is missing.
  public KeyFiles(Path directory, SecureRandom random) {
    this.directory = directory;
    this.random = random;
    try {
      if (!Files.isDirectory(directory)) {
        Files.createDirectories(directory);
        Files.setPosixFilePermissions(directory, OWNER_ONLY_DIRECTORY);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make the key directory " + directory, e);
    }
  }

  SecureRandom random() {
    return random;
  }

  /// What the file `name` holds; made of `fresh` where there is none.
  ///
  /// @throws UncheckedIOException if it cannot be read or written
  /// @throws IllegalStateException if others than its owner may read it
  public Bytes loadOrCreate(String name, Supplier<Bytes> fresh) {
    Path file = resolve(name);
    try {
      if (Files.notExists(file)) {
        create(file, fresh.get());
      }
      return read(file);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot keep the key " + file, e);
    }
  }

  /// A secret of `size` random bytes, kept as hex under `name`.
  public Bytes secret(String name, int size) {
    Bytes text =
        loadOrCreate(
            name,
            () -> {
              byte[] value = new byte[size];
              random.nextBytes(value);
              return Bytes.utf8(HexFormat.of().formatHex(value) + "\n");
            });
    Bytes value = Bytes.wrap(HexFormat.of().parseHex(text.asUtf8().strip()));
    if (value.size() != size) {
      throw new IllegalStateException(
          "the secret in " + directory.resolve(name) + " should have " + size + " bytes");
    }
    return value;
  }

  private Path resolve(String name) {
    Path file = directory.resolve(name).normalize();
    if (name.isEmpty() || name.startsWith(".") || !directory.normalize().equals(file.getParent())) {
      throw new IllegalArgumentException("not a plain file name: " + name);
    }
    return file;
  }

  private static Bytes read(Path file) throws IOException {
    EnumSet<PosixFilePermission> others = EnumSet.copyOf(Files.getPosixFilePermissions(file));
    others.removeAll(OWNER_ONLY);
    if (!others.isEmpty()) {
      throw new IllegalStateException(
          "others may use the key " + file + ": chmod 600 it, if nobody has read it meanwhile");
    }
    return Bytes.wrap(Files.readAllBytes(file));
  }

  private void create(Path file, Bytes content) throws IOException {
    Path beside =
        directory.resolve("." + file.getFileName() + "." + Long.toHexString(random.nextLong()));
    try {
      try (FileChannel out =
          FileChannel.open(
              beside,
              Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
              PosixFilePermissions.asFileAttribute(OWNER_ONLY))) {
        ByteBuffer bytes = ByteBuffer.wrap(content.view());
        while (bytes.hasRemaining()) {
          out.write(bytes);
        }
        out.force(true);
      }
      Files.createLink(file, beside);
      try (FileChannel entries = FileChannel.open(directory, StandardOpenOption.READ)) {
        entries.force(true);
      }
    } catch (FileAlreadyExistsException e) {
      // Another process made it meanwhile: its secret is the one.
      if (Files.notExists(file)) {
        throw e;
      }
    } finally {
      try {
        Files.delete(beside);
      } catch (NoSuchFileException e) {
        // It was never made.
      }
    }
  }
}
