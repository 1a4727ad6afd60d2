package org.emsg.gateway.address;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.emsg.gateway.address.Explanation.Name;
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

  @Test
  void facesAreTheDomainsThatEachNetworkSees() {
    assertThat(addressing.facesShownOn(Network.XMPP))
        .containsExactlyInAnyOrder("emsg.a.test", "mail.a.test");
    assertThat(addressing.facesShownOn(Network.SMTP))
        .containsExactlyInAnyOrder("a.test", "xmpp.a.test");
    assertThat(addressing.facesShownOn(Network.EMSG))
        .containsExactlyInAnyOrder("xmpp.a.test", "mail.a.test");
    assertThat(addressing.ownerOf("mail.a.test")).contains("a.test");
    assertThat(addressing.ownerOf("mail.test")).isEmpty();
  }

  @Test
  void anAliasOfAnAliasIsNobody() {
    for (String nested :
        List.of("alice__emsg.a.test", "dave_5f_5fxmpp.test__xmpp.a.test", "x__mail.a.test")) {
      assertThat(addressing.resolve(Network.EMSG, new Address.Emsg(nested, "xmpp.a.test")))
          .as(nested)
          .isInstanceOf(Target.Nobody.class);
    }
    assertThat(addressing.shownOn(Network.SMTP, new Address.Xmpp("alice", "emsg.a.test")))
        .isEmpty();
    assertThat(addressing.shownAtHome(new Address.Xmpp("alice", "emsg.a.test"))).isEmpty();
  }

  @Test
  void aFaceItselfIsAServerAndNoPerson() {
    assertThat(addressing.resolve(Network.XMPP, new Address.Xmpp("", "emsg.a.test")))
        .isInstanceOf(Target.Nobody.class);
    assertThat(addressing.resolve(Network.EMSG, new Address.Emsg("", "a.test")))
        .isInstanceOf(Target.Nobody.class);
  }

  @Test
  void aForeignUserOfOurOwnDomainIsShownAsAnAliasSoThatNobodyTakesThemForTheAccount() {
    Address.Xmpp legacy = new Address.Xmpp("alice", "a.test");
    assertThat(addressing.shownAtHome(legacy))
        .contains(new Address.Emsg("alice__a.test", "xmpp.a.test"));
    assertThat(addressing.resolve(Network.EMSG, new Address.Emsg("alice__a.test", "xmpp.a.test")))
        .isInstanceOfSatisfying(Target.On.class, on -> assertThat(on.address()).isEqualTo(legacy));
  }

  @Test
  void anAddressInTheGrammarOfAnotherNetworkMeansThatNetwork() {
    assertThat(addressing.resolve(Network.EMSG, World.DAVE))
        .isEqualTo(new Target.On(Network.XMPP, World.DAVE, Transit.none(), "named by the sender"));
    assertThat(addressing.resolve(Network.EMSG, new Address.Xmpp("alice", "emsg.a.test")))
        .isEqualTo(new Target.Home(World.ALICE, Optional.empty(), "home domain"));
  }

  @Test
  void aFurtherHomeDomainHasFacesOfItsOwnOrAliasesOnTheFirstOnes() {
    Addressing two =
        MappedAddressing.of(
            World.MAPPING.replace(
                "home: [a.test]",
                "home: [a.test, c.test, {domain: d.test, emsg: {xmpp: emsg.d.test, smtp: d.test}}]"),
            new RememberedAliases());
    Address.Emsg carol = new Address.Emsg("carol", "c.test");
    Address.Emsg dora = new Address.Emsg("dora", "d.test");
    assertThat(two.shownOn(Network.XMPP, carol))
        .contains(new Address.Xmpp("carol__c.test", "emsg.a.test"));
    assertThat(two.shownOn(Network.XMPP, dora)).contains(new Address.Xmpp("dora", "emsg.d.test"));
    assertThat(two.shownOn(Network.SMTP, dora)).contains(smtp("dora@d.test"));
    assertThat(two.ownerOf("emsg.d.test")).contains("d.test");
    assertThat(two.resolve(Network.XMPP, new Address.Xmpp("carol__c.test", "emsg.a.test")))
        .isEqualTo(new Target.Home(carol, Optional.empty(), "home domain"));
    assertThat(two.resolve(Network.XMPP, new Address.Xmpp("dora", "emsg.d.test")))
        .isEqualTo(new Target.Home(dora, Optional.empty(), "home domain"));
  }

  @Test
  void withoutAFaceNobodyIsShown() {
    Addressing faceless =
        MappedAddressing.of("home: [a.test]\nfaces: {}\n", new RememberedAliases());
    assertThat(faceless.shownOn(Network.XMPP, World.ALICE)).isEmpty();
    assertThat(faceless.shownOn(Network.EMSG, World.DAVE)).isEmpty();
    assertThat(faceless.shownAtHome(World.DAVE)).contains(new Address.Emsg("dave", "xmpp.test"));
    assertThat(faceless.shownAtHome(smtp("\"john smith\"@mail.test"))).isEmpty();
  }

  @Test
  void explainsWhatAnAddressBecomesEverywhere() {
    Explanation dave = Explanation.of(addressing, new Address.Emsg("dave", "xmpp.test"));
    assertThat(dave.target()).isInstanceOf(Target.Open.class);
    assertThat(dave.people())
        .extracting(Explanation.Person::address)
        .containsExactly(new Address.Emsg("dave", "xmpp.test"), World.DAVE, smtp("dave@xmpp.test"));
    Explanation.Person inXmpp = dave.people().get(1);
    assertThat(inXmpp.atHome()).contains(new Address.Emsg("dave", "xmpp.test"));
    assertThat(inXmpp.names())
        .containsExactly(
            new Name(Network.EMSG, Optional.of(ALIAS_OF_DAVE), Name.Kind.ALIAS),
            new Name(Network.XMPP, Optional.of(World.DAVE), Name.Kind.NATIVE),
            new Name(
                Network.SMTP, Optional.of(smtp("dave__xmpp.test@xmpp.a.test")), Name.Kind.ALIAS));
  }

  @Test
  void explainsAHomeUser() {
    Explanation alice = Explanation.of(addressing, smtp("alice@a.test"));
    assertThat(alice.people())
        .containsExactly(
            new Explanation.Person(
                World.ALICE,
                "home domain",
                Optional.of(World.ALICE),
                List.of(
                    new Name(Network.EMSG, Optional.of(World.ALICE), Name.Kind.NATIVE),
                    new Name(
                        Network.XMPP,
                        Optional.of(new Address.Xmpp("alice", "emsg.a.test")),
                        Name.Kind.ACCOUNT),
                    new Name(Network.SMTP, Optional.of(smtp("alice@a.test")), Name.Kind.ACCOUNT))));
  }

  private Address smtp(String text) {
    return addressing.parse(Network.SMTP, text) instanceof Parsed.Valid(Address address)
        ? address
        : World.MALLORY;
  }
}
