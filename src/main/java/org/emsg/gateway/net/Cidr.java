package org.emsg.gateway.net;

import java.net.InetAddress;

/// A block of IP addresses: `10.0.0.0/8`, `fc00::/7`; a bare address is a block of one.
public record Cidr(InetAddress base, int prefix) {
  public Cidr {
    int width = base.getAddress().length * 8;
    if (prefix < 0 || prefix > width) {
      throw new IllegalArgumentException("the prefix length is from 0 to " + width);
    }
  }

  /// Reads an address literal with or without a prefix length; never asks the DNS.
  ///
  /// @throws IllegalArgumentException where it is neither, with what is wrong
  public static Cidr parse(String text) {
    int slash = text.indexOf('/');
    InetAddress base = InetAddress.ofLiteral(slash < 0 ? text : text.substring(0, slash));
    if (slash < 0) {
      return new Cidr(base, base.getAddress().length * 8);
    }
    try {
      return new Cidr(base, Integer.parseInt(text.substring(slash + 1)));
    } catch (NumberFormatException notANumber) {
      throw new IllegalArgumentException("no prefix length after /: " + text, notANumber);
    }
  }

  public boolean contains(InetAddress address) {
    return matches(address.getAddress());
  }

  /// Whether the block is of the same family as these raw bytes and holds them.
  boolean matches(byte[] address) {
    byte[] block = base.getAddress();
    if (block.length != address.length) {
      return false;
    }
    int whole = prefix / 8;
    for (int i = 0; i < whole; i++) {
      if (block[i] != address[i]) {
        return false;
      }
    }
    int rest = prefix % 8;
    return rest == 0 || ((block[whole] ^ address[whole]) & (0xFF << (8 - rest)) & 0xFF) == 0;
  }

  @Override
  public String toString() {
    return base.getHostAddress() + "/" + prefix;
  }
}
