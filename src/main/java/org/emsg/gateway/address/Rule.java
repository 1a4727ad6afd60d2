package org.emsg.gateway.address;

import java.util.Optional;
import org.emsg.gateway.model.Network;
import org.emsg.gateway.model.Reason;

/// One rule of the mapping file.
///
/// @param number its place in the file, from 1
/// @param transit who from outside may pass; empty where the rule says nothing about it
/// @param stripTag whether `user+tag` of a home domain is `user`
record Rule(
    int number,
    AddressPattern match,
    Optional<Network> network,
    Optional<Rewrite> rewrite,
    Optional<Reason> reject,
    Optional<Transit> transit,
    boolean stripTag) {
  /// What an address is replaced by: `local` has a `*` for what the pattern's star stood for.
  record Rewrite(String local, String domain) {
    String localFor(String star) {
      return local.replace("*", star);
    }
  }

  /// Whether it has a say about an address whose network is `network` already.
  boolean concerns(Network decided) {
    return network.isEmpty() || network.get() == decided;
  }

  String why() {
    return "rule " + number + " (" + match + ")";
  }
}
