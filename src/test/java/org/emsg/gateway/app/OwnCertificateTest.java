package org.emsg.gateway.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.emsg.gateway.fixtures.FakeClock;
import org.emsg.gateway.net.TlsIdentity;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OwnCertificateTest {
  @TempDir Path data;
  private final FakeClock clock = FakeClock.atNoon();

  private OwnCertificate open(String... names) throws Exception {
    return OwnCertificate.open(data, List.of(names), clock, new SecureRandom());
  }

  private TlsIdentity stored() throws Exception {
    Path certificate = OwnCertificate.certificate(data);
    return TlsIdentity.read(certificate, certificate.resolveSibling("self-made.key"));
  }

  @Test
  void itStaysWhileItLastsAndNamesUs() throws Exception {
    TlsIdentity made = open("a.test", "localhost").get();
    assertThat(stored()).isEqualTo(made);
    assertThat(open("a.test").get()).isEqualTo(made);
    assertThat(open("a.test", "b.test").get()).isNotEqualTo(made);
  }

  @Test
  void aGatewayThatRunsForAYearRenewsIt() throws Exception {
    OwnCertificate own = open("a.test");
    TlsIdentity first = own.get();
    clock.advance(Duration.ofDays(366));
    assertThat(own.get()).isEqualTo(first);
    clock.advance(Duration.ofDays(2));
    TlsIdentity second = own.get();
    assertThat(second).isNotEqualTo(first);
    assertThat(second.certificate().getNotAfter().toInstant())
        .isAfter(clock.instant().plus(Duration.ofDays(390)));
    assertThat(stored()).isEqualTo(second);
    assertThat(own.get()).isSameAs(second);
  }

  @Test
  void aKeyOfAnotherCertificateIsNotKept() throws Exception {
    open("a.test");
    Path certificate = OwnCertificate.certificate(data);
    byte[] old = Files.readAllBytes(certificate);
    open("a.test", "b.test");
    Files.write(certificate, old);
    TlsIdentity again = open("a.test").get();
    assertThat(Files.readAllBytes(certificate)).isNotEqualTo(old);
    assertThat(stored()).isEqualTo(again);
  }

  @Test
  void theKeyIsForOurUserOnlyAndNothingIsLeftBehind() throws Exception {
    open("a.test");
    Path folder = data.resolve("tls");
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(folder.resolve("self-made.key"))))
        .isEqualTo("rw-------");
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).hasSize(2);
    }
  }
}
