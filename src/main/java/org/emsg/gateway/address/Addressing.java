package org.emsg.gateway.address;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Network;

/// The one place that knows how people are named (`addresses.md`). Thread-safe; every call sees one
/// consistent state of the mapping file, and the next call may see a newer one.
public interface Addressing {
  /// Reads an address in the grammar of `network` and normalises it. EMSG accepts `@` for `#`; a
  /// JID's resource is dropped; on our faces readable forms (`bob#other.net@emsg.example.org`) and
  /// XEP-0106 escapes are read as what they mean.
  Parsed parse(Network network, String text);

  /// Reads an address as a person types it: `xmpp:`, `mailto:`, `acct:`, `user#domain`,
  /// `user@domain`, `@user@domain`. A plain form is read as EMSG.
  Parsed parseAny(String text);

  /// The home domains, in the order of the file.
  List<String> homeDomains();

  /// Whether `domain` is a home domain or a face: whether an address there is ours to answer for.
  boolean isOurs(String domain);

  /// The face of `subject`'s people as `viewer` sees them, where there is one.
  Optional<String> face(Network subject, Network viewer);

  /// All domains that people of `viewer`'s network can address through us: the faces shown there.
  Set<String> facesShownOn(Network viewer);

  /// The order in which discovery prefers networks.
  List<Network> discoveryOrder();

  /// Whom `addressed` means when somebody on `origin` writes to it.
  Target resolve(Network origin, Address addressed);

  /// `party`'s name on `viewer`'s network: itself where it is native there, a home user's plain
  /// account on EMSG's face, else the alias (`addresses.md`, cases 1 and 3). Empty where `party`
  /// has no face there.
  Optional<Address> shownOn(Network viewer, Address party);

  /// `party`'s name to our own EMSG users (case 2): the plain `user#domain` where that is a legal
  /// EMSG address, else the alias.
  Address.Emsg shownAtHome(Address party);
}
