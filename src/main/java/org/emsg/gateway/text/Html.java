package org.emsg.gateway.text;

import java.util.Locale;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Entities;
import org.jsoup.parser.Parser;
import org.jsoup.safety.Cleaner;
import org.jsoup.safety.Safelist;
import org.jsoup.select.NodeTraversor;

/// HTML from strangers.
///
/// What is longer than [#MAX] is cut before it is parsed, and elements nested deeper than
/// [#MAX_DEPTH] become siblings: the work is linear in what is left.
public final class Html {
  /// Characters that are looked at.
  public static final int MAX = 500_000;

  static final int MAX_DEPTH = 256;

  private static final Safelist SAFE =
      Safelist.none()
          .addTags(
              "a",
              "b",
              "blockquote",
              "br",
              "code",
              "dd",
              "del",
              "div",
              "dl",
              "dt",
              "em",
              "h1",
              "h2",
              "h3",
              "h4",
              "h5",
              "h6",
              "hr",
              "i",
              "li",
              "ol",
              "p",
              "pre",
              "q",
              "s",
              "small",
              "span",
              "strong",
              "sub",
              "sup",
              "table",
              "tbody",
              "td",
              "tfoot",
              "th",
              "thead",
              "tr",
              "u",
              "ul")
          .addAttributes("a", "href")
          .addAttributes("ol", "start")
          .addAttributes("td", "colspan", "rowspan")
          .addAttributes("th", "colspan", "rowspan")
          .addProtocols("a", "href", "http", "https", "mailto", "xmpp")
          .addEnforcedAttribute("a", "rel", "nofollow noopener noreferrer");

  private Html() {}

  /// The same text with plain formatting and links left, and nothing that runs, loads, tracks or
  /// styles. A fragment, to be put into a body.
  public static String sanitise(String html) {
    Document dirty = parse(html);
    dirty.select(HtmlReader.HIDDEN).remove();
    Document clean = new Cleaner(SAFE).clean(dirty);
    clean.outputSettings().prettyPrint(false).escapeMode(Entities.EscapeMode.xhtml);
    return clean.body().html().strip();
  }

  /// The text as a person would read it aloud: paragraphs and lists as lines, a link's address
  /// behind its text, quotations behind `> `. Clean by [PlainText#clean].
  public static String toText(String html) {
    HtmlReader reader = new HtmlReader();
    NodeTraversor.traverse(reader, parse(html).body());
    return PlainText.clean(reader.text());
  }

  /// Plain text as an HTML fragment that shows the same.
  public static String fromText(String text) {
    StringBuilder out = new StringBuilder(text.length() + 64);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '&' -> out.append("&amp;");
        case '<' -> out.append("&lt;");
        case '>' -> out.append("&gt;");
        case '"' -> out.append("&quot;");
        case '\'' -> out.append("&#39;");
        case '\n' -> out.append("<br>\n");
        default -> out.append(c);
      }
    }
    return out.toString();
  }

  /// Whether a link may be shown with its address.
  static boolean isSafeLink(String href) {
    String start = PlainText.truncate(href, 8).toLowerCase(Locale.ROOT);
    return start.startsWith("http://")
        || start.startsWith("https://")
        || start.startsWith("mailto:");
  }

  private static Document parse(String html) {
    Parser parser = Parser.htmlParser().setMaxDepth(MAX_DEPTH);
    return Jsoup.parse(PlainText.truncate(html, MAX), "", parser);
  }
}
