package org.emsg.gateway.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.emsg.gateway.fixtures.World;
import org.emsg.gateway.model.Bytes;
import org.junit.jupiter.api.Test;

class DerivedKeysTest {
  private static final Bytes SECRET = Bytes.wrap(new byte[32]);
  private static final String ALIAS = "dave__xmpp.test#xmpp.a.test";

  @Test
  void anAliasHasTheSameKeyWheneverItIsAskedFor() {
    assertThat(new AliasKeys(SECRET, 1, Ed25519.best()).of(ALIAS).publicKey())
        .isEqualTo(new AliasKeys(SECRET, 1, Ed25519.bouncyCastle()).of(ALIAS).publicKey());
  }

  @Test
  void otherAliasesEpochsAndSecretsHaveOtherKeys() {
    byte[] other = new byte[32];
    other[31] = 1;
    assertThat(
            List.of(
                new AliasKeys(SECRET, 1, Ed25519.best()).of(ALIAS).publicKey(),
                new AliasKeys(SECRET, 1, Ed25519.best()).of(ALIAS + "x").publicKey(),
                new AliasKeys(SECRET, 2, Ed25519.best()).of(ALIAS).publicKey(),
                new AliasKeys(Bytes.wrap(other), 1, Ed25519.best()).of(ALIAS).publicKey()))
        .doesNotHaveDuplicates();
  }

  @Test
  void aMacIsGoodForItsTextAndPurposeOnly() {
    Macs macs = new Macs(SECRET);
    byte[] tag = Arrays.copyOf(macs.mac("bounce", "42"), 10);
    assertThat(macs.matches("bounce", "42", tag)).isTrue();
    assertThat(macs.matches("bounce", "43", tag)).isFalse();
    assertThat(macs.matches("other", "42", tag)).isFalse();
    assertThat(macs.matches("bounce", "42", new byte[0])).isFalse();
    assertThat(macs.matches("bounce", "42", new byte[40])).isFalse();
  }

  @Test
  void aSelfMadeCertificateNamesOurDomains() throws CertificateParsingException {
    X509Certificate certificate =
        SelfSigned.make(
                List.of("a.test", "localhost"), World.NOON, Duration.ofDays(30), new SecureRandom())
            .certificate();
    assertThat(certificate.getSubjectAlternativeNames())
        .extracting(name -> name.get(1).toString())
        .containsExactly("a.test", "localhost", "127.0.0.1", "0:0:0:0:0:0:0:1");
    assertThat(certificate.getNotAfter()).isEqualTo(World.NOON.plus(Duration.ofDays(30)));
    assertThat(certificate.getNotBefore()).isBefore(World.NOON);
  }
}
