package org.emsg.gateway.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class HtmlTest {
  @Test
  void readsParagraphsAndBreaksAsLines() {
    assertThat(Html.toText("<p>Dear  Alice,</p><p>one<br>two</p><div>three</div>four"))
        .isEqualTo("Dear Alice,\n\none\ntwo\n\nthree\nfour");
  }

  @Test
  void readsListsWithTheirMarksAndNesting() {
    assertThat(
            Html.toText(
                "<p>Buy:</p><ul><li>milk<li>eggs<ul><li>brown</ul></ul><ol start=3><li>c<li>d</ol>"))
        .isEqualTo("Buy:\n\n- milk\n- eggs\n  - brown\n\n3. c\n4. d");
  }

  @Test
  void putsALinksAddressBehindItsTextUnlessTheTextSaysItAlready() {
    assertThat(Html.toText("See <a href='https://a.example/x'>the page</a> now"))
        .isEqualTo("See the page (https://a.example/x) now");
    assertThat(Html.toText("<a href='https://a.example/'>a.example</a>")).isEqualTo("a.example");
    assertThat(Html.toText("<a href='mailto:erin@mail.test'>erin@mail.test</a>"))
        .isEqualTo("erin@mail.test");
    assertThat(Html.toText("<a href='https://evil.test/'>https://bank.example</a>"))
        .isEqualTo("https://bank.example (https://evil.test/)");
    assertThat(Html.toText("<a href='javascript:alert(1)'>click</a>")).isEqualTo("click");
  }

  @Test
  void marksQuotations() {
    assertThat(
            Html.toText(
                "yes<blockquote>one<p>two</p><blockquote>three</blockquote></blockquote>after"))
        .isEqualTo("yes\n\n> one\n>\n> two\n>\n> > three\n\nafter");
  }

  @Test
  void keepsTheLinesOfPreformattedText() {
    assertThat(Html.toText("<pre>a\n  b\n\nc</pre>d")).isEqualTo("a\n  b\n\nc\n\nd");
  }

  @Test
  void readsNothingThatIsNotShown() {
    assertThat(
            Html.toText(
                "<head><title>t</title><style>p{}</style></head><script>alert(1)</script>"
                    + "<div style='display:none'>preheader</div><p hidden>x</p>"
                    + "<img src=x alt='a logo'><svg><text>y</text></svg>seen"))
        .isEqualTo("[a logo]seen");
  }

  @Test
  void separatesTheCellsOfATable() {
    assertThat(
            Html.toText(
                "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr></table>"))
        .isEqualTo("a  b\nc  d");
  }

  @Test
  void sanitisesToFormattingAndLinksOnly() {
    assertThat(
            Html.sanitise(
                "<p onclick=x style='background:url(http://t)'>a <b>bold</b>"
                    + "<script>alert(1)</script><img src='http://track/1.gif'>"
                    + "<a href='javascript:x'>j</a> <a href='https://a.example/?a=1&b=2'>l</a>"
                    + "<iframe src=x></iframe></p>"))
        .isEqualTo(
            "<p>a <b>bold</b><a rel=\"nofollow noopener noreferrer\">j</a> "
                + "<a href=\"https://a.example/?a=1&amp;b=2\""
                + " rel=\"nofollow noopener noreferrer\">l</a></p>");
  }

  @Test
  void showsPlainTextAsItIs() {
    assertThat(Html.fromText("1 < 2 & \"x\"\n<script>"))
        .isEqualTo("1 &lt; 2 &amp; &quot;x&quot;<br>\n&lt;script&gt;");
  }

  @Test
  void readsDeepNestingAndComesToAnEnd() {
    assertTimeoutPreemptively(
        Duration.ofMinutes(1),
        () -> {
          assertThat(Html.toText("<div>".repeat(90_000) + "deep")).isEqualTo("deep");
          assertThat(Html.toText("<blockquote>".repeat(20_000) + "deep")).endsWith("deep");
          assertThat(Html.toText("<ul><li>".repeat(20_000) + "deep")).endsWith("deep");
          assertThat(Html.toText("<b><i><a href=x>".repeat(3_000) + "deep")).contains("deep");
          assertThat(Html.sanitise("<table><tr><td>".repeat(5_000) + "deep")).contains("deep");
        });
  }

  @Test
  void survivesWhatIsNoHtml() {
    assertThat(Html.toText("")).isEmpty();
    assertThat(Html.toText("<")).isEqualTo("<");
    assertThat(Html.toText("a<!-- never closed")).isEqualTo("a");
    assertThat(Html.toText("&#0;&#x110000;&bogus; \u0000")).contains("&bogus;");
  }
}
