package org.emsg.gateway.xmpp;

import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.emsg.gateway.address.Domains;
import org.emsg.gateway.gateway.FileLinks;
import org.emsg.gateway.gateway.IdMap;
import org.emsg.gateway.gateway.MappedMessage;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Attachment;
import org.emsg.gateway.model.Body;
import org.emsg.gateway.model.Envelope;
import org.emsg.gateway.model.Event;
import org.emsg.gateway.model.MessageId;
import org.emsg.gateway.model.Network;
import org.emsg.gateway.model.Outcome;
import org.emsg.gateway.model.Reason;
import org.emsg.gateway.outbox.OutboundMessage;
import org.jivesoftware.smack.packet.Message;
import org.jivesoftware.smack.packet.MessageBuilder;
import org.jivesoftware.smack.packet.StandardExtensionElement;
import org.jivesoftware.smack.packet.StanzaBuilder;
import org.jivesoftware.smackx.receipts.DeliveryReceipt;
import org.jivesoftware.smackx.receipts.DeliveryReceiptRequest;
import org.jxmpp.jid.BareJid;
import org.jxmpp.jid.Jid;
import org.jxmpp.jid.impl.JidCreate;
import org.jxmpp.jid.parts.Resourcepart;
import org.jxmpp.stringprep.XmppStringprepException;

/// The gateway's own words as stanzas; the other half of [XmppTranslator]. Thread-safe.
final class XmppWriter {
  /// From this age on a message says when it was written (XEP-0203).
  private static final Duration LATE = Duration.ofSeconds(30);

  private static final int KIB = 1024;

  private final IdMap ids;
  private final FileLinks files;
  private final Clock clock;

  /// @param ids asked what a reply, a thread or a receipt is about
  XmppWriter(IdMap ids, FileLinks files, Clock clock) {
    this.ids = ids;
    this.files = files;
    this.clock = clock;
  }

  /// What becomes of a message that is to go to XMPP.
  sealed interface Writing {
    record Of(Message message) implements Writing {}

    /// There is nothing to send: this is its outcome.
    record Settled(Outcome outcome) implements Writing {}
  }

  /// Asks the id map, and blocks for that.
  Writing fromModel(MappedMessage mapped) {
    try {
      return switch (mapped.message().envelope().event()) {
        case Event.Posted posted -> posted(mapped, posted);
        case Event.Receipted receipted -> receipted(mapped, receipted);
        case Event.Bounced bounced -> bounced(mapped, bounced);
        case Event.Opaque opaque ->
            rejected(
                Reason.Kind.UNSUPPORTED_CONTENT,
                "Content of this kind (" + opaque.name() + ") cannot be shown in XMPP.");
      };
    } catch (XmppStringprepException noJid) {
      return rejected(Reason.Kind.MALFORMED, "The address cannot be written as a JID.");
    }
  }

  private Writing posted(MappedMessage mapped, Event.Posted posted) throws XmppStringprepException {
    OutboundMessage outbound = mapped.message();
    Envelope envelope = outbound.envelope();
    String id = outbound.nativeId().value();
    List<Optional<String>> links = posted.attachments().stream().map(this::link).toList();
    Optional<String> body = body(posted, links);
    if (body.isEmpty()) {
      return rejected(Reason.Kind.UNSUPPORTED_CONTENT, "An empty message is none in XMPP.");
    }
    MessageBuilder message = message(id, mapped).ofType(Message.Type.chat).setBody(body.get());
    posted.body().subject().filter(line -> !line.isBlank()).ifPresent(message::setSubject);
    posted.thread().ifPresent(thread -> message.setThread(translate(outbound, thread).value()));
    posted
        .replyTo()
        .flatMap(target -> known(outbound, target))
        .ifPresent(target -> message.addExtension(reply(target)));
    message.addExtension(Extensions.withId("origin-id", Extensions.ORIGIN_ID, id));
    for (Optional<String> link : links) {
      link.ifPresent(url -> message.addExtension(oob(url)));
    }
    envelope.displayName().ifPresent(name -> message.addExtension(nick(name)));
    if (hasReceipts(envelope.origin())) {
      message.addExtension(new DeliveryReceiptRequest());
    }
    if (Duration.between(envelope.sent(), clock.instant()).compareTo(LATE) > 0) {
      message.addExtension(delay(mapped.sender().domain(), envelope));
    }
    return new Writing.Of(message.build());
  }

  /// Whether the writer's network can tell the writer that a message has arrived.
  private static boolean hasReceipts(Network origin) {
    return switch (origin) {
      case EMSG, XMPP -> true;
      case SMTP -> false;
    };
  }

