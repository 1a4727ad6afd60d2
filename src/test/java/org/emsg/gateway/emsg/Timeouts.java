package org.emsg.gateway.emsg;

import java.time.Duration;

/// Settings for tests that wait for nobody.
final class Timeouts {
  private static final EmsgConfig BASE = EmsgConfig.DEFAULT.listeningOn("127.0.0.1", 0);

  private Timeouts() {}

  static EmsgConfig of(Duration handshake, Duration silence) {
    return with(handshake, silence, BASE.maxHalfOpen());
  }

  static EmsgConfig halfOpen(int most) {
    return with(BASE.handshakeTimeout(), BASE.pingAfter(), most);
  }

  private static EmsgConfig with(Duration handshake, Duration silence, int halfOpen) {
    return new EmsgConfig(
        BASE.host(),
        BASE.port(),
        BASE.plainTextPeers(),
        BASE.maxLine(),
        BASE.maxConnections(),
        halfOpen,
        BASE.maxHalfOpenPerAddress(),
        BASE.maxInFlight(),
        BASE.maxPending(),
        handshake,
        silence,
        silence,
        Duration.ofSeconds(2),
        Duration.ofSeconds(10),
        BASE.emxType(),
        BASE.defaultPort(),
        BASE.keyCache(),
        BASE.bareAddressCounts());
  }
}
