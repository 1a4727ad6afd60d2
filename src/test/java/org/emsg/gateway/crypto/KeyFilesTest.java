package org.emsg.gateway.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.List;
import java.util.stream.Stream;
import org.emsg.gateway.model.Bytes;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyFilesTest {
  @TempDir Path temporary;
  private Path directory;
  private KeyFiles files;

  @BeforeEach
  void open() {
    directory = temporary.resolve("data/keys");
    files = new KeyFiles(directory, new SecureRandom());
  }

  @Test
  void keepsASecretForItsOwnerOnly() throws IOException {
    Bytes secret = files.secret("macs", 32);
    assertThat(secret.size()).isEqualTo(32);
    assertThat(new KeyFiles(directory, new SecureRandom()).secret("macs", 32)).isEqualTo(secret);
    assertThat(mode(directory.resolve("macs"))).isEqualTo("rw-------");
    assertThat(mode(directory)).isEqualTo("rwx------");
    try (Stream<Path> all = Files.list(directory)) {
      assertThat(all).containsExactly(directory.resolve("macs"));
    }
  }

  @Test
  void refusesASecretThatOthersMayRead() throws IOException {
    files.secret("macs", 32);
    Files.setPosixFilePermissions(
        directory.resolve("macs"), PosixFilePermissions.fromString("rw-r--r--"));
    assertThatThrownBy(() -> files.secret("macs", 32))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("chmod 600");
  }

  @Test
  void refusesNamesThatLeadElsewhere() {
    for (String name : List.of("../macs", "a/b", "", "..", ".hidden", "/etc/passwd")) {
      assertThatThrownBy(() -> files.loadOrCreate(name, Bytes::empty))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void makesTheKeysOfADomainOnceAndReadsThemAgain() {
    DomainKeys made = DomainKeys.open(files, Ed25519.best(), List.of("a.test"));
    DomainKeys read = DomainKeys.open(files, Ed25519.bouncyCastle(), List.of("a.test"));
    assertThat(read.ed25519("a.test").publicKey()).isEqualTo(made.ed25519("a.test").publicKey());
    assertThat(read.rsaPublic("a.test")).isEqualTo(made.rsaPublic("a.test"));
    assertThat(made.rsaPublic("a.test").getModulus().bitLength()).isEqualTo(2048);
    assertThatThrownBy(() -> made.ed25519("b.test")).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void theRsaKeySignsWhatItsPublicHalfVerifies() {
    DomainKeys keys = DomainKeys.open(files, Ed25519.best(), List.of("a.test"));
    byte[] message = "hello".getBytes(StandardCharsets.UTF_8);
    byte[] signature = RsaSignatures.sign(keys.rsa("a.test"), message);
    RsaSignatures rsa = new RsaSignatures();
    Bytes spki = Bytes.wrap(keys.rsaPublic("a.test").getEncoded());
    assertThat(rsa.verify(spki, message, signature)).isTrue();
    assertThat(rsa.verify(spki, new byte[] {1}, signature)).isFalse();
    assertThat(rsa.verify(spki, message, new byte[3])).isFalse();
  }

  @Test
  void rsaKeysThatAreTooShortOrNoneVerifyNothing() {
    RsaSignatures rsa = new RsaSignatures();
    Bytes weak =
        Bytes.wrap(RsaSignatures.generate(1024, new SecureRandom()).getPublic().getEncoded());
    assertThat(rsa.isPublicKey(weak)).isFalse();
    assertThat(rsa.isPublicKey(Bytes.utf8("no key"))).isFalse();
  }

  private static String mode(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }
}
