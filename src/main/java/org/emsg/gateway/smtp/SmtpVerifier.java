package org.emsg.gateway.smtp;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.emsg.gateway.address.Addressing;
import org.emsg.gateway.address.Parsed;
import org.emsg.gateway.address.Target;
import org.emsg.gateway.gateway.IntakeResult;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Network;
import org.emsg.gateway.model.Provenance;
import org.emsg.gateway.model.Reason;
import org.emsg.gateway.smtp.auth.SenderChecks;
import org.emsg.gateway.smtp.mime.MailContent;
import org.emsg.gateway.smtp.mime.MailHeaders;
import org.emsg.gateway.smtp.mime.Mailbox;
import org.emsg.gateway.smtp.mime.MimeReader;

/// Reads a message and finds out who vouches for its author (`addresses.md`, "Who is who"). Called
/// from virtual threads, since it waits for the DNS.
final class SmtpVerifier {
  static final String VIA = "X-EMSG-Via";
  private static final int MAX_HOPS = 50;
  private static final Pattern LIST_POST =
      Pattern.compile("<mailto:([^<>?%\\s]{1,320})[?>]", Pattern.CASE_INSENSITIVE);
  private static final Pattern NOT_AUTOMATIC =
      Pattern.compile("\\s*no\\s*([;(]|$)", Pattern.CASE_INSENSITIVE);

  /// What is shown of a mail, and what says how it is to be read. DKIM begins with the last field
  /// of a name, readers with the first (RFC 6376 §8.15): a second one is never a signer's words.
  private static final List<String> ONCE =
      List.of(
          "From",
          "Subject",
          "Date",
          "Message-ID",
          "In-Reply-To",
          "References",
          "Content-Type",
          "Content-Transfer-Encoding",
          "Content-Disposition");

  private final SenderChecks checks;
  private final Addressing addressing;
  private final SmtpConfig.Unaligned unaligned;

  SmtpVerifier(SenderChecks checks, Addressing addressing, SmtpConfig.Unaligned unaligned) {
    this.checks = checks;
    this.addressing = addressing;
    this.unaligned = unaligned;
  }

  /// What the look at a message gave.
  sealed interface Verified {
    record Passed(VerifiedMail mail) implements Verified {}

    /// It goes no further; the client is told `result`.
    record Stopped(IntakeResult result) implements Verified {}
  }

  Verified verify(ReceivedMail mail) {
    Optional<MailHeaders> read = MailHeaders.parse(mail.content().view());
    if (read.isEmpty()) {
      return refused(Reason.Kind.MALFORMED, "The header of the message is too large.");
    }
    MailHeaders headers = read.get();
    Optional<String> repeated = headers.repeated(ONCE);
    if (repeated.isPresent()) {
      return refused(
          Reason.Kind.MALFORMED, "The message has more than one " + repeated.get() + '.');
    }
    Optional<Reason> loop = loop(mail, headers);
    if (loop.isPresent()) {
      return new Verified.Stopped(new IntakeResult.Refused(loop.get()));
    }
    MailContent content;
    try {
      content = MailContent.of(MimeReader.read(headers, mail.content().view()));
    } catch (MimeReader.Refused malformed) {
      return refused(Reason.Kind.MALFORMED, "This cannot be taken: " + malformed.text() + ".");
    }
    boolean returned = mail.recipients().getFirst() instanceof ReceivedMail.Recipient.Return;
    return returned ? verifyReturned(mail, headers, content) : verifyMail(mail, headers, content);
  }

  private Verified verifyMail(ReceivedMail mail, MailHeaders headers, MailContent content) {
    Optional<Mailbox> from = onlyFrom(headers);
    if (from.isEmpty()) {
      return refused(Reason.Kind.MALFORMED, "The message must have one From with one address.");
    }
    Optional<Address.Smtp> author = address(from.get());
    if (author.isEmpty()) {
      return refused(Reason.Kind.MALFORMED, "The address in From is none that can be answered.");
    }
    if (addressing.isOurs(author.get().domain())) {
      return verifyCopy(mail, headers, content, from.get());
    }
    SenderChecks.Result result = check(mail, headers, author.get());
    return stopped(result, result.aligned())
        .orElseGet(() ->
            passed(
                mail,
                headers,
                content,
                author,
                from.get().name(),
                new Provenance(result.aligned(), result.checks(), via(headers)),
                reportTo(mail, headers, result)));
  }

  /// What one of us wrote to a mailing list, on its way to others of us. It can be no message of
  /// theirs here: whoever got it may send it on to anybody. It is one of the list's, that nobody
  /// vouched for: the list names itself, and its domain need not know that.
  private Verified verifyCopy(
      ReceivedMail mail, MailHeaders headers, MailContent content, Mailbox from) {
    Optional<Address.Smtp> list = list(headers);
    if (list.isEmpty()) {
      return refused(
          Reason.Kind.NOT_ALLOWED, "Nobody but this server sends mail from that address.");
    }
    SenderChecks.Result result = check(mail, headers, list.get());
    String writer = from.name().isEmpty() ? from.address().split("@", 2)[0] : from.name();
    return stopped(result, false)
        .orElseGet(() ->
            passed(
                mail,
                headers,
                content,
                list,
                writer + " via " + list.get().local(),
                new Provenance(false, result.checks(), via(headers)),
                Optional.empty()));
  }

