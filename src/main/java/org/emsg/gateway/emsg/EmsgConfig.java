package org.emsg.gateway.emsg;

import java.time.Duration;
import java.util.List;
import org.emsg.gateway.net.Cidr;

/// The settings of the EMSG edge.
///
/// @param host the address to listen on; 127.0.0.1 unless set
/// @param port the port to listen on; 5888 unless set, 0 for any free one
/// @param plainTextPeers blocks of addresses that may speak without TLS, besides loopback; none
///   unless set
/// @param maxLine bytes a line may have; 1048576 unless set, 4096 to 16777216
/// @param maxConnections connections at once; 10000 unless set
/// @param maxHalfOpen connections at once that have not authenticated; 1000 unless set
/// @param maxHalfOpenPerAddress the same from one IPv4 address or IPv6 /64; 100 unless set
/// @param maxInFlight lines of one connection that are read and not done with; 512 unless set
/// @param maxPending bytes that wait for a slow reader before pushing stops; 262144 unless set
/// @param handshakeTimeout from the connection to the end of `hello`, and as long again for a
///   client's proof; 15 s unless set
/// @param pingAfter silence after which a peer is asked whether it is there; 60 s unless set
/// @param pingTimeout after which a peer that does not answer is closed; 30 s unless set
/// @param connectTimeout for an outgoing connection's TCP and TLS handshakes each; 10 s unless set,
///   at most 10 min
/// @param answerTimeout for an answer of another server; 60 s unless set
/// @param emxType the DNS type number of EMX records; 65389 unless set
/// @param defaultPort where an EMSG server is found that no SRV record names; 5888 unless set
/// @param keyCache how long another domain's keys are believed; 1 h unless set, and at most
/// @param bareAddressCounts whether a domain with no record but an address may be asked (step 3 of
///   discovery); true unless set
public record EmsgConfig(
    String host,
    int port,
    List<Cidr> plainTextPeers,
    int maxLine,
    int maxConnections,
    int maxHalfOpen,
    int maxHalfOpenPerAddress,
    int maxInFlight,
    int maxPending,
    Duration handshakeTimeout,
    Duration pingAfter,
    Duration pingTimeout,
    Duration connectTimeout,
    Duration answerTimeout,
    int emxType,
    int defaultPort,
    Duration keyCache,
    boolean bareAddressCounts) {
  /// The most that `maxLine` may be.
  static final int MOST_MAX_LINE = 16 << 20;

  private static final Duration MOST_CONNECT_TIMEOUT = Duration.ofMinutes(10);

  public static final EmsgConfig DEFAULT =
      new EmsgConfig(
          "127.0.0.1",
          5888,
          List.of(),
          1 << 20,
          10_000,
          1_000,
          100,
          512,
          256 * 1024,
          Duration.ofSeconds(15),
          Duration.ofSeconds(60),
          Duration.ofSeconds(30),
          Duration.ofSeconds(10),
          Duration.ofSeconds(60),
          65_389,
          5888,
          Duration.ofHours(1),
          true);

  public EmsgConfig {
    plainTextPeers = List.copyOf(plainTextPeers);
    requireRange("port", port, 0, 65_535);
    requireRange("max-line", maxLine, 4096, MOST_MAX_LINE);
    requireRange("max-connections", maxConnections, 1, 1_000_000);
    requireRange("max-half-open", maxHalfOpen, 1, 1_000_000);
    requireRange("max-half-open-per-address", maxHalfOpenPerAddress, 1, 1_000_000);
    requireRange("max-in-flight", maxInFlight, 1, 100_000);
    requireRange("max-pending", maxPending, 4096, 64 << 20);
    requireRange("emx-type", emxType, 1, 65_535);
    requireRange("default-port", defaultPort, 1, 65_535);
    requirePositive("handshake-timeout", handshakeTimeout);
    requirePositive("ping-after", pingAfter);
    requirePositive("ping-timeout", pingTimeout);
    requirePositive("connect-timeout", connectTimeout);
    if (connectTimeout.compareTo(MOST_CONNECT_TIMEOUT) > 0) {
      throw new IllegalArgumentException("connect-timeout is at most 10 min");
    }
    requirePositive("answer-timeout", answerTimeout);
    requirePositive("key-cache", keyCache);
    if (keyCache.compareTo(Duration.ofHours(1)) > 0) {
      throw new IllegalArgumentException("key-cache is at most 1 h (profile §8)");
    }
  }

  /// The same, listening elsewhere.
  public EmsgConfig listeningOn(String otherHost, int otherPort) {
    return new EmsgConfig(
        otherHost,
        otherPort,
        plainTextPeers,
        maxLine,
        maxConnections,
        maxHalfOpen,
        maxHalfOpenPerAddress,
        maxInFlight,
        maxPending,
        handshakeTimeout,
        pingAfter,
        pingTimeout,
        connectTimeout,
        answerTimeout,
        emxType,
        defaultPort,
        keyCache,
        bareAddressCounts);
  }

  private static void requireRange(String name, int value, int min, int max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(name + " is from " + min + " to " + max);
    }
  }

  private static void requirePositive(String name, Duration value) {
    if (value.isNegative() || value.isZero()) {
      throw new IllegalArgumentException(name + " is more than nothing");
    }
  }
}
