package org.emsg.gateway.emsg;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Random;
import org.emsg.gateway.fixtures.FakeDns;
import org.emsg.gateway.gateway.Discovery;
import org.emsg.gateway.model.Bytes;
import org.junit.jupiter.api.Test;

/// Where a domain's EMSG server is (profile §2).
class EsmpLocatorTest {
  private final FakeDns dns = new FakeDns();
  private final EsmpLocator locator = new EsmpLocator(dns, EmsgConfig.DEFAULT, new Random(2782));

  @Test
  void srvRecordsComeFirstInTheirOrder() {
    dns.srv("_emsg-server._tcp.b.test", 20, 0, 5889, "two.b.test")
        .srv("_emsg-server._tcp.b.test", 10, 0, 5888, "one.b.test")
        .raw("b.test", 65389, emx(10, "emx.b.test"))
        .address("b.test", "192.0.2.1");
    Located.At at = (Located.At) locate("b.test");
    assertThat(at.targets())
        .extracting(Located.Target::host)
        .containsExactly("one.b.test", "two.b.test");
    assertThat(at.weak()).isFalse();
  }

  @Test
  void aTargetOfADotMeansNoEmsgHere() {
    dns.srv("_emsg-server._tcp.b.test", 0, 0, 0, "").address("b.test", "192.0.2.1");
    assertThat(locate("b.test")).isInstanceOf(Located.Nowhere.class);
  }

  @Test
  void emxComesNextByPreference() {
    dns.raw("b.test", 65389, emx(20, "Second.b.test"))
        .raw("b.test", 65389, emx(10, "first.b.test"))
        .address("b.test", "192.0.2.1");
    assertThat(((Located.At) locate("b.test")).targets())
        .containsExactly(
            new Located.Target("first.b.test", 5888, false),
            new Located.Target("second.b.test", 5888, false));
  }

  @Test
  void theAddressOfTheDomainIsTheLastAndAWeakAnswer() {
    dns.address("b.test", "192.0.2.1");
    Located.At at = (Located.At) locate("b.test");
    assertThat(at.weak()).isTrue();
    assertThat(at.targets()).containsExactly(new Located.Target("b.test", 5888, false));
  }

  @Test
  void nothingAtAllIsAbsentForThePlanner() {
    assertThat(new EmsgDiscovery(locator).discover("b.test").toCompletableFuture().join())
        .isInstanceOf(Discovery.Answer.Absent.class);
  }

  @Test
  void aFailureIsNeverTakenForNoneAtEitherStep() {
    dns.failing("_emsg-server._tcp.b.test").address("b.test", "192.0.2.1");
    assertThat(locate("b.test")).isInstanceOf(Located.Unknown.class);
    dns.failing("c.test");
    assertThat(locate("c.test")).isInstanceOf(Located.Unknown.class);
    assertThat(new EmsgDiscovery(locator).discover("c.test").toCompletableFuture().join())
        .isInstanceOf(Discovery.Answer.Unknown.class);
  }

  @Test
  void brokenEmxRecordsAreNoRecords() {
    for (String hex :
        new String[] {"", "000a", "000a00", "000a0561", "000a016100ff", "000a40", "000ac00c"}) {
      assertThat(EsmpLocator.Emx.parse(Bytes.wrap(HexFormat.of().parseHex(hex)))).as(hex).isEmpty();
    }
  }

  private Located locate(String domain) {
    return locator.server(domain).toCompletableFuture().join();
  }

  private static Bytes emx(int preference, String target) {
    java.io.ByteArrayOutputStream out = new java.io.ByteArrayOutputStream();
    out.write(preference >> 8);
    out.write(preference);
    for (String label : target.split("\\.", -1)) {
      out.write(label.length());
      out.writeBytes(label.getBytes(StandardCharsets.US_ASCII));
    }
    out.write(0);
    return Bytes.wrap(out.toByteArray());
  }
}
