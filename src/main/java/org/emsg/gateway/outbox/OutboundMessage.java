package org.emsg.gateway.outbox;

import java.time.Instant;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.ConversationId;
import org.emsg.gateway.model.Envelope;
import org.emsg.gateway.model.MessageId;

/// A message to one recipient, as the outbox hands it to a route.
///
/// @param recipient the native address on the lane's network
/// @param nativeId the id that the message bears there: fixed at intake, the same at every attempt
/// @param attempt 1 for the first
/// @param queued when it was accepted, by database time
public record OutboundMessage(
    OutboxId id,
    LaneKey lane,
    ConversationId conversation,
    Envelope envelope,
    Address recipient,
    MessageId nativeId,
    int attempt,
    Instant queued) {}
