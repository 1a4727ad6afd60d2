package org.emsg.gateway.address;

import java.util.Optional;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Network;
import org.emsg.gateway.model.Reason;

/// Whom an addressed recipient means, as far as names and rules alone can tell (`addresses.md`,
/// "Which network serves a recipient", steps 1 to 3).
public sealed interface Target {
  /// Which rule decided, in words for a trace: `home domain`, `alias on mail.example.org`, `rule 2
  /// (*#partner.example)`.
  String why();

  /// An account name on a home domain; whether the account exists is for `home` to say.
  ///
  /// @param otherwise whom it means where there is no such account, by a rule
  record Home(Address.Emsg account, Optional<Target> otherwise, String why) implements Target {}

  /// A native address on a network that is decided.
  record On(Network network, Address address, Transit transit, String why) implements Target {}

  /// `local#domain` of a domain about which no rule names a network: preference and discovery
  /// decide, then `Addressing.nativeOn` has the address.
  record Open(String local, String domain, Transit transit, String why) implements Target {}

  /// Nobody: an alias that is not canonical, a rule that rejects.
  record Nobody(Reason reason, String why) implements Target {}
}
