package org.emsg.gateway.cli;

import org.emsg.gateway.address.Addressing;
import org.emsg.gateway.address.Parsed;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Network;

/// Addresses as people type them at a prompt.
final class Names {
  private Names() {}

  /// A home user: `alice` alone is on the first home domain.
  static Address.Emsg homeUser(Addressing addressing, String typed) throws CommandFailure {
    boolean whole = typed.indexOf('#') >= 0 || typed.indexOf('@') >= 0;
    String text = whole ? typed : typed + "#" + addressing.homeDomains().getFirst();
    return switch (addressing.parse(Network.EMSG, text)) {
      case Parsed.Valid(Address.Emsg address)
          when addressing.homeDomains().contains(address.domain()) ->
          address;
      case Parsed.Valid valid ->
          throw new CommandFailure(
              ExitCodes.REFUSED,
              valid.address()
                  + " is nobody of ours: home domains are "
                  + String.join(", ", addressing.homeDomains()));
      case Parsed.Invalid(String why) -> throw new CommandFailure(ExitCodes.REFUSED, why);
    };
  }
}
