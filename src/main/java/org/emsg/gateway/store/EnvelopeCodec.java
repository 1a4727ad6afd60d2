package org.emsg.gateway.store;

import java.net.URI;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Attachment;
import org.emsg.gateway.model.BlobId;
import org.emsg.gateway.model.Body;
import org.emsg.gateway.model.Bytes;
import org.emsg.gateway.model.Envelope;
import org.emsg.gateway.model.Event;
import org.emsg.gateway.model.MessageId;
import org.emsg.gateway.model.Provenance;
import org.emsg.gateway.model.Reason;
import org.emsg.gateway.model.TraceId;
import org.emsg.gateway.store.FieldReader.Malformed;
import org.jspecify.annotations.Nullable;

/// Envelopes as bytes: one byte of version, then numbered fields.
///
/// A field that a newer node added is skipped by an older one. A new kind of event, or another
/// version, cannot be read there, nor can damaged bytes: both are values, and whoever meets such a
/// row goes on with the next. Numbers are never used again for something else.
final class EnvelopeCodec {
  private static final int VERSION = 1;
  private static final String NOBODY = "";

  /// First bytes up to this one are taken for later versions, all others for damage.
  private static final int LATER_VERSIONS = 15;

  private EnvelopeCodec() {}

  /// What reading gave.
  sealed interface Decoded {
    record Whole(Envelope envelope) implements Decoded {}

    /// Of another version, or of a kind that we do not know: for a newer node.
    record Newer() implements Decoded {}

    /// Damaged. `why` repeats nothing of the content.
    record Unreadable(String why) implements Decoded {}
  }

  static byte[] encode(Envelope envelope) {
    FieldWriter out = new FieldWriter();
    out.raw(VERSION);
    out.text(1, envelope.trace().value());
    out.text(2, envelope.origin().label());
    out.text(3, envelope.id().value());
    out.text(4, StoredText.of(envelope.sender()));
    out.text(5, envelope.displayName());
    for (Address recipient : envelope.recipients()) {
      out.text(6, StoredText.of(recipient));
    }
    out.instant(7, envelope.sent());
    out.instant(8, envelope.received());
    out.nested(9, event -> write(event, envelope.event()));
    out.nested(10, provenance -> write(provenance, envelope.provenance()));
    out.bytes(11, envelope.digest());
    envelope.wire().ifPresent(wire -> out.bytes(12, wire));
    if (!envelope.reportTo().equals(Optional.of(envelope.sender()))) {
      out.text(13, envelope.reportTo().map(StoredText::of).orElse(NOBODY));
    }
    return out.toByteArray();
  }

  static Decoded decode(byte[] content) {
    if (content.length == 0 || content[0] < VERSION || content[0] > LATER_VERSIONS) {
      return new Decoded.Unreadable("bytes that are no envelope");
    }
    if (content[0] != VERSION) {
      return new Decoded.Newer();
    }
    try {
      return new Decoded.Whole(envelope(new FieldReader(content, 1, content.length)));
    } catch (UnknownLabel _) {
      return new Decoded.Newer();
    } catch (Malformed | IllegalArgumentException | DateTimeException e) {
      return new Decoded.Unreadable("an envelope that cannot be read: " + e.getMessage());
    }
  }

  private static Envelope envelope(FieldReader in) throws Malformed {
    @Nullable TraceId trace = null;
    @Nullable String origin = null;
    @Nullable MessageId id = null;
    @Nullable Address sender = null;
    Optional<String> displayName = Optional.empty();
    List<Address> recipients = new ArrayList<>();
    Instant sent = Instant.EPOCH;
    Instant received = Instant.EPOCH;
    @Nullable Event event = null;
    @Nullable Provenance provenance = null;
    Bytes digest = Bytes.empty();
    Optional<Bytes> wire = Optional.empty();
    @Nullable String reportTo = null;
    while (in.next()) {
      switch (in.field()) {
        case 1 -> trace = new TraceId(in.text());
        case 2 -> origin = in.text();
        case 3 -> id = new MessageId(in.text());
        case 4 -> sender = StoredText.address(in.text());
        case 5 -> displayName = Optional.of(in.text());
        case 6 -> recipients.add(StoredText.address(in.text()));
        case 7 -> sent = in.instant();
        case 8 -> received = in.instant();
        case 9 -> event = event(in.nested());
        case 10 -> provenance = provenance(in.nested());
        case 11 -> digest = in.bytes();
        case 12 -> wire = Optional.of(in.bytes());
        case 13 -> reportTo = in.text();
        default -> {
          // A newer node's: skipped.
        }
      }
    }
    return new Envelope(
        there(trace, "trace"),
        StoredText.network(there(origin, "origin")),
        there(id, "id"),
        there(sender, "sender"),
        displayName,
        recipients,
        sent,
        received,
        there(event, "event"),
        there(provenance, "provenance"),
        digest,
        wire,
        reportTo == null ? Optional.of(there(sender, "sender")) : reportTo(reportTo));
  }

