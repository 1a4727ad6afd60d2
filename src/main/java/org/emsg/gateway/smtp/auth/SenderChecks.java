package org.emsg.gateway.smtp.auth;

import java.net.InetAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.emsg.gateway.model.Bytes;
import org.emsg.gateway.model.Provenance.Check;
import org.emsg.gateway.net.Cidr;
import org.emsg.gateway.net.Dns;
import org.emsg.gateway.smtp.auth.Dmarc.Alignment;
import org.emsg.gateway.smtp.mime.MailHeaders;

/// Whether the network vouches for who a mail says it is from: SPF or DKIM that passes, for a
/// domain that is aligned with the From (RFC 9989 §4.4). Thread-safe; blocks for look-ups, within a
/// limit.
public final class SenderChecks {
  private final SpfCheck spf;
  private final DkimCheck dkim;
  private final Dmarc dmarc;
  private final Duration limit;

  /// @param fronts the mail servers in front of this one: that they connect vouches for nobody
  /// @param limit for the look-ups of one message
  public SenderChecks(Dns dns, Clock clock, List<Cidr> fronts, Duration limit) {
    this.spf = new SpfCheck(dns, fronts);
    this.dkim = new DkimCheck(dns, clock);
    this.dmarc = new Dmarc(dns);
    this.limit = limit;
  }

  /// What was found out.
  ///
  /// @param aligned whether somebody vouched for the very author
  /// @param uncertain whether it might have been so, had the DNS answered
  /// @param unwanted whether the author's domain wants mail refused that nobody vouched for
  /// @param returnable whether somebody vouched for the domain of the envelope sender: a report
  ///   that is sent there meets nobody who has nothing to do with the mail
  public record Result(
      boolean aligned,
      boolean uncertain,
      boolean unwanted,
      boolean returnable,
      List<Check> checks) {}

  /// What is looked at.
  ///
  /// @param client who connected
  /// @param reversePath the envelope sender; empty for the null sender
  /// @param tls protocol and cipher, where the connection was encrypted
  /// @param author the domain of the From, in A-labels
  public record Subject(
      InetAddress client,
      String helo,
      String reversePath,
      Optional<String> tls,
      MailHeaders headers,
      Bytes content,
      String author) {}

  public Result check(Subject mail) {
    return DnsAnswers.within(limit, () -> checkNow(mail));
  }

  private Result checkNow(Subject mail) {
    String author = mail.author();
    List<Check> checks = new ArrayList<>();
    DkimCheck.Keys keys = dkim.ask(mail.headers());
    Dmarc.Judgement judgement = dmarc.judge(author);
    boolean aligned = false;
    boolean uncertain = judgement.failed();

    SpfCheck.Result sent = spf.check(mail.client(), mail.reversePath(), mail.helo());
    checks.add(new Check("spf", sent.result(), detail(sent.domain())));
    Alignment said = said(sent.result(), sent.domain(), author, judgement, judgement.strictSpf());
    boolean returnable = sent.result().equals("pass");
    aligned |= said == Alignment.ALIGNED;
    uncertain |= said == Alignment.UNKNOWN;

    List<DkimCheck.Outcome> signatures = dkim.check(mail.headers(), mail.content(), keys);
    if (signatures.isEmpty()) {
      checks.add(new Check("dkim", "none", Optional.empty()));
    }
    for (DkimCheck.Outcome signature : signatures) {
      checks.add(
          new Check(
              "dkim", signature.result(), detail(signature.selector() + "@" + signature.domain())));
      returnable |= signature.result().equals("pass") && covers(signature.domain(), sent.domain());
      if (!aligned) {
        Alignment signed =
            said(signature.result(), signature.domain(), author, judgement, judgement.strictDkim());
        aligned = signed == Alignment.ALIGNED;
        uncertain |= signed == Alignment.UNKNOWN;
      }
    }

    String verdict =
        aligned ? "pass" : uncertain ? "temperror" : judgement.published() ? "fail" : "none";
    checks.add(new Check("dmarc", verdict, detail(author)));
    mail.tls().ifPresent(tls -> checks.add(new Check("tls", "pass", detail(tls))));
    return new Result(
        aligned,
        uncertain && !aligned,
        judgement.policy() == Dmarc.Policy.REJECT,
        returnable && !mail.reversePath().isEmpty(),
        checks);
  }

  private static boolean covers(String domain, String other) {
    return other.equals(domain) || other.endsWith('.' + domain);
  }

  /// What a check of `domain` says about the author. An error that may be gone soon is one to wait
  /// for only where the domain could speak for the author at all: others' DNS is their own affair.
  private Alignment said(
      String result, String domain, String author, Dmarc.Judgement judgement, boolean strict) {
    return switch (result) {
      case "pass" -> dmarc.alignment(domain, author, judgement, strict);
      case "temperror" ->
          dmarc.alignment(domain, author, judgement, strict) == Alignment.NOT_ALIGNED
              ? Alignment.NOT_ALIGNED
              : Alignment.UNKNOWN;
      default -> Alignment.NOT_ALIGNED;
    };
  }

  /// Names in a trace are short and printable.
  private static Optional<String> detail(String text) {
    String shown = text.length() > 200 ? text.substring(0, 200) : text;
    return shown.isEmpty()
        ? Optional.empty()
        : Optional.of(shown.chars().anyMatch(Character::isISOControl) ? "?" : shown);
  }
}
