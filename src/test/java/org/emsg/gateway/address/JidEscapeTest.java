package org.emsg.gateway.address;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JidEscapeTest {
  /// From XEP-0106 §5, and more.
  @ParameterizedTest
  @CsvSource({
    "space\\20cadet, space cadet",
    "call\\20me\\20\\22ishmael\\22, call me \"ishmael\"",
    "at\\26t\\20guy, at&t guy",
    "d\\27artagnan, d'artagnan",
    "\\2f.fanboy, /.fanboy",
    "\\3a\\3afoo\\3a\\3a, ::foo::",
    "\\3cfoo\\3e, <foo>",
    "user\\40host, user@host",
    "c\\3a\\net, c:\\net",
    "c\\3a\\5c20net, c:\\20net",
    "c\\5c5c, c\\5c",
  })
  void readsWhatWasEscaped(String jid, String meant) {
    assertThat(JidEscape.decode(jid)).contains(meant);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "plain",
        "c\\net",
        "\\20leading",
        "trailing\\20",
        "hash\\23sign",
        "letter\\61",
        "upper\\2F",
        "c\\5cnet",
        "half\\2",
        "end\\",
      })
  void leavesAloneWhatEncodingWouldNotGiveBack(String jid) {
    assertThat(JidEscape.decode(jid)).isEmpty();
  }
}