  private static Optional<Address> reportTo(String text) {
    return text.equals(NOBODY) ? Optional.empty() : Optional.of(StoredText.address(text));
  }

  private static void write(FieldWriter out, Event event) {
    switch (event) {
      case Event.Posted posted -> out.nested(1, in -> write(in, posted));
      case Event.Receipted receipted ->
          out.nested(
              2,
              in -> {
                in.text(1, receipted.target().value());
                in.text(2, receipted.kind().name());
              });
      case Event.Bounced bounced ->
          out.nested(
              3,
              in -> {
                in.text(1, bounced.target().value());
                in.text(2, StoredText.of(bounced.recipient()));
                in.nested(3, reason -> write(reason, bounced.reason()));
              });
      case Event.Opaque opaque -> out.nested(4, in -> in.text(1, opaque.name()));
    }
  }

  private static Event event(FieldReader in) throws Malformed {
    if (!in.next()) {
      throw new Malformed("no event");
    }
    return switch (in.field()) {
      case 1 -> posted(in.nested());
      case 2 -> receipted(in.nested());
      case 3 -> bounced(in.nested());
      case 4 -> opaque(in.nested());
      default -> throw new UnknownLabel("an event of another kind");
    };
  }

  private static void write(FieldWriter out, Event.Posted posted) {
    out.nested(
        1,
        body -> {
          body.text(1, posted.body().text());
          body.text(2, posted.body().html());
          body.text(3, posted.body().subject());
          body.text(4, posted.body().trimmed());
        });
    for (Attachment attachment : posted.attachments()) {
      out.nested(2, in -> write(in, attachment));
    }
    out.text(3, posted.replyTo().map(MessageId::value));
    out.text(4, posted.thread().map(MessageId::value));
  }

  private static Event posted(FieldReader in) throws Malformed {
    Body body = Body.of("");
    List<Attachment> attachments = new ArrayList<>();
    Optional<MessageId> replyTo = Optional.empty();
    Optional<MessageId> thread = Optional.empty();
    while (in.next()) {
      switch (in.field()) {
        case 1 -> body = body(in.nested());
        case 2 -> attachments.add(attachment(in.nested()));
        case 3 -> replyTo = Optional.of(new MessageId(in.text()));
        case 4 -> thread = Optional.of(new MessageId(in.text()));
        default -> {
          // A newer node's: skipped.
        }
      }
    }
    return new Event.Posted(body, attachments, replyTo, thread);
  }

  private static Body body(FieldReader in) throws Malformed {
    String text = "";
    Optional<String> html = Optional.empty();
    Optional<String> subject = Optional.empty();
    Optional<String> trimmed = Optional.empty();
    while (in.next()) {
      switch (in.field()) {
        case 1 -> text = in.text();
        case 2 -> html = Optional.of(in.text());
        case 3 -> subject = Optional.of(in.text());
        case 4 -> trimmed = Optional.of(in.text());
        default -> {
          // A newer node's: skipped.
        }
      }
    }
    return new Body(text, html, subject, trimmed);
  }

  private static void write(FieldWriter out, Attachment attachment) {
    out.text(1, attachment.name());
    out.text(2, attachment.mediaType());
    out.number(3, attachment.size());
    switch (attachment.content()) {
      case Attachment.Content.Inline inline -> out.bytes(4, inline.bytes());
      case Attachment.Content.Stored stored -> {
        out.text(5, stored.blob().value());
        out.bytes(6, stored.sha256());
      }
      case Attachment.Content.Linked linked -> out.text(7, linked.url().toString());
    }
  }