  /// Why a mail goes no further, as its sender's domain and our settings want it.
  private Optional<Verified> stopped(SenderChecks.Result result, boolean verified) {
    if (result.uncertain()) {
      return Optional.of(
          new Verified.Stopped(
              new IntakeResult.Deferred(
                  Reason.of(
                      Reason.Kind.UNVERIFIED_SENDER,
                      "The sender's domain could not be checked now, come again."),
                  Optional.empty())));
    }
    boolean unwanted = result.unwanted() && !result.aligned();
    return unwanted || (!verified && unaligned == SmtpConfig.Unaligned.REFUSE)
        ? Optional.of(
            refused(
                Reason.Kind.UNVERIFIED_SENDER,
                "Neither SPF nor DKIM shows that the message is from the domain in its From."))
        : Optional.empty();
  }

  /// The address of the mailing list that a mail came by (RFC 2369 §3.4).
  private Optional<Address.Smtp> list(MailHeaders headers) {
    return headers
        .first("List-Post")
        .filter(_ -> headers.count("List-Post") == 1)
        .map(LIST_POST::matcher)
        .filter(Matcher::find)
        .map(found -> new Mailbox("", found.group(1)))
        .flatMap(this::address)
        .filter(list -> !addressing.isOurs(list.domain()));
  }

  /// What comes back to an envelope sender of ours. A report needs no author: that it came back is
  /// the proof. Anything else is a message of its author (an answering machine's, mostly).
  private Verified verifyReturned(ReceivedMail mail, MailHeaders headers, MailContent content) {
    if (content.report().isPresent()) {
      return passed(
          mail,
          headers,
          content,
          Optional.empty(),
          "",
          Provenance.verifiedBy("bounce-mac"),
          Optional.empty());
    }
    Optional<Mailbox> from = onlyFrom(headers);
    Optional<Address.Smtp> author =
        from.flatMap(this::address).filter(address -> !addressing.isOurs(address.domain()));
    if (author.isEmpty()) {
      return passed(
          mail,
          headers,
          content,
          author,
          "",
          new Provenance(false, List.of(), via(headers)),
          Optional.empty());
    }
    SenderChecks.Result result = check(mail, headers, author.get());
    return passed(
        mail,
        headers,
        content,
        author,
        from.map(Mailbox::name).orElse(""),
        new Provenance(result.aligned(), result.checks(), via(headers)),
        Optional.empty());
  }

  private SenderChecks.Result check(ReceivedMail mail, MailHeaders headers, Address.Smtp author) {
    return checks.check(
        new SenderChecks.Subject(
            mail.client(),
            mail.helo(),
            mail.reversePath(),
            mail.tls(),
            headers,
            mail.content(),
            author.domain()));
  }

  private static Verified passed(
      ReceivedMail mail,
      MailHeaders headers,
      MailContent content,
      Optional<Address.Smtp> author,
      String name,
      Provenance provenance,
      Optional<Address> reportTo) {
    return new Verified.Passed(
        new VerifiedMail(mail, headers, content, author, name, provenance, reportTo));
  }

  /// Reports go to the envelope sender (RFC 5321 §6.1), where it is not somebody whom a stranger
  /// put there, and no program gets an automatic answer (RFC 3834 §2).
  private Optional<Address> reportTo(
      ReceivedMail mail, MailHeaders headers, SenderChecks.Result result) {
    return result.returnable()
            && !isAutomatic(headers)
            && addressing.parse(Network.SMTP, mail.reversePath()) instanceof Parsed.Valid sender
        ? Optional.of(sender.address())
        : Optional.empty();
  }

  private static boolean isAutomatic(MailHeaders headers) {
    return headers.all("Auto-Submitted").stream()
        .map(field -> MailHeaders.unfold(field.body()))
        .anyMatch(value -> !NOT_AUTOMATIC.matcher(value).lookingAt());
  }

  private static Optional<Mailbox> onlyFrom(MailHeaders headers) {
    return headers.count("From") == 1
        ? headers.first("From").flatMap(Mailbox::parseOnly)
        : Optional.empty();
  }

  private Optional<Address.Smtp> address(Mailbox mailbox) {
    return addressing.parse(Network.SMTP, mailbox.address()) instanceof Parsed.Valid valid
            && valid.address() instanceof Address.Smtp address
        ? Optional.of(address)
        : Optional.empty();
  }

  private Optional<Reason> loop(ReceivedMail mail, MailHeaders headers) {
    List<String> passed = passed(headers);
    boolean loops =
        headers.count("Received") > MAX_HOPS
            || passed.size() > Provenance.MAX_VIA
            || (passed.stream().anyMatch(addressing::isOurs)
                && !mail.recipients().stream().allMatch(this::endsHere));
    return loops
        ? Optional.of(Reason.of(Reason.Kind.LOOP, "The message goes in a circle."))
        : Optional.empty();
  }

  /// What comes to one of our own users goes nowhere else, and so in no circle: a mailing list may
  /// bring it back.
  private boolean endsHere(ReceivedMail.Recipient recipient) {
    return recipient instanceof ReceivedMail.Recipient.Person(Address address)
        && addressing.resolve(Network.SMTP, address) instanceof Target.Home home
        && home.otherwise().isEmpty();
  }

  private List<String> via(MailHeaders headers) {
    return passed(headers).stream().filter(name -> !addressing.isOurs(name)).toList();
  }

  /// The gateways that a mail passed, as they say it in a header of ours. Nobody is believed for
  /// it: it can only stop a message.
  private static List<String> passed(MailHeaders headers) {
    return headers.all(VIA).stream()
        .map(field -> MailHeaders.unfold(field.body()))
        .flatMap(body -> List.of(body.split("[, ]+", 20)).stream())
        .filter(name -> !name.isEmpty() && name.length() <= 253)
        .limit(Provenance.MAX_VIA + 1)
        .toList();
  }

  private static Verified refused(Reason.Kind kind, String text) {
    return new Verified.Stopped(new IntakeResult.Refused(Reason.of(kind, text)));
  }
}
