package org.emsg.gateway.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OutboundGuardTest {
  private final OutboundGuard guard = new OutboundGuard(List.of(), Set.of());

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0.0.0.0",
        "0.1.2.3",
        "10.0.0.1",
        "100.64.0.1",
        "127.0.0.1",
        "127.255.255.254",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "198.18.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::7f00:1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::a00:1",
        "2002:7f00:1::",
        "2002:a00:1::1",
        "2001:0:a00:1::",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fec0::1",
        "ff02::1"
      })
  void refusesWhereOnlyWeCanGo(String literal) {
    assertThat(guard.refusal(InetAddress.ofLiteral(literal))).isPresent();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "9.9.9.9",
        "100.63.255.255",
        "100.128.0.0",
        "126.255.255.255",
        "128.0.0.1",
        "172.15.255.255",
        "172.32.0.0",
        "192.167.255.255",
        "223.255.255.255",
        "2606:4700::1111",
        "2a00:1450:4001::1",
        "64:ff9b::909:909",
        "2002:909:909::1"
      })
  void allowsTheInternet(String literal) {
    assertThat(guard.refusal(InetAddress.ofLiteral(literal))).isEmpty();
  }

  @Test
  void anExemptBlockMayBeConnectedToHoweverItIsWritten() {
    var exempting = new OutboundGuard(List.of(Cidr.parse("10.1.0.0/16")), Set.of());
    assertThat(exempting.refusal(InetAddress.ofLiteral("10.1.2.3"))).isEmpty();
    assertThat(exempting.refusal(InetAddress.ofLiteral("64:ff9b::a01:203"))).isEmpty();
    assertThat(exempting.refusal(InetAddress.ofLiteral("10.2.0.1"))).isPresent();
  }

  @Test
  void aConfiguredHostIsExemptByItsNameAndNoOtherNameIs() {
    var exempting = new OutboundGuard(List.of(), Set.of("prosody"));
    InetAddress address = InetAddress.ofLiteral("172.17.0.2");
    assertThat(exempting.refusal("Prosody", address)).isEmpty();
    assertThat(exempting.refusal("evil.test", address)).isPresent();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/x", "example.org/8", "::1/129", ""})
  void aBlockThatIsNoneIsRefused(String text) {
    assertThatThrownBy(() -> Cidr.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aPrefixEndsWithinAByte() {
    Cidr block = Cidr.parse("172.16.0.0/12");
    assertThat(block.contains(InetAddress.ofLiteral("172.31.255.255"))).isTrue();
    assertThat(block.contains(InetAddress.ofLiteral("172.32.0.0"))).isFalse();
    assertThat(Cidr.parse("0.0.0.0/0").contains(InetAddress.ofLiteral("9.9.9.9"))).isTrue();
  }
}
