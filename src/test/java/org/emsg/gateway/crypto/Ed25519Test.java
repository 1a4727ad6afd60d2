package org.emsg.gateway.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.stream.Stream;
import org.emsg.gateway.model.Bytes;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class Ed25519Test {
  private static final byte[] MESSAGE = "hello".getBytes(StandardCharsets.UTF_8);

  static Stream<Ed25519> engines() {
    return Stream.of(Ed25519.best(), Ed25519.bouncyCastle());
  }

  @ParameterizedTest
  @MethodSource("engines")
  void signsTheSecondVectorOfRfc8032(Ed25519 ed25519) {
    Ed25519.SigningKey key =
        ed25519.fromSeed(hex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"));
    assertThat(key.publicKey())
        .isEqualTo(hex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"));
    byte[] signature = key.sign(new byte[] {0x72});
    assertThat(HexFormat.of().formatHex(signature))
        .isEqualTo(
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                + "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
    assertThat(ed25519.verify(key.publicKey(), new byte[] {0x72}, signature)).isTrue();
  }

  @ParameterizedTest
  @MethodSource("engines")
  void refusesAnotherMessageAnotherKeyAndAChangedSignature(Ed25519 ed25519) {
    Ed25519.SigningKey key = ed25519.generate(new SecureRandom());
    Ed25519.SigningKey other = ed25519.generate(new SecureRandom());
    byte[] signature = key.sign(MESSAGE);
    assertThat(ed25519.verify(key.publicKey(), new byte[] {1}, signature)).isFalse();
    assertThat(ed25519.verify(other.publicKey(), MESSAGE, signature)).isFalse();
    for (int i = 0; i < signature.length; i++) {
      byte[] changed = signature.clone();
      changed[i] ^= 1;
      assertThat(ed25519.verify(key.publicKey(), MESSAGE, changed)).isFalse();
    }
  }

  @ParameterizedTest
  @MethodSource("engines")
  void signsAndVerifiesWhatIsLargerThanAMebibyte(Ed25519 ed25519) {
    Ed25519.SigningKey key = ed25519.generate(new SecureRandom());
    byte[] large = new byte[(1 << 20) + 1];
    byte[] signature = key.sign(large);
    assertThat(ed25519.verify(key.publicKey(), large, signature)).isTrue();
    large[large.length - 1] = 1;
    assertThat(ed25519.verify(key.publicKey(), large, signature)).isFalse();
    assertThat(ed25519.verify(key.publicKey(), large, key.sign(large))).isTrue();
  }

  @ParameterizedTest
  @MethodSource("engines")
  void refusesKeysAndSignaturesThatAreNone(Ed25519 ed25519) {
    Ed25519.SigningKey key = ed25519.generate(new SecureRandom());
    assertThat(ed25519.verify(key.publicKey(), MESSAGE, new byte[63])).isFalse();
    assertThat(ed25519.verify(Bytes.wrap(new byte[31]), MESSAGE, new byte[64])).isFalse();
    assertThat(ed25519.verify(Bytes.empty(), MESSAGE, new byte[64])).isFalse();
    assertThat(ed25519.isPublicKey(Bytes.wrap(new byte[33]))).isFalse();
  }

  /// Under the neutral element, a signature of zeros verifies for every message in a lax library.
  @ParameterizedTest
  @MethodSource("engines")
  void refusesKeysOfSmallOrder(Ed25519 ed25519) {
    byte[] neutral = new byte[32];
    neutral[0] = 1;
    byte[] signature = new byte[64];
    signature[0] = 1;
    assertThat(ed25519.isPublicKey(Bytes.wrap(neutral))).isFalse();
    assertThat(ed25519.verify(Bytes.wrap(neutral), MESSAGE, signature)).isFalse();
    assertThat(ed25519.isPublicKey(Bytes.wrap(new byte[32]))).isFalse();
  }

  @ParameterizedTest
  @MethodSource("engines")
  void showsNoSecretInItsText(Ed25519 ed25519) {
    Ed25519.SigningKey key = ed25519.generate(new SecureRandom());
    assertThat(key.toString()).doesNotContain(key.seed().asHex());
  }

  private static Bytes hex(String text) {
    return Bytes.wrap(HexFormat.of().parseHex(text));
  }
}
