package org.emsg.gateway.smtp;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.emsg.gateway.address.Addressing;
import org.emsg.gateway.address.Target;
import org.emsg.gateway.gateway.Blobs;
import org.emsg.gateway.gateway.IdMap;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Attachment;
import org.emsg.gateway.model.BlobId;
import org.emsg.gateway.model.Body;
import org.emsg.gateway.model.Bytes;
import org.emsg.gateway.model.ConversationId;
import org.emsg.gateway.model.Envelope;
import org.emsg.gateway.model.Event;
import org.emsg.gateway.model.MessageId;
import org.emsg.gateway.model.Network;
import org.emsg.gateway.model.Reason;
import org.emsg.gateway.smtp.mime.DeliveryReport;
import org.emsg.gateway.smtp.mime.MailContent;
import org.emsg.gateway.smtp.mime.MailDates;
import org.emsg.gateway.smtp.mime.MailHeaders;
import org.emsg.gateway.smtp.mime.MimePart;
import org.emsg.gateway.text.OneLine;
import org.emsg.gateway.text.PlainText;
import org.emsg.gateway.text.Quotes;

/// Mail to the gateway's own words. Called from virtual threads: large attachments go to the blob
/// store on the way, and a report's message is looked up.
final class MailToModel {
  static final int MAX_TEXT = 100_000;
  static final int MAX_FILES = 200;
  private static final int MAX_TRIMMED = 50_000;
  private static final int MAX_SUBJECT = 250;
  private static final int MAX_INLINE = 131_072;
  private static final int MAX_ID = 250;
  private static final List<String> DIGESTED =
      List.of(
          "From",
          "To",
          "Cc",
          "Subject",
          "Date",
          "Message-ID",
          "In-Reply-To",
          "References",
          "Content-Type",
          "Content-Transfer-Encoding");

  private final Addressing addressing;
  private final IdMap ids;
  private final Blobs blobs;
  private final Subjects subjects;
  private final Duration retention;

  MailToModel(
      Addressing addressing, IdMap ids, Blobs blobs, Subjects subjects, Duration retention) {
    this.addressing = addressing;
    this.ids = ids;
    this.blobs = blobs;
    this.subjects = subjects;
    this.retention = retention;
  }

  /// What a mail is to the gateway.
  sealed interface Translated {
    record Message(Envelope envelope) implements Translated {}

    /// It says nothing that anybody waits for: a report of success, one about a message that is
    /// forgotten. `why` is for the trace.
    record Nothing(String why) implements Translated {}

    record Refused(Reason reason) implements Translated {}
  }

  Translated toModel(VerifiedMail verified) {
    if (verified.mail().recipients().getFirst()
        instanceof ReceivedMail.Recipient.Return(MessageId sent)) {
      return verified
          .content()
          .report()
          .map(report -> bounce(verified, sent, report))
          .orElseGet(() -> answer(verified, sent));
    }
    List<Address> recipients = new ArrayList<>();
    for (ReceivedMail.Recipient recipient : verified.mail().recipients()) {
      if (recipient instanceof ReceivedMail.Recipient.Person(Address address)) {
        recipients.add(address);
      }
    }
    return message(verified, recipients);
  }

  private Translated bounce(VerifiedMail verified, MessageId sent, DeliveryReport report) {
    Optional<DeliveryReport.PerRecipient> failed =
        report.recipients().stream().filter(DeliveryReport.PerRecipient::isFailure).findFirst();
    if (failed.isEmpty()) {
      return new Translated.Nothing("a report that nothing failed");
    }
    Optional<IdMap.Sent> original = ids.sent(Network.SMTP, sent);
    Optional<Address> writer =
        original.flatMap(found -> addressing.shownOn(Network.SMTP, found.sender()));
    if (writer.isEmpty()) {
      return new Translated.Nothing("a report about a message that is not known any more");
    }
    Reason reason = SmtpReasons.ofStatus(failed.get().status());
    Address recipient = original.orElseThrow().recipient();
    return new Translated.Message(
        envelope(
            verified,
            recipient,
            Optional.empty(),
            List.of(writer.get()),
            new Event.Bounced(sent, recipient, reason)));
  }

