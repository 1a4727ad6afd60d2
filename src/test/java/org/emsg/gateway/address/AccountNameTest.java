package org.emsg.gateway.address;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AccountNameTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "a",
        "_",
        "0",
        "alice",
        "alice.b-c_d",
        "_a_",
        "a.-.b",
        "a--b",
        "a_z",
        "_61lice",
        "x_zaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "x_zaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa1",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
      })
  void isWhatTheGrammarAllows(String name) {
    assertThat(AccountName.isValid(name)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ".",
        "-",
        ".a",
        "a.",
        "-a",
        "a-",
        "a..b",
        "a__b",
        "__",
        "Alice",
        "a b",
        "a+b",
        "ä",
        "a@b",
        "a#b",
        "a/b",
        "a\u0000",
        "x_zaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "_z234567abcdefghijklmnopqrstuvwxyz",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
      })
  void isNothingThatCouldBeTakenForAnAlias(String name) {
    assertThat(AccountName.isValid(name)).isFalse();
  }
}
