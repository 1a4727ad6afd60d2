package org.emsg.gateway.gateway;

import java.util.Optional;
import org.emsg.gateway.model.ConversationId;
import org.emsg.gateway.model.MessageId;
import org.emsg.gateway.model.Network;

/// Which message on one network is which on another, within a conversation: a reply cannot point
/// into somebody else's. Written by the intake and the outbox in their transactions. Calls block.
public interface IdMap {
  /// The id on `to` of what is called `id` on `from`.
  Optional<MessageId> translate(
      ConversationId conversation, Network from, MessageId id, Network to);
}
