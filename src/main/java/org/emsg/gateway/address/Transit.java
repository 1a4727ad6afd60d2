package org.emsg.gateway.address;

import java.util.List;
import org.emsg.gateway.model.Address;

/// Who from outside may reach somebody outside through us: what the rule that matched the recipient
/// says. Home users need no such permission, and a sender whose network did not vouch for them gets
/// none (`addresses.md`, "Never").
public record Transit(List<AddressPattern> from) {
  private static final Transit NONE = new Transit(List.of());

  public Transit {
    from = List.copyOf(from);
  }

  /// No rule: never an open relay.
  public static Transit none() {
    return NONE;
  }

  /// Whether a rule lets `sender`, a native address, through.
  public boolean allows(Address sender) {
    for (AddressPattern pattern : from) {
      if (pattern.matches(sender.local(), sender.domain())) {
        return true;
      }
    }
    return false;
  }
}
