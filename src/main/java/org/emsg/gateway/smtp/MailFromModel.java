package org.emsg.gateway.smtp;

import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.emsg.gateway.gateway.Blobs;
import org.emsg.gateway.gateway.IdMap;
import org.emsg.gateway.gateway.MappedMessage;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Attachment;
import org.emsg.gateway.model.Bytes;
import org.emsg.gateway.model.Envelope;
import org.emsg.gateway.model.Event;
import org.emsg.gateway.model.MessageId;
import org.emsg.gateway.model.Network;
import org.emsg.gateway.model.Outcome;
import org.emsg.gateway.model.Reason;
import org.emsg.gateway.outbox.OutboundMessage;
import org.emsg.gateway.smtp.mime.MailDates;
import org.emsg.gateway.smtp.mime.MimeWriter;
import org.emsg.gateway.text.OneLine;

/// The gateway's own words to mail. Called from virtual threads: ids of earlier messages and stored
/// attachments are looked up.
final class MailFromModel {
  private static final int MAX_NAME = 80;
  private static final int MAX_SUBJECT = 200;

  private final IdMap ids;
  private final Blobs blobs;
  private final EnvelopeSenders envelopeSenders;
  private final Subjects subjects;
  private final Clock clock;
  private final long maxMessage;

  MailFromModel(
      IdMap ids,
      Blobs blobs,
      EnvelopeSenders envelopeSenders,
      Subjects subjects,
      Clock clock,
      long maxMessage) {
    this.ids = ids;
    this.blobs = blobs;
    this.envelopeSenders = envelopeSenders;
    this.subjects = subjects;
    this.clock = clock;
    this.maxMessage = maxMessage;
  }

  /// What an event is in mail.
  sealed interface Translated {
    record Mail(OutgoingMail mail) implements Translated {}

    /// Nothing goes out: `outcome` is final.
    record Settled(Outcome outcome) implements Translated {}
  }

  /// A new kind of event has to be given a line here: there is no `default`.
  Translated fromModel(MappedMessage mapped) {
    return switch (mapped.message().envelope().event()) {
      case Event.Posted posted -> posted(mapped, posted);
      case Event.Bounced bounced -> report(mapped, bounced);
      // Mail has receipts that people are asked for (RFC 8098), and none that go by themselves.
      case Event.Receipted _ -> new Translated.Settled(Outcome.Delivered.plain());
      case Event.Opaque _ ->
          rejected(Reason.Kind.UNSUPPORTED_CONTENT, "This content cannot be carried by mail.");
    };
  }

  private Translated posted(MappedMessage mapped, Event.Posted posted) {
    OutboundMessage message = mapped.message();
    Files files = files(posted.attachments());
    if (files.size() > maxMessage / 4 * 3 - posted.body().text().length()) {
      return rejected(Reason.Kind.TOO_LARGE, "The attachments are too large for mail.");
    }
    Optional<MessageId> parent = posted.replyTo().flatMap(id -> nativeId(message, id));
    Optional<MessageId> root = posted.thread().flatMap(id -> nativeId(message, id));
    MimeWriter out = new MimeWriter();
    String subject = subject(message, posted, parent);
    subjects.remember(message.conversation(), message.nativeId(), subject);
    head(out, mapped, displayName(message.envelope()), subject);
    out.field("Message-ID", '<' + message.nativeId().value() + '>');
    thread(out, parent, root);
    via(out, message);
    String text = posted.body().text() + files.notes();
    if (files.parts().isEmpty()) {
      out.textPart(text);
    } else {
      String boundary = boundary(message.nativeId());
      out.field("Content-Type", "multipart/mixed; boundary=\"" + boundary + '"').crlf();
      out.boundary(boundary).textPart(text);
      for (File file : files.parts()) {
        out.boundary(boundary).filePart(file.mediaType(), file.name(), file.content().view());
      }
      out.lastBoundary(boundary);
    }
    return mail(mapped, envelopeSenders.make(message.nativeId()), out.bytes());
  }

