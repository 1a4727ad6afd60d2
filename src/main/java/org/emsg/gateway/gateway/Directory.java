package org.emsg.gateway.gateway;

import java.util.List;
import java.util.concurrent.CompletionStage;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Network;
import org.emsg.gateway.model.Reason;

/// Answers a client's `resolve` (`addresses.md`, "Which network serves a recipient"): what to write
/// to, to reach somebody known by an address of any network. Asked by the EMSG edge.
public interface Directory {
  /// `typed` is as a person types it: `xmpp:`, `mailto:`, `acct:` and plain forms. Completes within
  /// 2 s, never exceptionally.
  CompletionStage<Listing> look(Address.Emsg asker, String typed);

  /// The answer.
  sealed interface Listing {
    /// Somebody, as far as can be known.
    ///
    /// @param writeTo the EMSG address to write to
    /// @param options the networks on which they can be reached, the one that a message would take
    ///   first; empty for an account of ours
    /// @param why what decided
    record Listed(Address.Emsg writeTo, List<Option> options, String why) implements Listing {
      public Listed {
        options = List.copyOf(options);
      }
    }

    /// Nobody.
    record Unlisted(Reason reason, String why) implements Listing {}
  }

  /// Somebody's native address on one network.
  record Option(Network network, Address address) {}
}