  /// An answering machine's mail, to whoever wrote the message that it answers.
  private Translated answer(VerifiedMail verified, MessageId sent) {
    Optional<Address> writer =
        ids.sent(Network.SMTP, sent)
            .flatMap(found -> addressing.shownOn(Network.SMTP, found.sender()));
    return writer.isEmpty() || verified.author().isEmpty()
        ? new Translated.Nothing("an automatic answer from or to nobody who is known")
        : message(verified, List.of(writer.get()));
  }

  private Translated message(VerifiedMail verified, List<Address> recipients) {
    MailContent content = verified.content();
    if (content.files().size() > MAX_FILES) {
      return new Translated.Refused(
          Reason.of(
              Reason.Kind.UNSUPPORTED_CONTENT,
              "The message has more than " + MAX_FILES + " attachments."));
    }
    Quotes.Split split = Quotes.split(content.text());
    Instant expires = verified.mail().received().plus(retention);
    List<Attachment> attachments = attachments(content, expires);
    if (split.own().length() > MAX_TEXT && !content.cut()) {
      byte[] whole = content.text().getBytes(StandardCharsets.UTF_8);
      attachments.add(stored("message.txt", "text/plain", whole, expires));
    }
    Optional<String> subject =
        verified.headers().text("Subject").map(text -> OneLine.of(text, MAX_SUBJECT));
    Event.Posted posted =
        new Event.Posted(
            new Body(
                shown(split.own(), content.cut(), subject.orElse(""), attachments.isEmpty()),
                content.html().filter(html -> html.length() <= MAX_TEXT),
                subject.filter(text -> !text.isEmpty()),
                split.rest().map(rest -> PlainText.truncate(rest, MAX_TRIMMED))),
            attachments,
            replyTo(verified.headers()),
            references(verified.headers()).stream().findFirst());
    Envelope envelope =
        envelope(
            verified,
            verified.author().orElseThrow(),
            OneLine.displayName(MailHeaders.decode(verified.authorName())),
            recipients,
            posted);
    posted.body().subject().ifPresent(text -> remember(envelope, text));
    return new Translated.Message(envelope);
  }

  /// For whoever of the recipients is at home here and answers.
  private void remember(Envelope envelope, String subject) {
    for (Address recipient : envelope.recipients()) {
      if (envelope.provenance().verified()
          && addressing.resolve(Network.SMTP, recipient) instanceof Target.Home home) {
        subjects.remember(
            ConversationId.of(envelope.sender(), home.account()), envelope.id(), subject);
      }
    }
  }

  private static String shown(String own, boolean cut, String subject, boolean alone) {
    if (cut || own.length() > MAX_TEXT) {
      return PlainText.truncate(own, MAX_TEXT) + "\n[…]";
    }
    if (!own.isEmpty() || !alone) {
      return own;
    }
    return subject.isEmpty() ? "(empty message)" : subject;
  }

  private Envelope envelope(
      VerifiedMail verified,
      Address sender,
      Optional<String> name,
      List<Address> recipients,
      Event event) {
    Bytes digest = digest(verified);
    Instant received = verified.mail().received();
    return new Envelope(
        verified.mail().trace(),
        Network.SMTP,
        firstId(verified.headers(), "Message-ID")
            .orElseGet(() -> new MessageId("sha256-" + digest.asHex())),
        sender,
        name,
        recipients,
        verified
            .headers()
            .first("Date")
            .flatMap(MailDates::parse)
            .filter(sent -> sent.isBefore(received))
            .orElse(received),
        received,
        event,
        verified.provenance(),
        digest,
        Optional.empty(),
        verified.reportTo());
  }

