package org.emsg.gateway.smtp.auth;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.emsg.gateway.model.Bytes;
import org.emsg.gateway.model.Provenance.Check;
import org.emsg.gateway.net.Dns;
import org.emsg.gateway.smtp.mime.MailHeaders;

/// Whether the network vouches for who a mail says it is from: SPF or DKIM that passes, for a
/// domain that is aligned with the From (RFC 9989 §4.4). Thread-safe; blocks for look-ups, within a
/// limit.
public final class SenderChecks {
  private final SpfCheck spf;
  private final DkimCheck dkim;
  private final Dmarc dmarc;
  private final Duration limit;

  public SenderChecks(Dns dns, Duration limit) {
    this.spf = new SpfCheck(dns);
    this.dkim = new DkimCheck(dns);
    this.dmarc = new Dmarc(dns);
    this.limit = limit;
  }

  /// What was found out.
  ///
  /// @param aligned whether somebody vouched for the very author
  /// @param uncertain whether it might have been so, had the DNS answered
  /// @param unwanted whether the author's domain wants mail refused that nobody vouched for
  public record Result(boolean aligned, boolean uncertain, boolean unwanted, List<Check> checks) {}

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
    Dmarc.Judgement judgement = dmarc.judge(author);
    boolean aligned = false;
    boolean uncertain = judgement.failed();

    SpfCheck.Result sent = spf.check(mail.client(), mail.reversePath(), mail.helo());
    checks.add(new Check("spf", sent.result(), detail(sent.domain())));
    uncertain |= sent.result().equals("temperror");
    if (sent.result().equals("pass")) {
      aligned = dmarc.isAligned(sent.domain(), author, judgement, judgement.strictSpf());
    }

    List<DkimCheck.Outcome> signatures = dkim.check(mail.headers(), mail.content());
    if (signatures.isEmpty()) {
      checks.add(new Check("dkim", "none", Optional.empty()));
    }
    for (DkimCheck.Outcome signature : signatures) {
      checks.add(
          new Check(
              "dkim", signature.result(), detail(signature.selector() + "@" + signature.domain())));
      uncertain |= signature.result().equals("temperror");
      if (!aligned && signature.result().equals("pass")) {
        aligned = dmarc.isAligned(signature.domain(), author, judgement, judgement.strictDkim());
      }
    }

    String verdict =
        aligned ? "pass" : uncertain ? "temperror" : judgement.published() ? "fail" : "none";
    checks.add(new Check("dmarc", verdict, detail(author)));
    mail.tls().ifPresent(tls -> checks.add(new Check("tls", "pass", detail(tls))));
    return new Result(
        aligned, uncertain && !aligned, judgement.policy() == Dmarc.Policy.REJECT, checks);
  }

  /// Names in a trace are short and printable.
  private static Optional<String> detail(String text) {
    String shown = text.length() > 200 ? text.substring(0, 200) : text;
    return shown.isEmpty()
        ? Optional.empty()
        : Optional.of(shown.chars().anyMatch(Character::isISOControl) ? "?" : shown);
  }
}
