package org.emsg.gateway.xmpp;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.emsg.gateway.address.Addressing;
import org.emsg.gateway.gateway.Discovery;
import org.emsg.gateway.model.Network;
import org.emsg.gateway.net.Dns;
import org.emsg.gateway.net.SrvTargets;

/// Whether a domain is served by XMPP: a host of a server that we are joined to, or one whose SRV
/// records say so (RFC 6120 §3.2.1, XEP-0368). The bare address record that RFC 6120 §3.2.2 falls
/// back to is no evidence: every web site has one.
final class XmppDiscovery implements Discovery {
  private static final Duration LOCAL_TTL = Duration.ofHours(1);

  private final Dns dns;
  private final Addressing addressing;
  private final Set<String> localHosts;
  private final boolean joined;

  /// @param joined whether there is any component at all; without one nobody is served by XMPP
  XmppDiscovery(Dns dns, Addressing addressing, Set<String> localHosts, boolean joined) {
    this.dns = dns;
    this.addressing = addressing;
    this.localHosts = localHosts;
    this.joined = joined;
  }

  @Override
  public Network network() {
    return Network.XMPP;
  }

  @Override
  public CompletionStage<Answer> discover(String domain) {
    if (!joined) {
      return CompletableFuture.completedStage(
          new Answer.Absent("no XMPP component is set up here", LOCAL_TTL));
    }
    if (localHosts.contains(domain)) {
      return CompletableFuture.completedStage(
          new Answer.Serves("a host of our own XMPP server", false, LOCAL_TTL));
    }
    if (addressing.isOurs(domain)) {
      return CompletableFuture.completedStage(
          new Answer.Absent("we serve " + domain + " ourselves", LOCAL_TTL));
    }
    return ask("_xmpps-server._tcp.", domain)
        .thenCompose(secure ->
            secure instanceof Answer.Serves
                ? CompletableFuture.completedStage(secure)
                : ask("_xmpp-server._tcp.", domain).thenApply(plain -> better(secure, plain)));
  }

  private CompletionStage<Answer> ask(String service, String domain) {
    String name = service + domain;
    return dns.srv(name)
        .thenApply(answer ->
            switch (answer) {
              case Dns.Answer.Found<Dns.Srv> found when SrvTargets.declined(found.records()) ->
                  new Answer.Absent("SRV " + name + " says no", found.ttl());
              case Dns.Answer.Found<Dns.Srv> found ->
                  new Answer.Serves(
                      "SRV " + name + " → " + found.records().getFirst().target(),
                      false,
                      found.ttl());
              case Dns.Answer.None<Dns.Srv> none -> new Answer.Absent("no SRV " + name, none.ttl());
              case Dns.Answer.Failed<Dns.Srv> failed ->
                  new Answer.Unknown("SRV " + name + ": " + failed.why());
            });
  }

  /// Neither is certain to be absent before both are.
  private static Answer better(Answer secure, Answer plain) {
    return plain instanceof Answer.Absent && secure instanceof Answer.Unknown ? secure : plain;
  }
}
