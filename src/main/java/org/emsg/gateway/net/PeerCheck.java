package org.emsg.gateway.net;

import java.util.List;
import java.util.Set;

/// What a server's certificate must show before anything is sent to it.
public sealed interface PeerCheck {
  /// A chain to a trusted root, and one of `names`.
  record Named(Set<String> names) implements PeerCheck {
    public Named {
      names = Set.copyOf(names);
      if (names.isEmpty()) {
        throw new IllegalArgumentException("a certificate is checked against a name");
      }
    }
  }

  /// What the domain's validated TLSA records say (RFC 7671); `names` where they ask for a name.
  record Dane(List<Tlsa> records, Set<String> names) implements PeerCheck {
    public Dane {
      records = List.copyOf(records);
      names = Set.copyOf(names);
    }
  }

  /// Nothing: encryption against those who only listen (RFC 7435). For mail to a domain that asks
  /// for no more.
  record Opportunistic() implements PeerCheck {}

  static PeerCheck named(String... names) {
    return new Named(Set.of(names));
  }

  static PeerCheck opportunistic() {
    return new Opportunistic();
  }
}
