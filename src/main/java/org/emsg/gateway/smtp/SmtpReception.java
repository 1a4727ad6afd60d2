package org.emsg.gateway.smtp;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import org.emsg.gateway.address.Addressing;
import org.emsg.gateway.address.Parsed;
import org.emsg.gateway.gateway.Admission;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.MessageId;
import org.emsg.gateway.model.Network;
import org.emsg.gateway.model.Reason;
import org.emsg.gateway.model.Verdict;
import org.emsg.gateway.smtp.wire.SmtpReply;
import org.jspecify.annotations.Nullable;

/// Who may write to whom through the listener, and where messages go from it: to the route that is
/// in force. While there is none (a route file is being replaced), clients are told to come again.
final class SmtpReception implements SmtpGate {
  private static final SmtpReply NO_REPORTS =
      SmtpReply.of(550, "5.7.1", "reports go to the envelope sender of what they are about");

  /// Whom the null sender stands for where a sender has to be named (RFC 2606 §2).
  private static final Address NOBODY =
      new Address.Smtp("mailer-daemon", "null.invalid", "mailer-daemon");

  private final Addressing addressing;
  private final Admission admission;
  private final EnvelopeSenders envelopeSenders;
  private final String postmaster;
  private final AtomicReference<@Nullable Route> route = new AtomicReference<>();

  /// Where messages go.
  interface Route {
    CompletionStage<SmtpReply> take(ReceivedMail mail);
  }

  /// @param postmaster the EMSG account for mail to any postmaster of ours; empty for none
  SmtpReception(
      Addressing addressing,
      Admission admission,
      EnvelopeSenders envelopeSenders,
      String postmaster) {
    this.addressing = addressing;
    this.admission = admission;
    this.envelopeSenders = envelopeSenders;
    this.postmaster = postmaster;
  }

  void attach(Route next) {
    route.set(next);
  }

  void detach(Route last) {
    route.compareAndSet(last, null);
  }

  @Override
  public CompletionStage<SmtpReply> deliver(ReceivedMail mail) {
    Route current = route.get();
    return current == null
        ? CompletableFuture.completedFuture(
            SmtpReply.of(451, "4.3.2", "no mail is taken in this moment"))
        : current.take(mail);
  }

  @Override
  public Optional<SmtpReply> sender(String reversePath) {
    if (reversePath.isEmpty()) {
      return Optional.empty();
    }
    return switch (addressing.parse(Network.SMTP, reversePath)) {
      case Parsed.Invalid _ ->
          Optional.of(SmtpReply.of(553, "5.1.7", "the sender's address is none"));
      case Parsed.Valid valid when addressing.isOurs(valid.address().domain()) ->
          Optional.of(SmtpReply.of(550, "5.7.1", "nobody but this server sends from that address"));
      case Parsed.Valid _ -> Optional.empty();
    };
  }

  @Override
  public Admitted recipient(String reversePath, String path) {
    if (EnvelopeSenders.isOne(path)) {
      return returned(reversePath, path);
    }
    String full =
        path.equalsIgnoreCase("postmaster")
            ? path + '@' + addressing.homeDomains().getFirst()
            : path;
    return switch (addressing.parse(Network.SMTP, full)) {
      case Parsed.Invalid _ ->
          new Admitted.No(SmtpReply.of(553, "5.1.3", "the recipient's address is none"));
      case Parsed.Valid valid -> admit(reversePath, valid.address());
    };
  }

  private Admitted returned(String reversePath, String path) {
    Optional<MessageId> sent =
        reversePath.isEmpty() ? envelopeSenders.parse(path) : Optional.empty();
    return sent.isPresent()
        ? new Admitted.Yes(new ReceivedMail.Recipient.Return(sent.get()))
        : new Admitted.No(SmtpReply.of(550, "5.1.1", "there is no such mailbox"));
  }

  private Admitted admit(String reversePath, Address recipient) {
    if (!addressing.isOurs(recipient.domain())) {
      return new Admitted.No(SmtpReply.of(550, "5.7.1", "relaying denied"));
    }
    if (reversePath.isEmpty()) {
      return fromNobody(recipient);
    }
    if (!(addressing.parse(Network.SMTP, reversePath) instanceof Parsed.Valid sender)) {
      return new Admitted.No(SmtpReply.of(553, "5.1.7", "the sender's address is none"));
    }
    Address target = target(recipient);
    return switch (admission.mayWrite(Network.SMTP, sender.address(), false, target)) {
      case Verdict.Allow _ -> yes(target);
      case Verdict.Wait wait -> new Admitted.No(SmtpReasons.deferral(wait.reason()));
      // Whether the sender is verified is known only when the message is here.
      case Verdict.Refuse refuse when refuse.reason().kind() == Reason.Kind.UNVERIFIED_SENDER ->
          yes(target);
      case Verdict.Refuse refuse -> new Admitted.No(SmtpReasons.refusal(refuse.reason()));
    };
  }

  /// The null sender reaches a postmaster, always (RFC 5321 §4.5.1). For anybody else its messages
  /// would be reports that nobody can believe; but other servers ask with it whether an address
  /// that they got mail from is there.
  private Admitted fromNobody(Address recipient) {
    Address target = target(recipient);
    Verdict verdict = admission.mayWrite(Network.SMTP, NOBODY, false, target);
    if (verdict instanceof Verdict.Wait wait) {
      return new Admitted.No(SmtpReasons.deferral(wait.reason()));
    }
    if (verdict instanceof Verdict.Refuse refuse && isNobody(refuse.reason())) {
      return new Admitted.No(SmtpReasons.refusal(refuse.reason()));
    }
    return isPostmaster(recipient) ? yes(target) : new Admitted.Asked(NO_REPORTS);
  }

  private static boolean isNobody(Reason reason) {
    return switch (reason.kind()) {
      case NO_SUCH_USER, NO_SUCH_SERVER, GONE -> true;
      default -> false;
    };
  }

  /// The domains of ours whose postmaster is nobody.
  List<String> withoutPostmaster() {
    return addressing.homeDomains().stream()
        .filter(domain ->
            addressing.parse(Network.SMTP, "postmaster@" + domain) instanceof Parsed.Valid valid
                && fromNobody(valid.address()) instanceof Admitted.No)
        .toList();
  }

  private Address target(Address recipient) {
    return isPostmaster(recipient) ? postmaster().orElse(recipient) : recipient;
  }

  private static Admitted yes(Address target) {
    return new Admitted.Yes(new ReceivedMail.Recipient.Person(target));
  }

  private static boolean isPostmaster(Address recipient) {
    return recipient.local().equals("postmaster");
  }

  private Optional<Address> postmaster() {
    return postmaster.isEmpty()
            || !(addressing.parse(Network.EMSG, postmaster) instanceof Parsed.Valid account)
        ? Optional.empty()
        : addressing.shownOn(Network.SMTP, account.address());
  }
}