  private List<Attachment> attachments(MailContent content, Instant expires) {
    List<Attachment> attachments = new ArrayList<>();
    int inline = 0;
    for (MimePart.Leaf file : content.files()) {
      byte[] bytes = file.content().view();
      String type = mediaType(file.type());
      String name = OneLine.fileName(file.fileName(), nameless(type, attachments.size() + 1));
      if (bytes.length <= Attachment.Content.Inline.MAX && inline + bytes.length <= MAX_INLINE) {
        inline += bytes.length;
        attachments.add(
            new Attachment(
                name, type, bytes.length, new Attachment.Content.Inline(file.content())));
      } else {
        attachments.add(stored(name, type, bytes, expires));
      }
    }
    return attachments;
  }

  private Attachment stored(String name, String type, byte[] bytes, Instant expires) {
    BlobId blob = blobs.put(Bytes.wrap(bytes), name, type, expires);
    return new Attachment(
        name, type, bytes.length, new Attachment.Content.Stored(blob, Bytes.wrap(sha256(bytes))));
  }

  private static String nameless(String type, int number) {
    String extension =
        switch (type) {
          case "text/plain" -> ".txt";
          case "text/html" -> ".html";
          case "text/calendar" -> ".ics";
          case "image/png" -> ".png";
          case "image/jpeg" -> ".jpg";
          case "image/gif" -> ".gif";
          case "application/pdf" -> ".pdf";
          case "message/rfc822" -> ".eml";
          case "application/pgp-signature" -> ".asc";
          default -> ".bin";
        };
    return "attachment-" + number + extension;
  }

  private static String mediaType(String type) {
    boolean sane =
        type.length() <= 127
            && type.indexOf('/') > 0
            && type.indexOf('/') == type.lastIndexOf('/')
            && type.length() > type.indexOf('/') + 1
            && type.chars().allMatch(c -> c > ' ' && c < 0x7F && "()<>@,;:\\\"[]?=".indexOf(c) < 0);
    return sane ? type.toLowerCase(Locale.ROOT) : "application/octet-stream";
  }

  private static Optional<MessageId> replyTo(MailHeaders headers) {
    List<MessageId> references = references(headers);
    return firstId(headers, "In-Reply-To")
        .or(() -> references.isEmpty() ? Optional.empty() : Optional.of(references.getLast()));
  }

  private static List<MessageId> references(MailHeaders headers) {
    return headers.first("References").map(MailToModel::ids).orElse(List.of());
  }

  private static Optional<MessageId> firstId(MailHeaders headers, String name) {
    return headers.first(name).flatMap(body -> ids(body).stream().findFirst());
  }

  /// The message ids of a field: what stands between angle brackets.
  private static List<MessageId> ids(String body) {
    List<MessageId> ids = new ArrayList<>();
    int open = body.indexOf('<');
    while (open >= 0 && ids.size() < 100) {
      int close = body.indexOf('>', open);
      if (close < 0) {
        break;
      }
      String id = body.substring(open + 1, close).strip();
      if (!id.isEmpty()
          && id.length() <= MAX_ID
          && id.chars().allMatch(c -> c > ' ' && c != '<' && !Character.isISOControl(c))) {
        ids.add(new MessageId(id));
      }
      open = body.indexOf('<', close);
    }
    return ids;
  }

  /// Over what stays the same whichever way a message comes: its words and its body, not the marks
  /// that servers leave on it.
  private static Bytes digest(VerifiedMail verified) {
    MessageDigest sha = sha256();
    for (String name : DIGESTED) {
      for (MailHeaders.Field field : verified.headers().all(name)) {
        sha.update(name.getBytes(StandardCharsets.US_ASCII));
        sha.update((byte) ':');
        sha.update(MailHeaders.unfold(field.body()).getBytes(StandardCharsets.UTF_8));
        sha.update((byte) '\n');
      }
    }
    byte[] content = verified.mail().content().view();
    int start = verified.headers().bodyStart();
    sha.update(content, start, content.length - start);
    return Bytes.wrap(sha.digest());
  }

  private static byte[] sha256(byte[] bytes) {
    return sha256().digest(bytes);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
