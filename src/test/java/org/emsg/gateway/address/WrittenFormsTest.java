package org.emsg.gateway.address;

import static org.assertj.core.api.Assertions.assertThat;

import org.emsg.gateway.fixtures.RememberedAliases;
import org.emsg.gateway.fixtures.World;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Network;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What people write for an address, and what is made of it.
class WrittenFormsTest {
  private final Addressing addressing = MappedAddressing.of(World.MAPPING, new RememberedAliases());

  @ParameterizedTest
  @CsvSource({
    "XMPP, bob#b.test@emsg.a.test, bob__b.test@emsg.a.test",
    "XMPP, bob\\40b.test@emsg.a.test, bob__b.test@emsg.a.test",
    "XMPP, Erin\\40Mail.test@mail.a.test/phone, erin__mail.test@mail.a.test",
    "XMPP, \\22john\\20smith\\22\\40mail.test@mail.a.test, john_20smith__mail.test@mail.a.test",
    "XMPP, erin__mail.test@mail.a.test, erin__mail.test@mail.a.test",
    "XMPP, alice#a.test@emsg.a.test, alice@emsg.a.test",
    "SMTP, bob#b.test@a.test, bob__b.test@a.test",
    "SMTP, '\"dave@xmpp.test\"@xmpp.a.test', dave__xmpp.test@xmpp.a.test",
    "SMTP, alice#a.test@a.test, alice@a.test",
  })
  void aReadableFormOnAFaceIsItsAlias(Network network, String written, String alias) {
    assertThat(addressing.parse(network, written))
        .isInstanceOfSatisfying(
            Parsed.Valid.class, valid -> assertThat(valid.address().text()).isEqualTo(alias));
  }

  @ParameterizedTest
  @CsvSource({
    "XMPP, erin\\40mail.test@xmpp.test",
    "XMPP, bob#b.test@xmpp.test",
    "XMPP, space\\20cadet@mail.a.test",
    "XMPP, c\\5cnet\\40mail.test@mail.a.test",
    "XMPP, erin\\23mail.test@mail.a.test",
    "SMTP, bob#b.test@mail.test",
  })
  void everywhereElseItStaysWhatItIs(Network network, String written) {
    assertThat(addressing.parse(network, written))
        .isInstanceOfSatisfying(
            Parsed.Valid.class, valid -> assertThat(valid.address().text()).isEqualTo(written));
  }

  @Test
  void aReadableFormThatIsTooLongToReadBackStillReachesWhomItMeans() {
    String erin = "e".repeat(40) + "@a.very.long.name.of.a.host.mail.test";
    Parsed read = addressing.parse(Network.XMPP, erin.replace("@", "\\40") + "@mail.a.test");
    assertThat(addressing.resolve(Network.XMPP, ((Parsed.Valid) read).address()))
        .isInstanceOfSatisfying(
            Target.On.class, on -> assertThat(on.address().text()).isEqualTo(erin));
  }

  @Test
  void aHashedAliasMeansNobodyUntilItWasShown() {
    Address erin =
        ((Parsed.Valid) addressing.parse(Network.SMTP, "e".repeat(60) + "@long.mail.test"))
            .address();
    Address guessed =
        new Address.Emsg(AliasEscape.escape(erin.local(), erin.domain()), "mail.a.test");
    assertThat(addressing.resolve(Network.EMSG, guessed)).isInstanceOf(Target.Nobody.class);
    assertThat(addressing.shownOn(Network.EMSG, erin)).contains(guessed);
    assertThat(addressing.resolve(Network.EMSG, guessed))
        .isInstanceOfSatisfying(Target.On.class, on -> assertThat(on.address()).isEqualTo(erin));
  }

