package org.emsg.gateway.net;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;

/// How the DNS is asked.
///
/// @param servers resolvers, tried in turn; none for those of the operating system
/// @param timeout for one question to one server; 2 s unless set, 100 ms to 30 s
/// @param tries how often a question goes round the servers; 2 unless set, 1 to 5
/// @param dnssec whether answers are validated; none unless set
/// @param cacheSize answers kept at most; 10,000 unless set, 0 for none
public record DnsConfig(
    List<InetSocketAddress> servers, Duration timeout, int tries, Dnssec dnssec, int cacheSize) {
  public static final DnsConfig DEFAULT =
      new DnsConfig(List.of(), Duration.ofSeconds(2), 2, Dnssec.NONE, 10_000);

  public DnsConfig {
    servers = List.copyOf(servers);
    if (timeout.compareTo(Duration.ofMillis(100)) < 0
        || timeout.compareTo(Duration.ofSeconds(30)) > 0) {
      throw new IllegalArgumentException("timeout is from 100 ms to 30 s");
    }
    if (tries < 1 || tries > 5) {
      throw new IllegalArgumentException("tries is from 1 to 5");
    }
    if (cacheSize < 0 || cacheSize > 1_000_000) {
      throw new IllegalArgumentException("cache-size is from 0 to 1000000");
    }
  }

  /// Who validates.
  public enum Dnssec {
    /// Nobody: no answer counts as secure.
    NONE,
    /// The resolvers, which say so by the AD bit (RFC 6840 §5.7): only for resolvers that are
    /// reached over a path that nobody else can write to.
    TRUST_RESOLVER,
    /// The gateway, from the root's keys down; answers that do not verify are failures.
    VALIDATE
  }
}