  private static Attachment attachment(FieldReader in) throws Malformed {
    String name = "";
    String mediaType = "";
    long size = 0;
    @Nullable Bytes inline = null;
    @Nullable BlobId blob = null;
    @Nullable Bytes sha256 = null;
    @Nullable URI url = null;
    while (in.next()) {
      switch (in.field()) {
        case 1 -> name = in.text();
        case 2 -> mediaType = in.text();
        case 3 -> size = in.number();
        case 4 -> inline = in.bytes();
        case 5 -> blob = new BlobId(in.text());
        case 6 -> sha256 = in.bytes();
        case 7 -> url = URI.create(in.text());
        default -> {
          // A newer node's: skipped.
        }
      }
    }
    Attachment.Content content;
    if (inline != null) {
      content = new Attachment.Content.Inline(inline);
    } else if (blob != null) {
      content = new Attachment.Content.Stored(blob, there(sha256, "sha256"));
    } else {
      content = new Attachment.Content.Linked(there(url, "content"));
    }
    return new Attachment(name, mediaType, size, content);
  }

  private static Event receipted(FieldReader in) throws Malformed {
    @Nullable MessageId target = null;
    @Nullable String kind = null;
    while (in.next()) {
      switch (in.field()) {
        case 1 -> target = new MessageId(in.text());
        case 2 -> kind = in.text();
        default -> {
          // A newer node's: skipped.
        }
      }
    }
    return new Event.Receipted(
        there(target, "target"),
        StoredText.constant(Event.Receipted.Kind.class, there(kind, "kind")));
  }

  private static Event bounced(FieldReader in) throws Malformed {
    @Nullable MessageId target = null;
    @Nullable Address recipient = null;
    @Nullable Reason reason = null;
    while (in.next()) {
      switch (in.field()) {
        case 1 -> target = new MessageId(in.text());
        case 2 -> recipient = StoredText.address(in.text());
        case 3 -> reason = reason(in.nested());
        default -> {
          // A newer node's: skipped.
        }
      }
    }
    return new Event.Bounced(
        there(target, "target"), there(recipient, "recipient"), there(reason, "reason"));
  }

  private static Event opaque(FieldReader in) throws Malformed {
    String name = "";
    while (in.next()) {
      if (in.field() == 1) {
        name = in.text();
      }
    }
    return new Event.Opaque(name);
  }

  private static void write(FieldWriter out, Reason reason) {
    out.text(1, reason.kind().name());
    out.text(2, reason.text());
    out.text(3, reason.status());
  }

  private static Reason reason(FieldReader in) throws Malformed {
    @Nullable String kind = null;
    String text = "";
    Optional<String> status = Optional.empty();
    while (in.next()) {
      switch (in.field()) {
        case 1 -> kind = in.text();
        case 2 -> text = in.text();
        case 3 -> status = Optional.of(in.text());
        default -> {
          // A newer node's: skipped.
        }
      }
    }
    return new Reason(StoredText.constant(Reason.Kind.class, there(kind, "kind")), text, status);
  }

  private static void write(FieldWriter out, Provenance provenance) {
    out.number(1, provenance.verified() ? 1 : 0);
    for (Provenance.Check check : provenance.checks()) {
      out.nested(
          2,
          in -> {
            in.text(1, check.name());
            in.text(2, check.result());
            in.text(3, check.detail());
          });
    }
    for (String via : provenance.via()) {
      out.text(3, via);
    }
  }

  private static Provenance provenance(FieldReader in) throws Malformed {
    boolean verified = false;
    List<Provenance.Check> checks = new ArrayList<>();
    List<String> via = new ArrayList<>();
    while (in.next()) {
      switch (in.field()) {
        case 1 -> verified = in.number() == 1;
        case 2 -> checks.add(check(in.nested()));
        case 3 -> via.add(in.text());
        default -> {
          // A newer node's: skipped.
        }
      }
    }
    return new Provenance(verified, checks, via);
  }

  private static Provenance.Check check(FieldReader in) throws Malformed {
    String name = "";
    String result = "";
    Optional<String> detail = Optional.empty();
    while (in.next()) {
      switch (in.field()) {
        case 1 -> name = in.text();
        case 2 -> result = in.text();
        case 3 -> detail = Optional.of(in.text());
        default -> {
          // A newer node's: skipped.
        }
      }
    }
    return new Provenance.Check(name, result, detail);
  }

  private static <T> T there(@Nullable T value, String name) throws Malformed {
    if (value == null) {
      throw new Malformed("no " + name);
    }
    return value;
  }
}
