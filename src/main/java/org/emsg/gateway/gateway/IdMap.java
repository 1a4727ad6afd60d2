package org.emsg.gateway.gateway;

import java.util.Optional;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.ConversationId;
import org.emsg.gateway.model.MessageId;
import org.emsg.gateway.model.Network;
import org.emsg.gateway.model.TraceId;

/// Which message on one network is which on another, within a conversation: a reply cannot point
/// into somebody else's. Written by the intake and the outbox in their transactions. Calls block.
public interface IdMap {
  /// The id on `to` of what is called `id` on `from`.
  Optional<MessageId> translate(
      ConversationId conversation, Network from, MessageId id, Network to);

  /// The message that went to a lane of `network` under the native id `nativeId`, which we minted:
  /// asked when a report about it comes back after its outbox row is gone.
  Optional<Sent> sent(Network network, MessageId nativeId);

  /// What was sent, and between whom.
  ///
  /// @param sender the native address of who wrote it
  /// @param recipient the native address that it went to
  /// @param verified whether the sender's network had vouched for the sender
  record Sent(
      TraceId trace,
      ConversationId conversation,
      Address sender,
      Address recipient,
      boolean verified) {}
}
