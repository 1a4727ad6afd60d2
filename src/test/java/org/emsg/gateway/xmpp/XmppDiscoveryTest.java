package org.emsg.gateway.xmpp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.emsg.gateway.address.MappedAddressing;
import org.emsg.gateway.fixtures.FakeDns;
import org.emsg.gateway.fixtures.RememberedAliases;
import org.emsg.gateway.fixtures.World;
import org.emsg.gateway.gateway.Discovery.Answer;
import org.junit.jupiter.api.Test;

class XmppDiscoveryTest {
  private final FakeDns dns = new FakeDns();
  private final XmppDiscovery discovery =
      new XmppDiscovery(
          dns,
          MappedAddressing.of(World.MAPPING, new RememberedAliases()),
          Set.of("xmpp.test"),
          true);

  @Test
  void knowsTheHostsOfItsOwnServerWithoutAsking() {
    assertThat(ask("xmpp.test")).isInstanceOf(Answer.Serves.class);
    assertThat(dns.asked()).isEmpty();
  }

  @Test
  void findsNobodyWhereNoComponentIsSetUp() {
    dns.srv("_xmpp-server._tcp.jabber.test", 5, 0, 5269, "one.jabber.test");
    XmppDiscovery off =
        new XmppDiscovery(
            dns, MappedAddressing.of(World.MAPPING, new RememberedAliases()), Set.of(), false);
    assertThat(off.discover("jabber.test").toCompletableFuture().join())
        .isInstanceOf(Answer.Absent.class);
    assertThat(dns.asked()).isEmpty();
  }

  @Test
  void findsAServerBySrv() {
    dns.srv("_xmpp-server._tcp.jabber.test", 5, 0, 5269, "one.jabber.test");
    dns.srv("_xmpps-server._tcp.direct.test", 5, 0, 5270, "two.direct.test");
    assertThat(ask("jabber.test"))
        .isInstanceOfSatisfying(
            Answer.Serves.class,
            serves -> {
              assertThat(serves.evidence())
                  .isEqualTo("SRV _xmpp-server._tcp.jabber.test → one.jabber.test");
              assertThat(serves.weak()).isFalse();
            });
    assertThat(ask("direct.test")).isInstanceOf(Answer.Serves.class);
  }

  @Test
  void takesADeclinedServiceForNone() {
    dns.srv("_xmpp-server._tcp.no.test", 0, 0, 0, "");
    assertThat(ask("no.test")).isInstanceOf(Answer.Absent.class);
    dns.srv("_xmpps-server._tcp.half.test", 0, 0, 0, "");
    dns.srv("_xmpp-server._tcp.half.test", 0, 0, 5269, "one.half.test");
    assertThat(ask("half.test")).isInstanceOf(Answer.Serves.class);
  }

  @Test
  void takesAnAddressForNoEvidence() {
    dns.address("web.test", "192.0.2.1");
    assertThat(ask("web.test")).isInstanceOf(Answer.Absent.class);
  }

  @Test
  void doesNotKnowWhereTheDnsDoesNotAnswer() {
    dns.failing("_xmpps-server._tcp.ill.test");
    assertThat(ask("ill.test")).isInstanceOf(Answer.Unknown.class);
    dns.failing("_xmpp-server._tcp.other.test");
    assertThat(ask("other.test")).isInstanceOf(Answer.Unknown.class);
  }

  @Test
  void leadsNobodyBackToOurselves() {
    dns.srv("_xmpp-server._tcp.emsg.a.test", 0, 0, 5269, "xmpp.test");
    assertThat(ask("emsg.a.test")).isInstanceOf(Answer.Absent.class);
  }

  private Answer ask(String domain) {
    return discovery.discover(domain).toCompletableFuture().join();
  }
}
