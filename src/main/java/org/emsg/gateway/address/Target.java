package org.emsg.gateway.address;

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
  record Home(Address.Emsg account, String why) implements Target {}

  /// A native address on a network that is decided.
  ///
  /// @param transitAllowed whether a rule lets senders from outside reach it through us
  record On(Network network, Address address, boolean transitAllowed, String why)
      implements Target {}

  /// `local#domain` of a domain about which no rule says anything: preference and discovery decide.
  record Open(String local, String domain, boolean transitAllowed, String why) implements Target {}

  /// Nobody: an alias that is not canonical, a rule that rejects.
  record Nobody(Reason reason, String why) implements Target {}
}
