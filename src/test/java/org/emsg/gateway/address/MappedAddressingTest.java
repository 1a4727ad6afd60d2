package org.emsg.gateway.address;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.emsg.gateway.fixtures.RememberedAliases;
import org.emsg.gateway.fixtures.World;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Network;
import org.emsg.gateway.model.Reason;
import org.junit.jupiter.api.Test;

class MappedAddressingTest {
  private static final Address.Emsg ALIAS_OF_DAVE =
      new Address.Emsg("dave__xmpp.test", "xmpp.a.test");

  private final Addressing addressing = MappedAddressing.of(World.MAPPING, new RememberedAliases());

  @Test
  void aHomeUserIsThePlainAccountOnEmsgsFace() {
    assertThat(addressing.shownOn(Network.XMPP, World.ALICE))
        .contains(new Address.Xmpp("alice", "emsg.a.test"));
    assertThat(addressing.shownOn(Network.SMTP, World.ALICE)).contains(smtp("alice@a.test"));
    assertThat(addressing.shownOn(Network.EMSG, World.ALICE)).contains(World.ALICE);
  }

  @Test
  void aForeignUserIsThePlainRuleToAHomeUserAndAnAliasToAllOthers() {
    assertThat(addressing.shownAtHome(World.DAVE)).contains(new Address.Emsg("dave", "xmpp.test"));
    assertThat(addressing.shownOn(Network.EMSG, World.DAVE)).contains(ALIAS_OF_DAVE);
    assertThat(addressing.shownOn(Network.SMTP, World.DAVE))
        .contains(smtp("dave__xmpp.test@xmpp.a.test"));
    assertThat(addressing.shownOn(Network.XMPP, World.ERIN))
        .contains(new Address.Xmpp("erin__mail.test", "mail.a.test"));
    assertThat(addressing.shownOn(Network.SMTP, World.BOB)).contains(smtp("bob__b.test@a.test"));
  }

  @Test
  void anAliasMeansItsAddressOnItsNetwork() {
    assertThat(addressing.resolve(Network.EMSG, ALIAS_OF_DAVE))
        .isEqualTo(new Target.On(Network.XMPP, World.DAVE, Transit.none(), "alias on xmpp.a.test"));
    assertThat(addressing.resolve(Network.SMTP, smtp("bob__b.test@a.test")))
        .isEqualTo(new Target.On(Network.EMSG, World.BOB, Transit.none(), "alias on a.test"));
  }

  @Test
  void anAccountOnEmsgsFaceIsTheHomeUser() {
    Target alice = new Target.Home(World.ALICE, Optional.empty(), "home domain");
    assertThat(addressing.resolve(Network.XMPP, new Address.Xmpp("alice", "emsg.a.test")))
        .isEqualTo(alice);
    assertThat(addressing.resolve(Network.SMTP, smtp("Alice@A.test"))).isEqualTo(alice);
    assertThat(addressing.resolve(Network.EMSG, World.ALICE)).isEqualTo(alice);
  }

  @Test
  void aPlainForeignAddressIsOpenUntilItsNetworkIsKnown() {
    assertThat(addressing.resolve(Network.EMSG, new Address.Emsg("dave", "xmpp.test")))
        .isEqualTo(new Target.Open("dave", "xmpp.test", Transit.none(), "no rule"));
    assertThat(addressing.nativeOn(Network.XMPP, "dave", "xmpp.test"))
        .isEqualTo(new Parsed.Valid(World.DAVE));
  }

  @Test
  void anAliasThatIsNotWhatTheEscapeGivesIsNobody() {
    assertThat(
            addressing.resolve(Network.EMSG, new Address.Emsg("_64ave__xmpp.test", "xmpp.a.test")))
        .isInstanceOfSatisfying(
            Target.Nobody.class,
            nobody -> assertThat(nobody.reason().kind()).isEqualTo(Reason.Kind.NO_SUCH_USER));
  }

  private Address smtp(String text) {
    return addressing.parse(Network.SMTP, text) instanceof Parsed.Valid(Address address)
        ? address
        : World.MALLORY;
  }
}
