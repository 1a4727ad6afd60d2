package org.emsg.gateway.outbox;

import java.time.Instant;
import java.util.List;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Attachment;
import org.emsg.gateway.model.ConversationId;
import org.emsg.gateway.model.Envelope;
import org.emsg.gateway.model.Event;
import org.emsg.gateway.model.MessageId;
import org.emsg.gateway.model.Network;

/// A message to one recipient, as the outbox hands it to a route.
///
/// @param addressed whom the sender addressed, normalised: a bounce calls the recipient so
/// @param recipient the native address on the lane's network
/// @param nativeId the id that the message bears there: fixed at intake, the same at every attempt
/// @param next networks that may be tried instead, best first, should this one fail with certainty;
///   empty unless it is a first contact whose every attempt so far failed with certainty
/// @param attempt 1 for the first
/// @param queued when it was accepted, by database time
public record OutboundMessage(
    OutboxId id,
    LaneKey lane,
    ConversationId conversation,
    Envelope envelope,
    Address addressed,
    Address recipient,
    MessageId nativeId,
    List<Network> next,
    int attempt,
    Instant queued) {
  public OutboundMessage {
    next = List.copyOf(next);
  }

  /// About how many bytes of memory it takes to send it. Stored files are read for that.
  public long weight() {
    long weight = envelope.weight();
    if (envelope.event() instanceof Event.Posted posted) {
      for (Attachment attachment : posted.attachments()) {
        weight += attachment.content() instanceof Attachment.Content.Stored ? attachment.size() : 0;
      }
    }
    return weight;
  }
}