  /// A delivery status notification (RFC 3464) to who wrote by mail. It has the null sender, so
  /// that nothing can come of it.
  private Translated report(MappedMessage mapped, Event.Bounced bounced) {
    OutboundMessage message = mapped.message();
    String status = SmtpReasons.status(bounced.reason());
    String failed = OneLine.of(bounced.recipient().text(), 320);
    Optional<MessageId> original = nativeId(message, bounced.target());
    String boundary = boundary(message.nativeId());
    MimeWriter out = new MimeWriter();
    head(out, mapped, "Mail Delivery System", "Undelivered: your message to " + failed);
    out.field("Message-ID", '<' + message.nativeId().value() + '>');
    thread(out, original, Optional.empty());
    out.field("Auto-Submitted", "auto-replied");
    out.field(
            "Content-Type",
            "multipart/report; report-type=delivery-status; boundary=\"" + boundary + '"')
        .crlf();
    out.boundary(boundary)
        .textPart(
            "Your message to "
                + failed
                + " could not be delivered, and will not be tried again.\n\n"
                + OneLine.of(bounced.reason().text(), 500)
                + "\n(status "
                + status
                + ")\n");
    out.boundary(boundary).structuredPart("message/delivery-status", statusLines(mapped, bounced));
    original.ifPresent(id ->
        out.boundary(boundary)
            .structuredPart("text/rfc822-headers", List.of("Message-ID: <" + id + '>')));
    out.lastBoundary(boundary);
    return mail(mapped, "", out.bytes());
  }

  private static List<String> statusLines(MappedMessage mapped, Event.Bounced bounced) {
    List<String> lines = new ArrayList<>();
    lines.add("Reporting-MTA: dns; " + mapped.sender().domain());
    lines.add("");
    lines.add("Final-Recipient: rfc822; " + asciiOnly(bounced.recipient().text()));
    lines.add("Action: failed");
    lines.add("Status: 5" + SmtpReasons.status(bounced.reason()).substring(1));
    bounced
        .reason()
        .status()
        .ifPresent(said -> lines.add("Diagnostic-Code: x-emsg; " + asciiOnly(said)));
    return lines;
  }

  private static String asciiOnly(String text) {
    StringBuilder out = new StringBuilder();
    OneLine.of(text, 320).chars().forEach(c -> out.append(c < 0x7F ? (char) c : '?'));
    return out.toString();
  }

  private void head(MimeWriter out, MappedMessage mapped, String name, String subject) {
    out.field("Date", MailDates.format(date(mapped.message())));
    out.mailbox("From", name, from(mapped).mailbox());
    out.mailbox("To", "", ((Address.Smtp) mapped.recipient()).mailbox());
    out.text("Subject", OneLine.of(subject, MAX_SUBJECT));
    out.field("MIME-Version", "1.0");
  }

  /// What the sender says, where that is not after we got it.
  private java.time.Instant date(OutboundMessage message) {
    Envelope envelope = message.envelope();
    java.time.Instant now = clock.instant();
    return envelope.sent().isAfter(now) ? now : envelope.sent();
  }

  /// One who is known to us by an unverified mail alone never gets here; whoever does is shown with
  /// the name that they gave themselves.
  private static String displayName(Envelope envelope) {
    return envelope
        .displayName()
        .flatMap(OneLine::displayName)
        .map(name -> OneLine.of(name, MAX_NAME))
        .orElse("");
  }

  /// The message's own; else that of the mail that it answers; else one that says who writes.
  private String subject(OutboundMessage message, Event.Posted posted, Optional<MessageId> parent) {
    String subject =
        posted
            .body()
            .subject()
            .map(own -> OneLine.of(own, MAX_SUBJECT))
            .filter(own -> !own.isEmpty())
            .or(() -> parent.flatMap(id -> subjects.find(message.conversation(), id)))
            .orElseGet(() -> "Message from " + shortName(message.envelope()));
    return posted.replyTo().isPresent() ? Subjects.answer(subject) : subject;
  }

