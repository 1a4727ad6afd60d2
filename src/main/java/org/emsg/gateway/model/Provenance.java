package org.emsg.gateway.model;

import java.util.List;
import java.util.Optional;

/// How we know who sent an envelope (profile §10).
///
/// @param verified whether the sender's network vouched for the sender; everything that trusts a
///   name asks this first (`addresses.md`, "Who is who")
/// @param checks what was looked at, each with its result
/// @param via the gateways that the message passed before us, oldest first
public record Provenance(boolean verified, List<Check> checks, List<String> via) {
  public static final int MAX_VIA = 8;

  public Provenance {
    checks = List.copyOf(checks);
    via = List.copyOf(via);
  }

  public static Provenance verifiedBy(String check) {
    return new Provenance(true, List.of(new Check(check, "pass", Optional.empty())), List.of());
  }

  /// One thing that was looked at.
  ///
  /// @param name `signature`, `dkim`, `spf`, `dmarc`, `tls`, `xmpp-s2s`
  /// @param result `pass`, `fail`, `none`, `temperror` … in the words of RFC 8601 §2.7
  /// @param detail for a reader of traces: a selector, a domain, a key id
  public record Check(String name, String result, Optional<String> detail) {}
}
