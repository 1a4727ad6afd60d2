package org.emsg.gateway.emsg;

import java.time.Duration;
import java.util.List;
import org.emsg.gateway.net.Cidr;

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

  /// Loopback is spoken to in plain text.
  static EmsgConfig plainText() {
    return with(
        List.of(Cidr.parse("127.0.0.0/8")),
        BASE.handshakeTimeout(),
        BASE.pingAfter(),
        BASE.maxHalfOpen(),
        BASE.maxLine(),
        BASE.maxInFlight(),
        BASE.maxPending());
  }

  /// With little room, so that a few lines fill it.
  static EmsgConfig rooms(int maxLine, int maxInFlight, int maxPending) {
    return with(
        BASE.plainTextPeers(),
        BASE.handshakeTimeout(),
        BASE.pingAfter(),
        BASE.maxHalfOpen(),
        maxLine,
        maxInFlight,
        maxPending);
  }

  private static EmsgConfig with(Duration handshake, Duration silence, int halfOpen) {
    return with(
        BASE.plainTextPeers(),
        handshake,
        silence,
        halfOpen,
        BASE.maxLine(),
        BASE.maxInFlight(),
        BASE.maxPending());
  }

  private static EmsgConfig with(
      List<Cidr> plainTextPeers,
      Duration handshake,
      Duration silence,
      int halfOpen,
      int maxLine,
      int maxInFlight,
      int maxPending) {
    return new EmsgConfig(
        BASE.host(),
        BASE.port(),
        plainTextPeers,
        maxLine,
        BASE.maxConnections(),
        halfOpen,
        BASE.maxHalfOpenPerAddress(),
        maxInFlight,
        maxPending,
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