  private static String shortName(Envelope envelope) {
    String name = displayName(envelope);
    if (!name.isEmpty()) {
      return name;
    }
    Address sender = envelope.sender();
    return OneLine.of(sender.local().isEmpty() ? sender.domain() : sender.local(), MAX_NAME);
  }

  private static void thread(MimeWriter out, Optional<MessageId> parent, Optional<MessageId> root) {
    Set<String> references = new LinkedHashSet<>();
    root.ifPresent(id -> references.add('<' + id.value() + '>'));
    parent.ifPresent(id -> references.add('<' + id.value() + '>'));
    parent.ifPresent(id -> out.field("In-Reply-To", '<' + id.value() + '>'));
    if (!references.isEmpty()) {
      out.field("References", String.join(" ", references));
    }
  }

  /// A message that was bridged before says by whom, so that a circle ends: it is not bridged by us
  /// again. One that starts here need not: what comes back of it, from a mailing list, is
  /// another's.
  private static void via(MimeWriter out, OutboundMessage message) {
    Envelope envelope = message.envelope();
    List<String> via = new ArrayList<>(envelope.provenance().via());
    if (envelope.origin() != Network.EMSG || !via.isEmpty()) {
      via.add(message.lane().ours());
      out.field(SmtpVerifier.VIA, String.join(", ", via));
    }
  }

  /// Ids that mail programs made are mapped within the conversation; a mail's own id is its own.
  private Optional<MessageId> nativeId(OutboundMessage message, MessageId id) {
    Network origin = message.envelope().origin();
    Optional<MessageId> mapped =
        origin == Network.SMTP
            ? Optional.of(id)
            : ids.translate(message.conversation(), origin, id, Network.SMTP);
    return mapped.filter(
        found -> found.value().chars().allMatch(c -> c > ' ' && c < 0x7F && c != '<' && c != '>'));
  }

  private static Address.Smtp from(MappedMessage mapped) {
    return (Address.Smtp) mapped.sender();
  }

  private static String boundary(MessageId id) {
    return "=_" + id.value().substring(0, Math.max(1, id.value().indexOf('@')));
  }

  private static Translated mail(MappedMessage mapped, String reversePath, byte[] content) {
    OutboundMessage message = mapped.message();
    return new Translated.Mail(
        new OutgoingMail(
            message.envelope().trace(),
            message.nativeId(),
            message.lane().remote(),
            from(mapped).domain(),
            reversePath,
            (Address.Smtp) mapped.recipient(),
            Bytes.wrap(content)));
  }

  private static Translated rejected(Reason.Kind kind, String text) {
    return new Translated.Settled(new Outcome.Rejected(Reason.of(kind, text)));
  }

  private record File(String name, String mediaType, Bytes content) {}

  /// @param notes lines below the text, for what is not in the mail itself
  private record Files(List<File> parts, String notes, long size) {}

  private Files files(List<Attachment> attachments) {
    List<File> parts = new ArrayList<>();
    StringBuilder notes = new StringBuilder();
    long size = 0;
    for (Attachment attachment : attachments) {
      Optional<Bytes> content =
          switch (attachment.content()) {
            case Attachment.Content.Inline inline -> Optional.of(inline.bytes());
            case Attachment.Content.Stored stored ->
                blobs.find(stored.blob()).map(Blobs.Blob::content);
            case Attachment.Content.Linked linked -> {
              notes.append("\n\n").append(attachment.name()).append(": ").append(linked.url());
              yield Optional.empty();
            }
          };
      if (content.isPresent()) {
        parts.add(new File(attachment.name(), attachment.mediaType(), content.get()));
        size += content.get().size();
      } else if (attachment.content() instanceof Attachment.Content.Stored) {
        notes.append("\n\n[").append(attachment.name()).append(" is not kept any more]");
      }
    }
    return new Files(parts, notes.toString(), size);
  }
}
