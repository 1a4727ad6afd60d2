package org.emsg.gateway.emsg;

import java.time.Duration;
import java.util.List;

/// Where a domain's EMSG server is (profile §2), and how we know.
sealed interface Located {
  String evidence();

  /// Servers, in the order in which they are tried.
  ///
  /// @param weak whether it is only the domain's own address, which any machine has
  record At(List<Target> targets, boolean weak, Duration ttl, String evidence) implements Located {}

  /// There is none.
  record Nowhere(String evidence, Duration ttl) implements Located {}

  /// The DNS does not say just now.
  record Unknown(String evidence) implements Located {}

  /// One server.
  ///
  /// @param secure whether DNSSEC vouches for its name, so that its certificate may bear that
  record Target(String host, int port, boolean secure) {}
}
