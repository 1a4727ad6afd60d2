package org.emsg.gateway.smtp;

import java.time.Duration;
import java.util.concurrent.CompletionStage;
import org.emsg.gateway.gateway.Discovery;
import org.emsg.gateway.model.Network;
import org.emsg.gateway.net.Dns;
import org.emsg.gateway.net.MxTargets;

/// Whether a domain takes mail: it has an MX, and that is not a null MX (RFC 7505). A domain with
/// nothing but an address is not taken for one, although it may be (RFC 5321 §5.1): every web site
/// would be. Thread-safe, never blocks.
public final class SmtpDiscovery implements Discovery {
  private final Dns dns;

  public SmtpDiscovery(Dns dns) {
    this.dns = dns;
  }

  @Override
  public Network network() {
    return Network.SMTP;
  }

  @Override
  public CompletionStage<Answer> discover(String domain) {
    return dns.mx(domain).thenApply(answer -> answer(domain, answer));
  }

  private static Answer answer(String domain, Dns.Answer<Dns.Mx> answer) {
    return switch (answer) {
      case Dns.Answer.Found<Dns.Mx> found when MxTargets.declined(found.records()) ->
          new Answer.Absent("MX " + domain + " says: no mail", found.ttl());
      case Dns.Answer.Found<Dns.Mx> found ->
          new Answer.Serves(
              "MX " + domain + " → " + found.records().getFirst().target(), false, found.ttl());
      case Dns.Answer.None<Dns.Mx> none -> absent(domain, none.ttl());
      case Dns.Answer.Failed<Dns.Mx> failed ->
          new Answer.Unknown("MX " + domain + ": " + failed.why());
    };
  }

  private static Answer absent(String domain, Duration ttl) {
    return new Answer.Absent("no MX " + domain, ttl);
  }
}
