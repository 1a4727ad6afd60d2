package org.emsg.gateway.address;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.emsg.gateway.fixtures.RememberedAliases;
import org.emsg.gateway.fixtures.World;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Network;
import org.emsg.gateway.model.Reason;
import org.junit.jupiter.api.Test;

class RulesTest {
  private final Addressing addressing =
      MappedAddressing.of(
          World.MAPPING.replace(
              "rules: []",
              """
              rules:
                - match: "boss#partner.test"
                  network: smtp
                - match: "*#partner.test"
                  network: xmpp
                - match: "support#a.test"
                  rewrite: "helpdesk@tickets.test"
                  network: smtp
                - match: "old-*#a.test"
                  rewrite: "*#a.test"
                - match: "root#a.test"
                  reject: "403 nobody writes to root"
                - match: "*#spam.test"
                  reject: "410 not from there"
                - match: "*#*.spam.test"
                  reject: "410 not from there either"
                - match: "*#mail.test"
                  transit: {from: "*#xmpp.test"}
                - match: "dave#xmpp.test"
                  network: xmpp
                  transit: {from: ["erin#mail.test", "*#*.friends.test"]}
                - match: "*#moved.test"
                  rewrite: "moved-*#new.test"
                - match: "bridge#moved-here.test"
                  rewrite: "dave__xmpp.test#xmpp.a.test"
                - match: "*#a.test"
                  network: xmpp
                  strip-tag: true
              """),
          new RememberedAliases());

  @Test
  void theFirstThatMatchesWins() {
    assertThat(toHome("boss#partner.test"))
        .isEqualTo(
            new Target.On(
                Network.SMTP,
                new Address.Smtp("boss", "partner.test", "boss"),
                Transit.none(),
                "rule 1 (boss#partner.test)"));
    assertThat(toHome("anybody#partner.test"))
        .isEqualTo(
            new Target.On(
                Network.XMPP,
                new Address.Xmpp("anybody", "partner.test"),
                Transit.none(),
                "rule 2 (*#partner.test)"));
  }

  @Test
  void anAccountGoesBeforeTheRuleForItsName() {
    assertThat(toHome("support#a.test"))
        .isInstanceOfSatisfying(
            Target.Home.class,
            home -> {
              assertThat(home.account()).isEqualTo(new Address.Emsg("support", "a.test"));
              assertThat(home.otherwise())
                  .get()
                  .isInstanceOfSatisfying(
                      Target.On.class,
                      on -> {
                        assertThat(on.address().text()).isEqualTo("helpdesk@tickets.test");
                        assertThat(on.transit().allows(World.DAVE)).isTrue();
                      });
            });
  }

  @Test
  void aRewriteKeepsWhatTheStarStoodFor() {
    assertThat(toHome("old-alice#a.test"))
        .isInstanceOfSatisfying(
            Target.Home.class,
            home ->
                assertThat(home.otherwise())
                    .contains(
                        new Target.Home(World.ALICE, Optional.empty(), "rule 4 (old-*#a.test)")));
    assertThat(toHome("carol#moved.test"))
        .isEqualTo(
            new Target.Open("moved-carol", "new.test", Transit.none(), "rule 10 (*#moved.test)"));
  }

  @Test
  void aRewriteMayNameAnAlias() {
    assertThat(toHome("bridge#moved-here.test"))
        .isInstanceOfSatisfying(
            Target.On.class, on -> assertThat(on.address()).isEqualTo(World.DAVE));
  }

  @Test
  void aRejectionClosesAnAddressInBothDirections() {
    assertThat(toHome("root#a.test"))
        .isInstanceOfSatisfying(
            Target.Nobody.class,
            nobody ->
                assertThat(nobody.reason())
                    .isEqualTo(Reason.of(Reason.Kind.NOT_ALLOWED, "nobody writes to root")));
    Reason gone = Reason.of(Reason.Kind.GONE, "not from there");
    assertThat(toHome("x#spam.test")).isEqualTo(new Target.Nobody(gone, "rule 6 (*#spam.test)"));
    assertThat(addressing.resolve(Network.EMSG, new Address.Emsg("x__spam.test", "mail.a.test")))
        .isEqualTo(new Target.Nobody(gone, "rule 6 (*#spam.test)"));
    assertThat(addressing.rejected(new Address.Smtp("x", "spam.test", "x"))).contains(gone);
    assertThat(addressing.rejected(new Address.Smtp("x", "deep.spam.test", "x"))).isPresent();
    assertThat(addressing.rejected(new Address.Smtp("x", "nospam.test", "x"))).isEmpty();
    assertThat(addressing.rejected(World.ERIN)).isEmpty();
  }

  @Test
  void transitIsForWhomItsRuleNames() {
    Target erin =
        addressing.resolve(Network.XMPP, new Address.Xmpp("erin__mail.test", "mail.a.test"));
    assertThat(transit(erin).allows(World.DAVE)).isTrue();
    assertThat(transit(erin).allows(World.BOB)).isFalse();
    Target dave =
        addressing.resolve(
            Network.SMTP, new Address.Smtp("dave__xmpp.test", "xmpp.a.test", "dave__xmpp.test"));
    assertThat(transit(dave).allows(World.ERIN)).isTrue();
    assertThat(transit(dave).allows(new Address.Smtp("eve", "mail.test", "eve"))).isFalse();
    assertThat(transit(dave).allows(new Address.Smtp("eve", "x.friends.test", "eve"))).isTrue();
    assertThat(transit(dave).allows(new Address.Smtp("eve", "friends.test", "eve"))).isFalse();
  }

  @Test
  void aRuleForAnotherNetworkGivesAnAliasNothing() {
    Target mailOfPartner =
        addressing.resolve(Network.XMPP, new Address.Xmpp("dave__xmpp.test", "mail.a.test"));
    assertThat(transit(mailOfPartner).allows(World.ERIN)).isFalse();
    assertThat(((Target.On) mailOfPartner).network()).isEqualTo(Network.SMTP);
  }

  @Test
  void aTagIsStrippedTowardHomeUsersWhereARuleSaysSo() {
    Address tagged = new Address.Smtp("anna+news", "a.test", "anna+news");
    assertThat(addressing.resolve(Network.SMTP, tagged))
        .isInstanceOfSatisfying(
            Target.Home.class, home -> assertThat(home.account()).isEqualTo(World.ANNA));
    Addressing plain = MappedAddressing.of(World.MAPPING, new RememberedAliases());
    assertThat(plain.resolve(Network.SMTP, tagged)).isInstanceOf(Target.Nobody.class);
  }

  @Test
  void aNameThatNoAccountHasMayGoToTheOldServerOfTheDomain() {
    assertThat(toHome("carol#a.test"))
        .isInstanceOfSatisfying(
            Target.Home.class,
            home ->
                assertThat(home.otherwise())
                    .get()
                    .isInstanceOfSatisfying(
                        Target.On.class,
                        on ->
                            assertThat(on.address())
                                .isEqualTo(new Address.Xmpp("carol", "a.test"))));
  }

  private Target toHome(String address) {
    return addressing.resolve(
        Network.EMSG, ((Parsed.Valid) addressing.parse(Network.EMSG, address)).address());
  }

  private static Transit transit(Target target) {
    return switch (target) {
      case Target.On on -> on.transit();
      case Target.Open open -> open.transit();
      case Target.Home _, Target.Nobody _ -> Transit.none();
    };
  }
}
