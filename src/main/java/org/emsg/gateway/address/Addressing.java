package org.emsg.gateway.address;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Network;
import org.emsg.gateway.model.Reason;

/// The one place that knows how people are named (`addresses.md`). Thread-safe; every call sees one
/// consistent state of the mapping file, and the next call may see a newer one.
///
/// Nothing here blocks but `resolve`, `shownOn` and `shownAtHome`, and those only for an alias that
/// is hashed (an address of more than 64 characters once escaped) and not in a cache: the database
/// is asked then.
public interface Addressing {
  /// Reads an address in the grammar of `network` and normalises it. EMSG accepts `@` for `#`; a
  /// JID's resource is dropped. On our faces readable forms (`bob#other.net@emsg.example.org`) and
  /// XEP-0106 escapes become the alias that they mean, where that is not a hashed one; `resolve`
  /// understands them in any case.
  Parsed parse(Network network, String text);

  /// Reads an address as a person types it: `xmpp:`, `mailto:`, `acct:`, `user#domain`,
  /// `user@domain`, `@user@domain`. A plain form is read as EMSG.
  Parsed parseAny(String text);

  /// The native address on `network` of whom a plain `local#domain` means there: what becomes of a
  /// `Target.Open` once its network is known. Invalid where that network's grammar has no such
  /// local part.
  Parsed nativeOn(Network network, String local, String domain);

  /// The home domains, in the order of the file.
  List<String> homeDomains();

  /// Whether `domain` is a home domain or a face: whether an address there is ours to answer for,
  /// and nobody else's to write from.
  boolean isOurs(String domain);

  /// The home domain that answers for `domain`: itself, or the one that owns this face. Empty where
  /// `domain` is not ours.
  Optional<String> ownerOf(String domain);

  /// The face of `subject`'s people as `viewer` sees them, where there is one. Further home domains
  /// may show their own accounts on a face of their own: `shownOn` knows.
  Optional<String> face(Network subject, Network viewer);

  /// All domains that people of `viewer`'s network can address through us: the faces shown there.
  Set<String> facesShownOn(Network viewer);

  /// The order in which discovery prefers networks.
  List<Network> discoveryOrder();

  /// Whom `addressed` means when somebody on `origin` writes to it. An address in the grammar of
  /// another network than `origin` means that network.
  Target resolve(Network origin, Address addressed);

  /// Why nothing of `sender`, a native address, is taken, where a rule rejects it: a rejected
  /// address is closed in both directions.
  Optional<Reason> rejected(Address sender);

  /// `party`'s name on `viewer`'s network: itself where it is native there, a home user's plain
  /// account on EMSG's face, else the alias (`addresses.md`, cases 1 and 3). `party` is a native
  /// address. Empty where it has no face there.
  Optional<Address> shownOn(Network viewer, Address party);

  /// `party`'s name to our own EMSG users (case 2): the plain `user#domain` where that is a legal
  /// EMSG address and does not mix scripts to look like another, else the alias. Empty where it
  /// would be the alias and there is no such face.
  Optional<Address.Emsg> shownAtHome(Address party);
}
