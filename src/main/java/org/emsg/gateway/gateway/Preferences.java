package org.emsg.gateway.gateway;

import java.util.Optional;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Network;

/// On which network a home user and a correspondent talk (`addresses.md`, "Which network serves a
/// recipient", step 4). What intake finds out is written in its transaction
/// (`PlannedEnvelope.learned`), and what a failure tells in the outbox's (`Outbox.bounced`,
/// `Outbox.reroute`). Calls block on the database; implementations cache `standing`, and a change
/// made through this node is seen by the next call.
public interface Preferences {
  Standing standing(Contact contact);

  /// What the user wants from now on; empty takes it back.
  void choose(Contact contact, Optional<Network> network);

  /// A home user and somebody who is called `local#domain` in the plain form.
  record Contact(Address.Emsg account, String local, String domain) {}

  /// What is known of a contact.
  ///
  /// @param chosen what the user wants
  /// @param running where the conversation runs
  record Standing(Optional<Network> chosen, Optional<Running> running) {
    public static final Standing NONE = new Standing(Optional.empty(), Optional.empty());
  }

  /// Where a conversation runs.
  ///
  /// @param footing how sure it is that the correspondent is there
  record Running(Network network, Footing footing) {}

  /// How well a correspondent is known on a network.
  enum Footing {
    /// Discovery says so; nothing is known to have arrived yet. What fails ends this footing in the
    /// transaction in which it goes, so what is gone while it lasts has arrived.
    TRIED,
    /// The other server took a message.
    REACHED,
    /// The correspondent wrote from there, and the network vouched for it.
    VERIFIED
  }
}
