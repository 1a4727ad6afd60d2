package org.emsg.gateway.address;

import java.util.Optional;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Network;

/// What a person writes on a face instead of an alias: the native address itself, as far as the
/// grammar of the network they write on allows it (`bob#other.net@emsg.example.org`,
/// `erin\40mail.example@mail.example.org`, `"dave@jabber.org"@xmpp.example.org`). Read, never
/// written.
final class ReadableForms {
  private ReadableForms() {}

  /// The native address on `subject` that `local`, in the grammar of `written`, spells out.
  static Optional<Address> read(Network written, Network subject, String local) {
    String text = written == Network.XMPP ? JidEscape.decode(local).orElse(local) : local;
    boolean spelled = text.indexOf('@') >= 0 || (subject == Network.EMSG && text.indexOf('#') >= 0);
    return spelled && AddressParser.parse(subject, text) instanceof Parsed.Valid(Address address)
        ? Optional.of(address)
        : Optional.empty();
  }
}
