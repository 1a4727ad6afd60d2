package org.emsg.gateway.smtp;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.emsg.gateway.model.Reason;
import org.emsg.gateway.net.Dns;
import org.emsg.gateway.net.MxTargets;
import org.emsg.gateway.net.OutboundGuard;
import org.emsg.gateway.smtp.auth.DnsAnswers;

/// Which servers take the mail of a domain (RFC 5321 §5.1). Thread-safe; blocks for look-ups.
final class MailTargets {
  private static final int MAX_HOSTS = 5;
  private static final int MAX_ADDRESSES = 3;

  private final Dns dns;
  private final OutboundGuard guard;
  private final Predicate<String> isOurs;
  private final RandomGenerator random;

  /// @param isOurs whether a host is this gateway
  MailTargets(Dns dns, OutboundGuard guard, Predicate<String> isOurs, RandomGenerator random) {
    this.dns = dns;
    this.guard = guard;
    this.isOurs = isOurs;
    this.random = random;
  }

  /// One address of one server.
  record Target(String host, InetAddress address) {}

  /// What was found.
  sealed interface Found {
    /// In the order in which to try them; at least one.
    record Servers(List<Target> targets) implements Found {}

    /// None now; perhaps later.
    record Later(Reason reason) implements Found {}

    /// None at all.
    record Never(Reason reason) implements Found {}
  }

  Found find(String domain) {
    return switch (DnsAnswers.await(dns.mx(domain))) {
      case Dns.Answer.Found<Dns.Mx> found -> exchangers(found.records());
      case Dns.Answer.None<Dns.Mx> none ->
          none.nameExists()
              ? addresses(List.of(domain))
              : never("5.1.2", "There is no such domain.");
      case Dns.Answer.Failed<Dns.Mx> _ -> later();
    };
  }

  /// The addresses of a host that a setting names: it is exempt from the guard.
  Found configured(String host) {
    return switch (DnsAnswers.await(dns.addresses(host))) {
      case Dns.Answer.Found<InetAddress> found ->
          new Found.Servers(found.records().stream().map(at -> new Target(host, at)).toList());
      default ->
          new Found.Later(
              Reason.of(Reason.Kind.REMOTE_FAILURE, "The mail relay was not found.", "4.4.3"));
    };
  }

  private Found exchangers(List<Dns.Mx> records) {
    if (MxTargets.declined(records)) {
      return new Found.Never(
          Reason.of(Reason.Kind.NO_SUCH_SERVER, "The domain takes no mail.", "5.1.10"));
    }
    List<String> hosts = new ArrayList<>();
    int ours =
        records.stream()
            .filter(mx -> isOurs.test(mx.target()))
            .mapToInt(Dns.Mx::preference)
            .min()
            .orElse(Integer.MAX_VALUE);
    for (Dns.Mx mx : MxTargets.order(records, random)) {
      // A server does not send to those that are not better than itself (RFC 5321 §5.1).
      if (mx.preference() < ours && hosts.size() < MAX_HOSTS) {
        hosts.add(mx.target());
      }
    }
    return hosts.isEmpty()
        ? new Found.Never(
            Reason.of(Reason.Kind.LOOP, "The domain's mail comes back to this server.", "5.4.6"))
        : addresses(hosts);
  }

  private Found addresses(List<String> hosts) {
    List<Target> targets = new ArrayList<>();
    boolean uncertain = false;
    boolean refused = false;
    for (String host : hosts) {
      Dns.Answer<InetAddress> answer = DnsAnswers.await(dns.addresses(host));
      uncertain |= answer instanceof Dns.Answer.Failed<InetAddress>;
      List<InetAddress> found = answer.orNone();
      for (InetAddress address : found.subList(0, Math.min(found.size(), MAX_ADDRESSES))) {
        if (guard.refusal(host, address).isPresent()) {
          refused = true;
        } else {
          targets.add(new Target(host, address));
        }
      }
    }
    if (!targets.isEmpty()) {
      return new Found.Servers(targets);
    }
    if (uncertain) {
      return later();
    }
    return refused
        ? never("5.4.4", "The domain's mail servers are at addresses where no mail is sent to.")
        : never("5.4.4", "The domain has no mail server.");
  }

  private static Found later() {
    return new Found.Later(
        Reason.of(
            Reason.Kind.REMOTE_TIMEOUT, "The domain's mail server was not found now.", "4.4.3"));
  }

  private static Found never(String status, String text) {
    return new Found.Never(Reason.of(Reason.Kind.NO_SUCH_SERVER, text, status));
  }
}
