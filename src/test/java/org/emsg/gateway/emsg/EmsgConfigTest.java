package org.emsg.gateway.emsg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class EmsgConfigTest {
  private static EmsgConfig connecting(Duration timeout) {
    EmsgConfig base = EmsgConfig.DEFAULT;
    return new EmsgConfig(
        base.host(),
        base.port(),
        base.plainTextPeers(),
        base.maxLine(),
        base.maxConnections(),
        base.maxHalfOpen(),
        base.maxHalfOpenPerAddress(),
        base.maxInFlight(),
        base.maxPending(),
        base.handshakeTimeout(),
        base.pingAfter(),
        base.pingTimeout(),
        timeout,
        base.answerTimeout(),
        base.emxType(),
        base.defaultPort(),
        base.keyCache(),
        base.bareAddressCounts());
  }

  @Test
  void aConnectTimeoutThatNoConnectionCouldHaveIsRefused() {
    assertThat(connecting(Duration.ofMinutes(10)).connectTimeout())
        .isEqualTo(Duration.ofMinutes(10));
    assertThatThrownBy(() -> connecting(Duration.ofDays(30)))
        .hasMessageContaining("connect-timeout");
  }
}