  /// Sent only to who asked for it, and to the device that did.
  private Writing receipted(MappedMessage mapped, Event.Receipted receipted)
      throws XmppStringprepException {
    OutboundMessage outbound = mapped.message();
    Optional<StanzaRef> about = known(outbound, receipted.target()).flatMap(StanzaRef::parse);
    if (about.isEmpty()
        || !about.get().wantsReceipt()
        || about.get().id().isEmpty()
        || receipted.kind() != Event.Receipted.Kind.DELIVERED) {
      return new Writing.Settled(Outcome.Delivered.plain());
    }
    MessageBuilder message =
        message(outbound.nativeId().value(), mapped)
            .to(jid(mapped.recipient(), about.get().resource()))
            .ofType(Message.Type.chat)
            .addExtension(new DeliveryReceipt(about.get().id().get()))
            .addExtension(Extensions.empty("store", Extensions.HINTS));
    return new Writing.Of(message.build());
  }

  /// As the addressed JID would have answered at once: under the id of what failed (RFC 6120
  /// §8.3.1).
  private Writing bounced(MappedMessage mapped, Event.Bounced bounced)
      throws XmppStringprepException {
    OutboundMessage outbound = mapped.message();
    Optional<StanzaRef> about =
        known(outbound, bounced.target())
            .or(() -> Optional.of(bounced.target()))
            .flatMap(StanzaRef::parse);
    Optional<String> id = about.flatMap(StanzaRef::id);
    Message message =
        StanzaBuilder.buildMessage(id.orElse(null))
            .from(jid(mapped.sender(), Optional.empty()))
            .to(jid(mapped.recipient(), about.flatMap(StanzaRef::resource)))
            .ofType(Message.Type.error)
            .build();
    message.setError(StanzaErrors.toError(bounced.reason(), false));
    return new Writing.Of(message);
  }

  private static MessageBuilder message(String id, MappedMessage mapped)
      throws XmppStringprepException {
    return StanzaBuilder.buildMessage(id)
        .from(jid(mapped.sender(), Optional.empty()))
        .to(jid(mapped.recipient(), Optional.empty()));
  }

  private static Jid jid(Address address, Optional<String> resource)
      throws XmppStringprepException {
    // U-labels on the wire (RFC 7622 §3.2), A-labels everywhere else.
    String domain = Domains.toUnicode(address.domain());
    BareJid bare =
        address.local().isEmpty()
            ? JidCreate.domainBareFrom(domain)
            : JidCreate.bareFrom(address.local() + '@' + domain);
    return resource.isEmpty() ? bare : JidCreate.fullFrom(bare, Resourcepart.from(resource.get()));
  }

  /// The XMPP id of a message that the envelope names by its origin's id.
  private Optional<MessageId> known(OutboundMessage outbound, MessageId id) {
    Network origin = outbound.envelope().origin();
    return origin == Network.XMPP
        ? Optional.of(id)
        : ids.translate(outbound.conversation(), origin, id, Network.XMPP);
  }

  /// A thread is the id of its first message, or a name that somebody's client made.
  private MessageId translate(OutboundMessage outbound, MessageId thread) {
    return known(outbound, thread).orElse(thread);
  }

  private static StandardExtensionElement reply(MessageId target) {
    String id = StanzaRef.parse(target).flatMap(StanzaRef::id).orElse(target.value());
    return Extensions.withId("reply", Extensions.REPLY, id);
  }

  private static StandardExtensionElement oob(String url) {
    return StandardExtensionElement.builder("x", Extensions.OOB).addElement("url", url).build();
  }

  private static StandardExtensionElement nick(String name) {
    return StandardExtensionElement.builder("nick", Extensions.NICK).setText(name).build();
  }

  private static StandardExtensionElement delay(String domain, Envelope envelope) {
    return StandardExtensionElement.builder("delay", Extensions.DELAY)
        .addAttribute("from", domain)
        .addAttribute("stamp", envelope.sent().truncatedTo(ChronoUnit.MILLIS).toString())
        .build();
  }

  /// Text, then a line for each file. A lone file is its bare link, which clients show as a picture
  /// (XEP-0363, XEP-0066); one that has no link is named, so that nobody waits for it.
  private static Optional<String> body(Event.Posted posted, List<Optional<String>> links) {
    List<String> lines = new ArrayList<>();
    Body body = posted.body();
    if (!body.text().isBlank()) {
      lines.add(body.text());
    }
    for (int i = 0; i < links.size(); i++) {
      Attachment attachment = posted.attachments().get(i);
      lines.add(links.get(i).orElseGet(() -> named(attachment)));
    }
    if (lines.isEmpty()) {
      return body.subject().filter(line -> !line.isBlank());
    }
    return Optional.of(String.join("\n", lines));
  }

  private Optional<String> link(Attachment attachment) {
    return files.of(attachment).map(URI::toString);
  }

  private static String named(Attachment attachment) {
    return "[file not carried over: "
        + attachment.name()
        + ", "
        + attachment.mediaType()
        + ", "
        + size(attachment.size())
        + ']';
  }

  private static String size(long bytes) {
    return bytes < KIB
        ? bytes + " bytes"
        : bytes < KIB * KIB ? bytes / KIB + " KiB" : bytes / (KIB * KIB) + " MiB";
  }

  private static Writing rejected(Reason.Kind kind, String text) {
    return new Writing.Settled(new Outcome.Rejected(Reason.of(kind, text)));
  }
}
