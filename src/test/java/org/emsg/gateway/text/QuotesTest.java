package org.emsg.gateway.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class QuotesTest {
  @Test
  void cutsTheHistoryBelowAnAnswerWithTheLineThatIntroducesIt() {
    Quotes.Split split =
        Quotes.split(
            """
            Yes, at noon.

            On Sun, 22 Nov 2026 at 12:00, Erin
            <erin@mail.test> wrote:

            > Lunch?
            >
            > > earlier\
            """);

    assertThat(split.own()).isEqualTo("Yes, at noon.");
    assertThat(split.rest())
        .hasValue(
            "On Sun, 22 Nov 2026 at 12:00, Erin\n<erin@mail.test> wrote:\n\n> Lunch?\n>\n> > earlier");
  }

  @Test
  void knowsAnIntroductionInAnyLanguage() {
    assertThat(Quotes.split("Ja.\n\nAm 22.11.2026 um 12:00 schrieb Erin:\n> Mittag?").own())
        .isEqualTo("Ja.");
    assertThat(Quotes.split("Oui\nLe 22/11/2026 à 12:00, Erin a écrit :\n> Midi ?").own())
        .isEqualTo("Oui");
  }

  @Test
  void cutsTheSignature() {
    Quotes.Split split = Quotes.split("Hello\n\n-- \nErin\nTel. 555");

    assertThat(split.own()).isEqualTo("Hello");
    assertThat(split.rest()).hasValue("-- \nErin\nTel. 555");
  }

  @Test
  void cutsASignatureAboveTheHistory() {
    Quotes.Split split = Quotes.split("Hello\n\n-- \nErin\n\nOn 1 Jan a@b.c wrote:\n> x");

    assertThat(split.own()).isEqualTo("Hello");
    assertThat(split.rest().orElseThrow()).startsWith("-- \nErin").endsWith("> x");
  }

  @Test
  void cutsACopyBehindARuleOrABlockOfHeaders() {
    assertThat(Quotes.split("Yes\n\n-----Original Message-----\nFrom: x\nhello").own())
        .isEqualTo("Yes");
    assertThat(
            Quotes.split(
                    "Ok\n\n________________________________\nFrom: Erin\nSent: Sunday\nTo: Alice\n"
                        + "Subject: Lunch\n\nLunch?")
                .own())
        .isEqualTo("Ok");
    assertThat(Quotes.split("Gut\n\nVon: Erin\nGesendet: heute\nAn: Alice\n\nMittag?").own())
        .isEqualTo("Gut");
  }

  @Test
  void keepsAForwardedMessage() {
    String forwarded =
        "FYI\n\n---------- Forwarded message ----------\nFrom: Erin\nDate: today\nTo: Bob\n\nhello";

    assertThat(Quotes.split(forwarded).own()).isEqualTo(forwarded);
  }

  @Test
  void keepsQuotationsBetweenTheLinesOfAnAnswer() {
    String text = "On 1 Jan Erin wrote:\n> one?\nyes\n> two?\nno";

    assertThat(Quotes.split(text)).isEqualTo(new Quotes.Split(text, java.util.Optional.empty()));
  }

  @Test
  void cutsOneQuotationAboveTheAnswer() {
    Quotes.Split split = Quotes.split("On 1 Jan Erin wrote:\n> one?\n> two?\n\nno");

    assertThat(split.own()).isEqualTo("no");
    assertThat(split.rest()).hasValue("On 1 Jan Erin wrote:\n> one?\n> two?");
  }

  @Test
  void neverCutsEverything() {
    for (String text :
        new String[] {
          "> all quoted", "-- \nsig", "", "On 1 Jan Erin wrote:\n> x", "> a\n\n-- \nb"
        }) {
      assertThat(Quotes.split(text).own()).isEqualTo(text);
    }
  }

  @Test
  void losesNothing() {
    String text = "a\n\n-- \nb\n\nOn 1 Jan x wrote:\n> c";
    Quotes.Split split = Quotes.split(text);

    assertThat((split.own() + split.rest().orElse("")).replaceAll("\\s", ""))
        .isEqualTo(text.replaceAll("\\s", ""));
  }
}
