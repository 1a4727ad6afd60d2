package org.emsg.gateway.net;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Arrays;
import org.emsg.gateway.model.Bytes;

/// Where a connection comes from, as far as limits go: an IPv4 address, or the /64 of an IPv6 one,
/// which is what one subscriber has.
public record Origin(Bytes block) {
  private static final int SUBSCRIBER = 8;

  public static Origin of(InetAddress address) {
    byte[] raw = address.getAddress();
    return new Origin(
        Bytes.wrap(address instanceof Inet6Address ? Arrays.copyOf(raw, SUBSCRIBER) : raw));
  }
}
