package org.emsg.gateway.address;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.emsg.gateway.address.AliasEscape.Parts;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AliasEscapeTest {
  private static final int GENERATED = 200_000;

  @ParameterizedTest
  @CsvSource({
    "dave, jabber.org, dave__jabber.org",
    "bob, other.net, bob__other.net",
    "erin, mail.example, erin__mail.example",
    "a_b, x.test, a_5fb__x.test",
    "erin+tag, x.test, erin_2btag__x.test",
    "'a b', x.test, a_20b__x.test",
    ".a..b., x.test, _2ea._2eb.__x.test",
    "-a--b-, x.test, _2da--b-__x.test",
    "a, x-, a__x_2d",
    "ü, x.test, _c3_bc__x.test",
    "'', jabber.org, __jabber.org",
  })
  void writesEachAddressInOneWay(String local, String domain, String alias) {
    assertThat(AliasEscape.escape(local, domain)).isEqualTo(alias);
    assertThat(AliasEscape.unescape(alias)).contains(new Parts(local, domain));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "_",
        "__",
        "a",
        "a__",
        "_61lice__x",
        "a_5Fb__x.test",
        "a_5g__x.test",
        "a_5__x.test",
        "a_2e__x.test",
        "a_2eb__x.test",
        ".a__x.test",
        "a..b__x.test",
        "-a__x.test",
        "a__x.test-",
        "a__x.test.",
        "a__b__x.test",
        "a_ff__x.test",
        "a_c3__x.test",
        "a_c0_af__x.test",
        "a_ed_a0_80__x.test",
        "A__x.test",
        "ä__x.test",
        "a+b__x.test",
        "a_zb__x.test",
        "a_",
        "a_5",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa__x.test",
        "dave_zaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
      })
  void readsNothingThatItWouldNotWrite(String alias) {
    assertThat(AliasEscape.unescape(alias)).isEmpty();
  }

  @Test
  void replacesWhatIsTooLongByItsBeginningAndItsHash() {
    String alias =
        AliasEscape.escape(
            "the.quick.brown.fox.jumps.over.the.lazy.dog.and.runs",
            "a.very.long.host.mail.example");
    assertThat(alias)
        .isEqualTo("the.quick.brown.fox.jumps.over_z2mv4wpized7vbcdwe6rjepes6ldbx6r7")
        .hasSizeLessThanOrEqualTo(AliasEscape.MAX);
    assertThat(AliasEscape.isHashed(alias)).isTrue();
    assertThat(AliasEscape.unescape(alias)).isEmpty();
  }

  @Test
  void neverCutsAnEscapeInTwo() {
    assertThat(AliasEscape.escape("a" + "_".repeat(30), "x.test"))
        .startsWith("a" + "_5f".repeat(9) + "_z");
    assertThat(AliasEscape.escape("a".repeat(29), "x".repeat(40)))
        .startsWith("a".repeat(29) + "_z");
    assertThat(AliasEscape.escape("a".repeat(28), "x".repeat(40)))
        .startsWith("a".repeat(28) + "___z");
  }

  @Test
  void exactlySixtyFourCharactersNeedNoHash() {
    String fits = AliasEscape.escape("a".repeat(56), "x.test");
    assertThat(fits).hasSize(64).doesNotContain("_z");
    assertThat(AliasEscape.isHashed(AliasEscape.escape("a".repeat(57), "x.test"))).isTrue();
  }

  @Test
  void everyGeneratedAddressComesBackAndNoTwoShareAnAlias() {
    Random random = new Random(20_261_122);
    Map<String, Parts> seen = new HashMap<>();
    int hashed = 0;
    for (int i = 0; i < GENERATED; i++) {
      Parts parts = new Parts(local(random), domain(random));
      String alias = AliasEscape.escape(parts.local(), parts.domain());
      assertThat(alias).hasSizeLessThanOrEqualTo(AliasEscape.MAX);
      assertThat(
              alias
                  .chars()
                  .allMatch(c -> "abcdefghijklmnopqrstuvwxyz0123456789._-".indexOf(c) >= 0))
          .as(alias)
          .isTrue();
      assertThat(AccountName.isValid(alias)).as(alias).isFalse();
      Parts before = seen.put(alias, parts);
      assertThat(before == null || before.equals(parts)).as(alias).isTrue();
      if (AliasEscape.isHashed(alias)) {
        hashed++;
        assertThat(AliasEscape.unescape(alias)).isEmpty();
      } else {
        assertThat(AliasEscape.unescape(alias)).as(alias).contains(parts);
      }
    }
    assertThat(hashed).isBetween(GENERATED / 50, GENERATED / 2);
    assertThat(seen).hasSizeGreaterThan(GENERATED / 2);
  }

  @Test
  void whateverIsReadIsWrittenInTheSameWayAgain() {
    Random random = new Random(5_888);
    int read = 0;
    for (int i = 0; i < GENERATED; i++) {
      StringBuilder text = new StringBuilder();
      int length = 3 + random.nextInt(12);
      while (text.length() < length) {
        text.append(ALIAS_PIECES[random.nextInt(ALIAS_PIECES.length)]);
      }
      Optional<Parts> parts = AliasEscape.unescape(text.toString());
      if (parts.isPresent()) {
        read++;
        assertThat(AliasEscape.escape(parts.get().local(), parts.get().domain()))
            .isEqualTo(text.toString());
      }
    }
    assertThat(read).isGreaterThan(1_000);
  }

  private static final String[] ALIAS_PIECES = {
    "a", "b", "0", ".", "-", "_", "__", "_5f", "_2e", "_2d", "_61", "_c3_bc", "_c3", "_z", "x.y"
  };

  private static final String[] LOCAL_PIECES = {
    "a", "b", "z", "0", "9", ".", "..", "-", "_", "__", "_z", "_61", "5f", " ", "+", "%", "\"",
    "\\", "@", "#", "ü", "ß", "а", "😀", "\u200f", "'", "alice"
  };

  private static String local(Random random) {
    StringBuilder local = new StringBuilder();
    int pieces = 1 + random.nextInt(random.nextInt(10) == 0 ? 40 : 6);
    for (int i = 0; i < pieces; i++) {
      local.append(LOCAL_PIECES[random.nextInt(LOCAL_PIECES.length)]);
    }
    return local.toString();
  }

  private static String domain(Random random) {
    String[] names = {"x", "jabber", "a-b", "xn--bcher-kva", "b.a", "z0"};
    StringBuilder domain = new StringBuilder();
    int labels = random.nextInt(random.nextInt(10) == 0 ? 12 : 3);
    for (int i = 0; i < labels; i++) {
      domain.append(names[random.nextInt(names.length)]).append('.');
    }
    return domain.append(random.nextBoolean() ? "org" : "test").toString();
  }
}
