package org.emsg.gateway.gateway;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.emsg.gateway.address.Addressing;
import org.emsg.gateway.gateway.PlannedEnvelope.Delivery;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Bytes;
import org.emsg.gateway.model.ConversationId;
import org.emsg.gateway.model.Envelope;
import org.emsg.gateway.model.Event;
import org.emsg.gateway.model.MessageId;
import org.emsg.gateway.model.Network;
import org.emsg.gateway.model.Reason;
import org.emsg.gateway.outbox.LaneKey;

/// Writes down, for one recipient, what the transaction will write: the lane, the conversation, the
/// id on the other network, the mailbox's line. Thread-safe.
final class DeliveryWriter {
  private final Addressing addressing;
  private final MailboxForm mailboxes;
  private final Map<Network, Minting> mints;

  DeliveryWriter(Addressing addressing, MailboxForm mailboxes, List<Minting> mints) {
    this.addressing = addressing;
    this.mailboxes = mailboxes;
    this.mints = mints.stream().collect(Collectors.toUnmodifiableMap(Minting::network, m -> m));
  }

  Delivery write(Envelope envelope, Bytes key, Address addressed, Way way) {
    return switch (way) {
      case Way.Home home -> {
        MailboxForm.Item item = mailboxes.render(envelope, home.account());
        yield new Delivery.ToMailbox(
            key,
            home.account(),
            conversation(envelope, home.account()),
            item.id(),
            item.line(),
            home.why());
      }
      case Way.Out out -> toLane(envelope, key, addressed, out);
      case Way.No no -> new Delivery.Refused(key, addressed, no.reason(), no.why());
      case Way.Later later -> new Delivery.ToPlanning(key, addressed, later.why());
    };
  }

  private Delivery toLane(Envelope envelope, Bytes key, Address addressed, Way.Out out) {
    Optional<LaneKey> lane = lane(envelope, out.recipient());
    Minting mint = mints.get(out.network());
    if (lane.isEmpty() || mint == null) {
      Reason reason =
          Reason.of(
              Reason.Kind.NOT_ALLOWED,
              "The sender cannot be shown in " + out.network().label() + '.');
      return new Delivery.Refused(key, addressed, reason, out.why());
    }
    return new Delivery.ToLane(
        key,
        lane.get(),
        conversation(envelope, out.recipient()),
        addressed,
        out.recipient(),
        mint.mint(envelope, out.recipient()),
        out.next(),
        out.why());
  }

  /// The lane of a message to `recipient`: as whom we speak there is the domain that the sender is
  /// shown under; a bounce speaks as the domain that its message was addressed to.
  Optional<LaneKey> lane(Envelope envelope, Address recipient) {
    Network network = recipient.network();
    Optional<String> ours =
        envelope.event() instanceof Event.Bounced bounced && ours(bounced)
            ? Optional.of(bounced.recipient().domain())
            : addressing.shownOn(network, envelope.sender()).map(Address::domain);
    return ours.filter(addressing::isOurs)
        .map(domain -> new LaneKey(domain, network, recipient.domain()));
  }

  private boolean ours(Event.Bounced bounced) {
    return addressing.isOurs(bounced.recipient().domain());
  }

  MessageId mint(Envelope envelope, Address recipient) {
    Minting mint = mints.get(recipient.network());
    if (mint == null) {
      throw new IllegalStateException("no edge for " + recipient.network().label());
    }
    return mint.mint(envelope, recipient);
  }

  static ConversationId conversation(Envelope envelope, Address recipient) {
    return envelope.provenance().verified()
        ? ConversationId.of(envelope.sender(), recipient)
        : ConversationId.unverified(envelope.sender(), recipient);
  }

  /// Over everything that makes a message the same one (profile §6). An unverified sender's ids
  /// never meet a verified one's.
  static Bytes idempotencyKey(Envelope envelope, Address addressed) {
    Address sender = envelope.sender();
    String text =
        envelope.origin().label()
            + (envelope.provenance().verified() ? "\0verified\0" : "\0unverified\0")
            + sender.network().label()
            + ':'
            + sender.text()
            + '\0'
            + envelope.id().value()
            + '\0'
            + addressed.network().label()
            + ':'
            + addressed.text();
    try {
      return Bytes.wrap(
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
