package org.emsg.gateway.net;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// Keeps connections that strangers can cause (discovery, key look-ups, MX) away from the machine
/// itself and from the networks that only it can see.
///
/// It is asked about the address that is really connected to, after resolution and for each address
/// anew, so that a name cannot mean one thing when checked and another when used. Peers that the
/// operator configured are exempt: by block (`10.1.0.0/16`) or by host name.
public final class OutboundGuard {
  private static final List<Cidr> REFUSED =
      blocks(
          // "This network", private, shared, loopback, link-local (cloud metadata among it).
          "0.0.0.0/8",
          "10.0.0.0/8",
          "100.64.0.0/10",
          "127.0.0.0/8",
          "169.254.0.0/16",
          "172.16.0.0/12",
          "192.168.0.0/16",
          // IETF assignments, documentation, benchmarks, 6to4 relays, multicast, reserved.
          "192.0.0.0/24",
          "192.0.2.0/24",
          "192.88.99.0/24",
          "198.18.0.0/15",
          "198.51.100.0/24",
          "203.0.113.0/24",
          "224.0.0.0/4",
          "240.0.0.0/4",
          // Unspecified, loopback and IPv4-compatible; NAT64 for local use; discard; Teredo,
          // benchmarks, ORCHID; documentation; segment routing.
          "::/96",
          "64:ff9b:1::/48",
          "100::/64",
          "2001::/23",
          "2001:db8::/32",
          "3fff::/20",
          "5f00::/16",
          // Unique local, link-local, site-local, multicast.
          "fc00::/7",
          "fe80::/10",
          "fec0::/10",
          "ff00::/8");

  private static final Cidr MAPPED_IN_NAT64 = Cidr.parse("64:ff9b::/96");
  private static final Cidr SIX_TO_FOUR = Cidr.parse("2002::/16");
  private static final byte[] IPV4_MAPPED = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1};

  private final List<Cidr> exemptBlocks;
  private final Set<String> exemptHosts;

  /// @param exemptBlocks blocks that may be connected to although they are local
  /// @param exemptHosts names, in lower case, that the operator configured and answers for
  public OutboundGuard(List<Cidr> exemptBlocks, Set<String> exemptHosts) {
    this.exemptBlocks = List.copyOf(exemptBlocks);
    this.exemptHosts = Set.copyOf(exemptHosts);
  }

  /// Why `address`, which `host` resolved to, must not be connected to; empty where it may be.
  public Optional<String> refusal(String host, InetAddress address) {
    return exemptHosts.contains(host.toLowerCase(Locale.ROOT))
        ? Optional.empty()
        : refusal(address);
  }

  /// Why `address` must not be connected to; empty where it may be.
  public Optional<String> refusal(InetAddress address) {
    byte[] raw = embedded(address.getAddress());
    for (Cidr exempt : exemptBlocks) {
      if (exempt.contains(address) || exempt.matches(raw)) {
        return Optional.empty();
      }
    }
    for (Cidr refused : REFUSED) {
      if (refused.matches(raw)) {
        return Optional.of(
            address.getHostAddress() + " is in " + refused + ", where peers are only by setting");
      }
    }
    return Optional.empty();
  }

  /// The IPv4 address that an IPv6 one stands for, where a translator would take it there.
  private static byte[] embedded(byte[] raw) {
    if (raw.length == 4) {
      return raw;
    }
    if (MAPPED_IN_NAT64.matches(raw) || Arrays.equals(raw, 0, 12, IPV4_MAPPED, 0, 12)) {
      return Arrays.copyOfRange(raw, 12, 16);
    }
    if (SIX_TO_FOUR.matches(raw)) {
      return Arrays.copyOfRange(raw, 2, 6);
    }
    return raw;
  }

  private static List<Cidr> blocks(String... texts) {
    return Arrays.stream(texts).map(Cidr::parse).toList();
  }
}
