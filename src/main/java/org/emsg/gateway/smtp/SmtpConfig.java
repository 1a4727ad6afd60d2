package org.emsg.gateway.smtp;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.emsg.gateway.net.Cidr;

/// The settings of the mail edge (`smtp:` in `config/gateway.yaml`).
///
/// @param enabled whether mail comes in; what goes out needs no listener (default `true`)
/// @param host the address to listen on (default `127.0.0.1`)
/// @param port the port to listen on; 0 takes a free one (default 2525)
/// @param name what we call ourselves in greeting and EHLO: the name that the address resolves to;
///   empty takes the first home domain (default empty)
/// @param tls `none`, `offer` or `require` STARTTLS of who connects (default `offer`)
/// @param maxMessage the largest message taken, in bytes, 65536 to 100 MiB (default 26214400)
/// @param maxRecipients recipients of one message (default 100)
/// @param maxConnections connections at once (default 500)
/// @param maxConnectionsPerAddress connections at once from one IPv4 address or IPv6 /64 (default
///   20)
/// @param maxErrors refused commands after which a connection is closed (default 20)
/// @param commandTimeout how long a command may take to come (default 5m)
/// @param dataTimeout how long the data of one message may take (default 10m)
/// @param memory bytes of messages in memory at once, over all connections, at least twice
///   `maxMessage` (default 67108864)
/// @param unaligned what happens to mail whose From nobody vouched for: `deliver`, marked
///   unverified, or `refuse`; a domain with a DMARC policy of `reject` is obeyed in either case
///   (default `deliver`)
/// @param fronts the addresses of mail servers that stand in front of this one: what they hand on
///   has no SPF, since the address that connects is theirs (default: loopback and private blocks)
/// @param postmaster the EMSG account that gets what is written to `postmaster` of our domains;
///   empty leaves it to the accounts of that name (default empty)
/// @param authTimeout how long the look-ups for SPF, DKIM and DMARC of one message may take
///   (default 10s)
/// @param attachmentRetention how long a stored attachment is kept (default 30d)
/// @param selector the DKIM selector of our signatures (default `emsg`)
/// @param relay where all outgoing mail goes instead of to its MX; empty host for none
/// @param exchangePort the port of other servers' MX (default 25)
/// @param connectTimeout how long a connection to another server may take to open (default 30s)
/// @param replyTimeout how long another server may take for each reply, and ten times that for the
///   one to the message itself, at most 10 minutes (default 5m, RFC 5321 §4.5.3.2)
/// @param maxPerConnection messages sent over one connection before it is closed (default 100)
/// @param idle how long a connection is kept for more (default 10s)
/// @param connectionsPerLane connections at once to one server (default 4)
public record SmtpConfig(
    boolean enabled,
    String host,
    int port,
    String name,
    Tls tls,
    int maxMessage,
    int maxRecipients,
    int maxConnections,
    int maxConnectionsPerAddress,
    int maxErrors,
    Duration commandTimeout,
    Duration dataTimeout,
    long memory,
    Unaligned unaligned,
    List<Cidr> fronts,
    String postmaster,
    Duration authTimeout,
    Duration attachmentRetention,
    String selector,
    Relay relay,
    int exchangePort,
    Duration connectTimeout,
    Duration replyTimeout,
    int maxPerConnection,
    Duration idle,
    int connectionsPerLane) {
  private static final List<Cidr> NEARBY =
      Stream.of(
              "127.0.0.0/8",
              "10.0.0.0/8",
              "100.64.0.0/10",
              "169.254.0.0/16",
              "172.16.0.0/12",
              "192.168.0.0/16",
              "::1",
              "fc00::/7",
              "fe80::/10")
          .map(Cidr::parse)
          .toList();

  public SmtpConfig {
    fronts = List.copyOf(fronts);
    require(port >= 0 && port < 65_536, "port", "0 to 65535");
    require(maxMessage >= 65_536 && maxMessage <= 104_857_600, "max-message", "64 KiB to 100 MiB");
    require(maxRecipients >= 1 && maxRecipients <= 10_000, "max-recipients", "1 to 10000");
    require(maxConnections >= 1, "max-connections", "at least 1");
    require(maxConnectionsPerAddress >= 1, "max-connections-per-address", "at least 1");
    require(maxErrors >= 1, "max-errors", "at least 1");
    require(isPositive(commandTimeout), "command-timeout", "more than 0");
    require(isPositive(dataTimeout), "data-timeout", "more than 0");
    require(memory >= 2L * maxMessage, "memory", "at least twice max-message");
    require(isPositive(authTimeout), "auth-timeout", "more than 0");
    require(isPositive(attachmentRetention), "attachment-retention", "more than 0");
    require(selector.matches("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"), "selector", "one DNS label");
    require(exchangePort >= 1 && exchangePort < 65_536, "exchange-port", "1 to 65535");
    require(isPositive(connectTimeout), "connect-timeout", "more than 0");
    require(isPositive(replyTimeout), "reply-timeout", "more than 0");
    require(maxPerConnection >= 1, "max-per-connection", "at least 1");
    require(isPositive(idle), "idle", "more than 0");
    require(connectionsPerLane >= 1, "connections-per-lane", "at least 1");
  }

  /// The selectors of our signatures: the RSA key's first, then the Ed25519 key's.
  public List<String> selectors() {
    return List.of(selector, selector + "-ed");
  }

  /// What is so unless it is set.
  public static SmtpConfig defaults() {
    return new SmtpConfig(
        true,
        "127.0.0.1",
        2525,
        "",
        Tls.OFFER,
        26_214_400,
        100,
        500,
        20,
        20,
        Duration.ofMinutes(5),
        Duration.ofMinutes(10),
        67_108_864,
        Unaligned.DELIVER,
        NEARBY,
        "",
        Duration.ofSeconds(10),
        Duration.ofDays(30),
        "emsg",
        Relay.none(),
        25,
        Duration.ofSeconds(30),
        Duration.ofMinutes(5),
        100,
        Duration.ofSeconds(10),
        4);
  }

  /// Whether STARTTLS is there, and whether mail is taken without it.
  public enum Tls {
    NONE,
    OFFER,
    REQUIRE
  }

  /// What happens to mail whose From nobody vouched for.
  public enum Unaligned {
    DELIVER,
    REFUSE
  }

  /// The server that takes all our outgoing mail.
  ///
  /// @param host its name or address; empty for none (default empty)
  /// @param port (default 587)
  /// @param tls `none`; `offer`: STARTTLS where it is offered, whatever the certificate; `require`:
  ///   STARTTLS, and a certificate that names the host (default `require`)
  /// @param user for AUTH PLAIN, which is sent over TLS only; empty for none (default empty)
  /// @param password (default empty)
  public record Relay(String host, int port, Tls tls, String user, String password) {
    public Relay {
      require(port >= 1 && port < 65_536, "relay.port", "1 to 65535");
      require(user.isEmpty() || tls == Tls.REQUIRE, "relay.tls", "require, where there is a user");
    }

    public static Relay none() {
      return new Relay("", 587, Tls.REQUIRE, "", "");
    }

    /// The relay, where one is set.
    Optional<Relay> ifSet() {
      return host.isEmpty() ? Optional.empty() : Optional.of(this);
    }

    @Override
    public String toString() {
      return "Relay[" + host + ':' + port + ", " + tls + (user.isEmpty() ? "]" : ", with user]");
    }
  }

  private static boolean isPositive(Duration time) {
    return !time.isNegative() && !time.isZero();
  }

  private static void require(boolean holds, String setting, String allowed) {
    if (!holds) {
      throw new IllegalArgumentException("smtp." + setting + ": allowed is " + allowed);
    }
  }
}
