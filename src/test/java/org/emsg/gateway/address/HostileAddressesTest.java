package org.emsg.gateway.address;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.emsg.gateway.fixtures.RememberedAliases;
import org.emsg.gateway.fixtures.World;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Network;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// Addresses that try something, each with what must become of it (`hostile/addresses.tsv`).
class HostileAddressesTest {
  private final Addressing addressing = MappedAddressing.of(World.MAPPING, new RememberedAliases());

  private record Case(Network network, String text, String normal, String alias, String what) {}

  @TestFactory
  Stream<DynamicTest> becomesWhatItMustOrIsRefused() {
    return cases().stream().map(each -> dynamicTest(each.what(), () -> check(each)));
  }

  private void check(Case each) {
    Parsed parsed = addressing.parse(each.network(), each.text());
    if (each.normal().equals("-")) {
      assertThat(parsed)
          .isInstanceOfSatisfying(
              Parsed.Invalid.class,
              invalid -> {
                assertThat(invalid.why()).isNotBlank();
                assertThat(invalid.why().chars()).allMatch(c -> c >= ' ' && c < 0x7F);
              });
      return;
    }
    assertThat(parsed)
        .isInstanceOfSatisfying(
            Parsed.Valid.class,
            valid -> assertThat(valid.address().text()).isEqualTo(each.normal()));
    Address address = ((Parsed.Valid) parsed).address();
    assertThat(addressing.parse(each.network(), address.text())).isEqualTo(parsed);
    for (Network viewer : Network.values()) {
      if (viewer != each.network()) {
        Address shown = addressing.shownOn(viewer, address).orElseThrow();
        assertThat(shown.local()).isEqualTo(each.alias());
        assertThat(addressing.parse(viewer, shown.text())).isEqualTo(new Parsed.Valid(shown));
        assertThat(addressing.resolve(viewer, shown))
            .isInstanceOfSatisfying(
                Target.On.class, on -> assertThat(on.address()).isEqualTo(address));
      }
    }
  }

  @Test
  void noTwoOfThemShareAnAliasUnlessTheyAreOneAddress() {
    List<Case> valid = cases().stream().filter(each -> !each.normal().equals("-")).toList();
    assertThat(valid).hasSizeGreaterThan(40);
    for (Case one : valid) {
      for (Case other : valid) {
        if (one.network() == other.network()) {
          assertThat(one.alias().equals(other.alias()))
              .isEqualTo(one.normal().equals(other.normal()));
        }
      }
    }
  }

  private static List<Case> cases() {
    try (InputStream in =
        HostileAddressesTest.class.getResourceAsStream("/hostile/addresses.tsv")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.startsWith("#"))
          .map(HostileAddressesTest::read)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Case read(String line) {
    List<String> cells = List.of(line.split("\t", -1));
    return new Case(
        Network.valueOf(cells.get(0).toUpperCase(Locale.ROOT)),
        unescape(cells.get(1)),
        unescape(cells.get(2)),
        cells.get(3),
        cells.get(4));
  }

  private static String unescape(String text) {
    StringBuilder plain = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      if (text.startsWith("\\u", i)) {
        plain.append((char) HexFormat.fromHexDigits(text, i + 2, i + 6));
        i += 5;
      } else {
        plain.append(text.charAt(i));
      }
    }
    return plain.toString();
  }
}
