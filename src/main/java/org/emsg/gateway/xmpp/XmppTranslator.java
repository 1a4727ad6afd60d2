package org.emsg.gateway.xmpp;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.emsg.gateway.gateway.IdMap;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Attachment;
import org.emsg.gateway.model.Bytes;
import org.emsg.gateway.model.Envelope;
import org.emsg.gateway.model.Event;
import org.emsg.gateway.model.MessageId;
import org.emsg.gateway.model.Network;
import org.emsg.gateway.model.Reason;
import org.emsg.gateway.text.OneLine;
import org.jivesoftware.smack.packet.Message;
import org.jivesoftware.smack.packet.StandardExtensionElement;

/// Stanzas to the gateway's own words (RFC 6121 §5, XEP-0066, 0172, 0184, 0203, 0461). The way back
/// is [XmppWriter]. Thread-safe.
final class XmppTranslator {
  private static final Duration MOST_AHEAD = Duration.ofMinutes(5);
  private static final Duration MOST_BEHIND = Duration.ofDays(14);

  private final IdMap ids;
  private final Supplier<String> unnamed;

  /// @param ids asked what a receipt or an error is about
  /// @param unnamed makes an id for a message that has none: unique at each call, for nothing tells
  ///   two such messages apart
  XmppTranslator(IdMap ids, Supplier<String> unnamed) {
    this.ids = ids;
    this.unnamed = unnamed;
  }

  /// What a stanza is to us.
  sealed interface Reading {
    record Of(Envelope envelope) implements Reading {}

    record Refused(Reason reason) implements Reading {}

    record Nothing(String why) implements Reading {}
  }

  /// Whether a message can be anything but [Reading.Nothing]: chat states, markers and the like
  /// (XEP-0085, XEP-0333) end here, before they cost anything.
  static boolean says(Message message) {
    return switch (message.getType()) {
      case error -> message.getStanzaId() != null;
      case headline -> false;
      case chat, normal, groupchat ->
          !message.getExtensions(Message.Body.class).isEmpty()
              || Extensions.has(message, "x", Extensions.OOB)
              || Extensions.has(message, "received", Extensions.RECEIPTS)
              || Extensions.isEncrypted(message);
    };
  }

  /// Asks the id map for receipts and errors, and blocks for that; for nothing else.
  Reading toModel(XmppInbound.Verified verified) {
    Message message = verified.inbound().message();
    return switch (message.getType()) {
      case error -> error(verified);
      case headline -> new Reading.Nothing("a headline");
      case groupchat ->
          new Reading.Refused(
              Reason.of(Reason.Kind.UNSUPPORTED_CONTENT, "There are no rooms here."));
      case chat, normal -> message(verified);
    };
  }

  private Reading message(XmppInbound.Verified verified) {
    Message message = verified.inbound().message();
    if (Extensions.isEncrypted(message)) {
      return new Reading.Refused(
          Reason.of(
              Reason.Kind.UNSUPPORTED_CONTENT,
              "End-to-end encrypted messages cannot cross to another network."));
    }
    Optional<StandardExtensionElement> receipt =
        Extensions.find(message, "received", Extensions.RECEIPTS);
    if (receipt.isPresent() && message.getBody() == null) {
      return receipt(verified, receipt.get());
    }
    InboundText text = InboundText.of(message);
    if (text.body().text().isEmpty() && text.attachments().isEmpty()) {
      return new Reading.Nothing("an empty body");
    }
    Optional<String> id = Optional.ofNullable(message.getStanzaId()).or(() -> originId(message));
    StanzaRef ref =
        new StanzaRef(
            resource(message), id, Extensions.has(message, "request", Extensions.RECEIPTS));
    Optional<MessageId> named = ref.toMessageId(unnamed.get());
    if (named.isEmpty()) {
      return new Reading.Refused(
          Reason.of(Reason.Kind.MALFORMED, "The message's id is too long or no text."));
    }
    Event event =
        new Event.Posted(
            text.body(),
            text.attachments(),
            Extensions.find(message, "reply", Extensions.REPLY)
                .flatMap(reply -> Extensions.attribute(reply, "id"))
                .flatMap(XmppTranslator::messageId),
            Optional.ofNullable(message.getThread()).flatMap(XmppTranslator::messageId));
    return new Reading.Of(envelope(verified, named.get(), event, digest(message, text)));
  }