  @Test
  void aClashOfHashesIsShownToNobody() {
    RememberedAliases taken = new RememberedAliases();
    Address erin = new Address.Smtp("e".repeat(60), "long.mail.test", "e".repeat(60));
    taken.put(AliasEscape.escape(erin.local(), erin.domain()), World.ERIN);
    Addressing clashing = MappedAddressing.of(World.MAPPING, taken);
    assertThat(clashing.shownOn(Network.EMSG, erin)).isEmpty();
    assertThat(clashing.shownOn(Network.XMPP, erin)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "dave#xmpp.test, dave#xmpp.test",
    "' Dave@XMPP.test ', dave#xmpp.test",
    "@erin@social.example, erin#social.example",
    "acct:erin@social.example, erin#social.example",
    "xmpp:dave@xmpp.test?message, dave@xmpp.test",
    "XMPP:dave%40home@xmpp.test, -",
    "xmpp:bob#b.test@emsg.a.test, bob__b.test@emsg.a.test",
    "mailto:john.smith@mail.test?subject=hello, john.smith@mail.test",
    "'mailto:%22john%20smith%22@mail.test', '\"john smith\"@mail.test'",
    "mailto:%zz@mail.test, -",
    "mailto:%ff@mail.test, -",
    "mailto:erin%0d%0aRCPT@mail.test, -",
    "dave, -",
    "'', -",
  })
  void readsWhatPeopleTypeOrPaste(String typed, String normal) {
    String read =
        addressing.parseAny(typed) instanceof Parsed.Valid(Address address) ? address.text() : "-";
    assertThat(read).isEqualTo(normal);
  }

  @ParameterizedTest
  @ValueSource(strings = {"d\u0430ve", "\u0430lice", "p\u0430yp\u0430l", "al\u03b9ce"})
  void whatMixesScriptsIsShownSpelledOutAndNeverPlain(String lookalike) {
    Address.Xmpp imposter = new Address.Xmpp(lookalike, "xmpp.test");
    assertThat(addressing.shownAtHome(imposter))
        .hasValueSatisfying(shown -> {
          assertThat(shown.domain()).isEqualTo("xmpp.a.test");
          assertThat(shown.local()).matches("[a-z0-9._-]+").contains("_");
        });
    assertThat(addressing.shownOn(Network.EMSG, imposter))
        .isNotEqualTo(addressing.shownOn(Network.EMSG, World.DAVE));
  }

  @ParameterizedTest
  @ValueSource(strings = {"jürgen", "дмитрий", "ελένη", "田中"})
  void aNameInOneScriptIsShownPlain(String name) {
    assertThat(addressing.shownAtHome(new Address.Xmpp(name, "xmpp.test")))
        .contains(new Address.Emsg(name, "xmpp.test"));
  }

  @Test
  void fullWidthAndComposedFormsAreOneAddress() {
    Parsed plain = addressing.parse(Network.XMPP, "dave@xmpp.test");
    assertThat(addressing.parse(Network.XMPP, "ＤＡＶＥ@ＸＭＰＰ。test")).isEqualTo(plain);
    assertThat(addressing.parse(Network.XMPP, "ju\u0308rgen@xmpp.test"))
        .isEqualTo(addressing.parse(Network.XMPP, "jürgen@xmpp.test"));
  }

  @Test
  void mailKeepsTheSpellingForSendingAndNotForIdentity() {
    Address erin = ((Parsed.Valid) addressing.parse(Network.SMTP, "Erin.O@Mail.Test")).address();
    assertThat(erin).isEqualTo(new Address.Smtp("erin.o", "mail.test", "erin.o"));
    assertThat(((Address.Smtp) erin).mailbox()).isEqualTo("Erin.O@mail.test");
  }

  @ParameterizedTest
  @CsvSource({
    "xn--mnchen-3ya.example, münchen.example",
    "xn--strae-oqa.example, straße.example",
    "jabber.org, jabber.org",
  })
  void domainsHaveTheirUnicodeFormToo(String normal, String unicode) {
    assertThat(Domains.toUnicode(normal)).isEqualTo(unicode);
    assertThat(Domains.normalize(unicode)).contains(normal);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ".",
        "..",
        "a..b",
        "-a.test",
        "a-.test",
        "1.2.3.4",
        "test.0x7f",
        "a b.test",
        "a_b.test",
        "xn--a.test",
        "xn--.test",
        "[::1]",
        "a/b",
        "a@b",
        "\u0000",
        "a\u200db.test",
        "\ud800.test"
      })
  void whatIsNoHostNameIsRefused(String name) {
    assertThat(Domains.normalize(name)).isEmpty();
  }
}
