package org.emsg.gateway.gateway;

import java.util.List;
import java.util.Optional;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Network;
import org.emsg.gateway.model.Reason;

/// Where one recipient's copy of a message goes, and why.
sealed interface Way {
  String why();

  /// To an account of ours that exists.
  record Home(Address.Emsg account, String why) implements Way {}

  /// To another server.
  ///
  /// @param next networks to try instead, if this is a first contact
  /// @param learned what this decision tells about where the conversation runs
  /// @param open whether neither a name nor a rule says the network: an earlier message may still
  ///   be waiting for that to be found out
  record Out(
      Network network,
      Address recipient,
      List<Network> next,
      Optional<PlannedEnvelope.Learned> learned,
      boolean open,
      String why)
      implements Way {}

  /// Nowhere.
  record No(Reason reason, String why) implements Way {
    static No because(Reason.Kind kind, String text, String why) {
      return new No(Reason.of(kind, text), why);
    }
  }

  /// It could not be found out yet.
  record Later(String why) implements Way {}
}