  /// Somebody's device has what we sent them; believed of the one whom we sent it to.
  private Reading receipt(XmppInbound.Verified verified, StandardExtensionElement received) {
    Optional<MessageId> target =
        Extensions.attribute(received, "id").flatMap(XmppTranslator::messageId);
    if (target.isEmpty() || !wasSent(target.get(), verified.sender())) {
      return new Reading.Nothing("a receipt for what was never sent");
    }
    return new Reading.Of(
        envelope(
            verified,
            new MessageId("receipt/" + target.get()),
            new Event.Receipted(target.get(), Event.Receipted.Kind.DELIVERED),
            Sha256.of("receipt", target.get().value())));
  }

  /// A message of ours failed after it had counted as delivered.
  private Reading error(XmppInbound.Verified verified) {
    Message message = verified.inbound().message();
    Optional<MessageId> target =
        Optional.ofNullable(message.getStanzaId()).flatMap(XmppTranslator::messageId);
    if (message.getError() == null
        || target.isEmpty()
        || !wasSent(target.get(), verified.sender())) {
      return new Reading.Nothing("an error about what was never sent");
    }
    Reason reason = StanzaErrors.toReason(message.getError());
    return new Reading.Of(
        envelope(
            verified,
            new MessageId("error/" + target.get()),
            new Event.Bounced(target.get(), verified.sender(), reason),
            Sha256.of("error", target.get().value())));
  }

  private boolean wasSent(MessageId id, Address.Xmpp to) {
    return ids.sent(Network.XMPP, id).filter(sent -> sent.recipient().equals(to)).isPresent();
  }

  private Envelope envelope(
      XmppInbound.Verified verified, MessageId id, Event event, Bytes digest) {
    XmppInbound inbound = verified.inbound();
    return new Envelope(
        inbound.trace(),
        Network.XMPP,
        id,
        verified.sender(),
        Extensions.find(inbound.message(), "nick", Extensions.NICK)
            .flatMap(Extensions::text)
            .flatMap(OneLine::displayName),
        List.of(verified.addressed()),
        sent(inbound),
        inbound.received(),
        event,
        verified.provenance(),
        digest,
        Optional.empty());
  }

  /// The oldest stamp of XEP-0203 that can be true, else now.
  private static Instant sent(XmppInbound inbound) {
    Instant sent = inbound.received();
    for (StandardExtensionElement delay :
        Extensions.all(inbound.message(), "delay", Extensions.DELAY)) {
      Optional<Instant> stamp =
          Extensions.attribute(delay, "stamp").flatMap(XmppTranslator::instant);
      if (stamp.isPresent()
          && stamp.get().isBefore(sent.plus(MOST_AHEAD))
          && stamp.get().isAfter(inbound.received().minus(MOST_BEHIND))) {
        sent = stamp.get().isBefore(sent) ? stamp.get() : sent;
      }
    }
    return sent;
  }

  private static Optional<Instant> instant(String stamp) {
    try {
      return stamp.length() > 64
          ? Optional.empty()
          : Optional.of(OffsetDateTime.parse(stamp).toInstant());
    } catch (DateTimeException noDate) {
      return Optional.empty();
    }
  }

  /// Of everything that makes two stanzas of one id the same message. The delay is left out: the
  /// same stanza may come again through somebody's offline storage.
  private static Bytes digest(Message message, InboundText text) {
    List<String> parts = new ArrayList<>();
    parts.add(message.getType().toString());
    parts.add(text.body().text());
    parts.add(text.body().subject().orElse(""));
    parts.add(text.body().trimmed().orElse(""));
    parts.add(Optional.ofNullable(message.getThread()).orElse(""));
    for (Attachment attachment : text.attachments()) {
      if (attachment.content() instanceof Attachment.Content.Linked linked) {
        parts.add(linked.url().toString());
      }
    }
    Extensions.find(message, "reply", Extensions.REPLY)
        .flatMap(reply -> Extensions.attribute(reply, "id"))
        .ifPresent(parts::add);
    return Sha256.of(parts.toArray(String[]::new));
  }

  private static Optional<String> originId(Message message) {
    return Extensions.find(message, "origin-id", Extensions.ORIGIN_ID)
        .flatMap(origin -> Extensions.attribute(origin, "id"));
  }

  private static Optional<String> resource(Message message) {
    return Optional.ofNullable(message.getFrom().getResourceOrNull()).map(Object::toString);
  }

  private static Optional<MessageId> messageId(String text) {
    try {
      return Optional.of(new MessageId(text));
    } catch (IllegalArgumentException tooLongOrNoText) {
      return Optional.empty();
    }
  }
}
