package org.emsg.gateway.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class OneLineTest {
  @Test
  void aSubjectCannotStartAnotherHeader() {
    assertThat(OneLine.of("Hello\r\nBcc: mallory@evil.test\u2028x\u0000y", 200))
        .isEqualTo("Hello Bcc: mallory@evil.test xy");
  }

  @Test
  void turnsNoWritingDirection() {
    assertThat(OneLine.of("invoice\u202Efdp.exe", 100)).isEqualTo("invoicefdp.exe");
  }

  @Test
  void isBoundedAndNeverHalfACharacter() {
    assertThat(OneLine.of("\uD83D\uDE00".repeat(100), 5)).isEqualTo("\uD83D\uDE00\uD83D\uDE00");
    assertThat(OneLine.of("x".repeat(1_000_000), 10)).hasSize(10);
    assertThat(OneLine.of("a\uD800b", 10)).isEqualTo("ab");
  }

  @Test
  void aNameMayHoldMarkupAsTextButNoAddress() {
    assertThat(OneLine.displayName("\"<script>alert(1)</script>\""))
        .hasValue("<script>alert(1)</script>");
    assertThat(OneLine.displayName("'Erin E.'")).hasValue("Erin E.");
    assertThat(OneLine.displayName("ceo@bank.example")).isEmpty();
    assertThat(OneLine.displayName("CEO <ceo\uFF20bank.example>")).isEmpty();
    assertThat(OneLine.displayName(" \u200B\u202E ")).isEmpty();
    assertThat(OneLine.displayName("Erin @ work")).hasValue("Erin @ work");
  }

  @Test
  void aFileNameIsNoPath() {
    assertThat(OneLine.fileName("../../etc/passwd", "file")).isEqualTo("passwd");
    assertThat(OneLine.fileName("C:\\x\\con?.txt", "file")).isEqualTo("con_.txt");
    assertThat(OneLine.fileName("..", "file")).isEqualTo("file");
    assertThat(OneLine.fileName(".htaccess", "file")).isEqualTo("htaccess");
    assertThat(OneLine.fileName("a\r\nb.txt", "file")).isEqualTo("a b.txt");
    assertThat(OneLine.fileName("x".repeat(500) + ".pdf", "file")).hasSize(200).endsWith(".pdf");
  }

  @Test
  void plainTextHasOneKindOfLineEnd() {
    assertThat(PlainText.clean("\r\n a \r\nb\r\rc\u0007\u0000\n-- \nx  \n\n"))
        .isEqualTo(" a\nb\n\nc\n-- \nx");
  }
}
