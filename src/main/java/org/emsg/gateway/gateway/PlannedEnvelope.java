package org.emsg.gateway.gateway;

import java.util.List;
import java.util.Optional;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Bytes;
import org.emsg.gateway.model.ConversationId;
import org.emsg.gateway.model.Envelope;
import org.emsg.gateway.model.MessageId;
import org.emsg.gateway.model.Network;
import org.emsg.gateway.model.Reason;
import org.emsg.gateway.outbox.LaneKey;

/// An envelope with everything decided that the transaction writes: nothing is looked up after
/// this.
///
/// @param learned where conversations run as far as this envelope tells: written in the same
///   transaction, unless the envelope is a duplicate
/// @param idsUnique whether the origin's ids are unique for a sender: the same id with another
///   digest is then a conflict, else a new message (profile §6)
public record PlannedEnvelope(
    Envelope envelope, boolean idsUnique, List<Delivery> deliveries, List<Learned> learned) {
  public PlannedEnvelope {
    deliveries = List.copyOf(deliveries);
    learned = List.copyOf(learned);
  }

  public PlannedEnvelope(Envelope envelope, boolean idsUnique, List<Delivery> deliveries) {
    this(envelope, idsUnique, deliveries, List.of());
  }

  /// Where a conversation runs from now on.
  ///
  /// @param ifTried only where it is still being tried on that network: it may have failed there
  ///   since this was planned
  public record Learned(Preferences.Contact contact, Preferences.Running running, boolean ifTried) {
    public Learned(Preferences.Contact contact, Preferences.Running running) {
      this(contact, running, false);
    }
  }

  /// What is written for one recipient.
  public sealed interface Delivery {
    /// SHA-256 over (origin, verified, sender, message id, recipient as addressed): seen before?
    Bytes idempotencyKey();

    /// Why it goes where it goes, for the trace.
    String why();

    /// Into a home mailbox; the conversation's id map learns (origin, its id) ⇄ (EMSG, `id`) where
    /// they differ
    record ToMailbox(
        Bytes idempotencyKey,
        Address.Emsg account,
        ConversationId conversation,
        MessageId id,
        Bytes line,
        String why)
        implements Delivery {}

    /// To another server; the id map learns (origin, its id) ⇄ (the lane's network, `nativeId`).
    /// For `addressed` and `next` see `outbox.OutboundMessage`.
    record ToLane(
        Bytes idempotencyKey,
        LaneKey lane,
        ConversationId conversation,
        Address addressed,
        Address recipient,
        MessageId nativeId,
        List<Network> next,
        String why)
        implements Delivery {
      public ToLane {
        next = List.copyOf(next);
      }
    }

    /// Planning took too long: it waits in the planning queue and is planned again.
    record ToPlanning(Bytes idempotencyKey, Address addressed, String why) implements Delivery {}

    /// This recipient was refused while others were not: written as a failed row of the outbox
    /// without a lane, so that a bounce follows.
    record Refused(Bytes idempotencyKey, Address addressed, Reason reason, String why)
        implements Delivery {}
  }

  /// Where all recipients were refused, why the first of them was.
  public Optional<Reason> refusal() {
    Optional<Reason> first = Optional.empty();
    for (Delivery delivery : deliveries) {
      if (!(delivery instanceof Delivery.Refused refused)) {
        return Optional.empty();
      }
      first = first.isPresent() ? first : Optional.of(refused.reason());
    }
    return first;
  }
}
