package org.emsg.gateway.text;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.Set;
import org.jsoup.nodes.Element;
import org.jsoup.nodes.Node;
import org.jsoup.nodes.TextNode;
import org.jsoup.select.Evaluator;
import org.jsoup.select.NodeVisitor;
import org.jsoup.select.QueryParser;

/// Reads a parsed HTML document out as plain text; one use, one thread.
final class HtmlReader implements NodeVisitor {
  /// What no reader sees, and what is no text.
  static final String HIDDEN =
      "script, style, head, title, template, noscript, object, embed, applet, iframe, frameset,"
          + " svg, math, canvas, audio, video, select, textarea, button, input,"
          + " [hidden], [style*='display:none'], [style*='display: none'],"
          + " [style*='visibility:hidden'], [style*='visibility: hidden'], [style*='mso-hide:all']";

  private static final Evaluator IS_HIDDEN = QueryParser.parse(HIDDEN);

  private static final Set<String> PARAGRAPHS =
      Set.of(
          "p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "pre", "blockquote", "table");
  private static final Set<String> LINES =
      Set.of(
          "div",
          "li",
          "tr",
          "dt",
          "dd",
          "section",
          "article",
          "header",
          "footer",
          "address",
          "center",
          "form",
          "fieldset",
          "figure",
          "figcaption",
          "main",
          "nav",
          "aside",
          "details");
  private static final int MAX_INDENT = 8;

  private final StringBuilder out = new StringBuilder();
  private final Deque<Integer> lists = new ArrayDeque<>();
  private final Deque<Integer> links = new ArrayDeque<>();
  private int hiddenBelow = -1;
  private int quotes;
  private int preformatted;
  private int wantedBreaks;
  private boolean gap;

  String text() {
    return out.toString();
  }

  @Override
  public void head(Node node, int depth) {
    if (hiddenBelow >= 0) {
      return;
    }
    if (node instanceof TextNode text) {
      write(text.getWholeText());
    } else if (node instanceof Element element) {
      if (element.is(IS_HIDDEN)) {
        hiddenBelow = depth;
      } else {
        open(element);
      }
    }
  }

  @Override
  public void tail(Node node, int depth) {
    if (hiddenBelow >= 0) {
      hiddenBelow = depth == hiddenBelow ? -1 : hiddenBelow;
    } else if (node instanceof Element element) {
      close(element);
    }
  }

  private void open(Element element) {
    String tag = element.normalName();
    breakFor(tag, element);
    switch (tag) {
      case "br" -> {
        wantedBreaks = 0;
        newLine();
      }
      case "hr" -> {
        wantBreaks(1);
        literal("---");
        wantBreaks(1);
      }
      case "ul" -> lists.push(-1);
      case "ol" -> lists.push(firstNumber(element));
      case "li" -> bullet();
      case "blockquote" -> {
        breakIfWanted();
        quotes++;
      }
      case "pre" -> preformatted++;
      case "a" -> links.push(out.length());
      case "img" -> {
        String alt = OneLine.of(element.attr("alt"), 200);
        if (!alt.isEmpty()) {
          literal("[" + alt + "]");
        }
      }
      case "td", "th" -> {
        if (element.previousElementSibling() != null) {
          literal("  ");
        }
      }
      default -> {}
    }
  }

  private void close(Element element) {
    String tag = element.normalName();
    switch (tag) {
      case "ul", "ol" -> lists.poll();
      case "pre" -> preformatted--;
      case "a" -> address(element.attr("href"));
      default -> {}
    }
    breakFor(tag, element);
    if (tag.equals("blockquote")) {
      quotes--;
    }
  }

  private void breakFor(String tag, Element element) {
    if (PARAGRAPHS.contains(tag)) {
      boolean nestedList = (tag.equals("ul") || tag.equals("ol")) && !lists.isEmpty();
      wantBreaks(nestedList || isIn(element, "li") ? 1 : 2);
    } else if (LINES.contains(tag)) {
      wantBreaks(1);
    }
  }

  private static boolean isIn(Element element, String tag) {
    Element parent = element.parent();
    return parent != null && parent.normalName().equals(tag);
  }

  private void bullet() {
    int depth = Math.min(Math.max(lists.size() - 1, 0), MAX_INDENT);
    Integer number = lists.peek();
    String mark = "- ";
    if (number != null && number >= 0) {
      lists.pop();
      lists.push(number + 1);
      mark = number + ". ";
    }
    literal("  ".repeat(depth) + mark);
    gap = false;
  }

  private static int firstNumber(Element list) {
    String start = list.attr("start");
    boolean number =
        !start.isEmpty() && start.length() < 7 && start.chars().allMatch(Character::isDigit);
    return number ? Integer.parseInt(start) : 1;
  }

  /// A link's address behind its text, unless the text says it already.
  private void address(String href) {
    Integer start = links.poll();
    if (start == null || !Html.isSafeLink(href)) {
      return;
    }
    String shown = OneLine.of(href, 2000);
    String text = out.substring(Math.min(start, out.length())).strip();
    if (!bare(shown).equals(bare(text))) {
      literal(text.isEmpty() ? shown : " (" + shown + ")");
    }
  }

  private static String bare(String link) {
    String low = link.toLowerCase(Locale.ROOT);
    for (String prefix : new String[] {"mailto:", "https://", "http://", "www."}) {
      low = low.startsWith(prefix) ? low.substring(prefix.length()) : low;
    }
    return low.endsWith("/") ? low.substring(0, low.length() - 1) : low;
  }

  private void write(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (preformatted > 0 && c == '\n') {
        breakIfWanted();
        newLine();
      } else if (preformatted == 0
          && (c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f')) {
        gap = true;
      } else {
        breakIfWanted();
        if (gap && !atLineStart()) {
          out.append(' ');
        }
        gap = false;
        prefixIfAtLineStart();
        out.append(c == '\u00A0' ? ' ' : c);
      }
    }
  }

  private void literal(String text) {
    breakIfWanted();
    if (gap && !atLineStart() && !text.startsWith(" ")) {
      out.append(' ');
    }
    gap = false;
    prefixIfAtLineStart();
    out.append(text);
  }

  private void wantBreaks(int count) {
    wantedBreaks = Math.max(wantedBreaks, count);
    gap = false;
  }

  private void breakIfWanted() {
    if (wantedBreaks > 0 && out.length() > 0) {
      int have = trailingBreaks();
      for (int i = have; i < wantedBreaks; i++) {
        newLine();
      }
    }
    wantedBreaks = 0;
  }

  private int trailingBreaks() {
    int count = 0;
    int i = out.length() - 1;
    while (i >= 0 && count < 2 && out.charAt(i) == '\n') {
      count++;
      i--;
    }
    return i < 0 ? 2 : count;
  }

  private void newLine() {
    if (quotes > 0 && atLineStart() && out.length() > 0) {
      prefixIfAtLineStart();
    }
    out.append('\n');
    gap = false;
  }

  private void prefixIfAtLineStart() {
    if (quotes > 0 && atLineStart()) {
      out.append("> ".repeat(Math.min(quotes, MAX_INDENT)));
    }
  }

  private boolean atLineStart() {
    return out.isEmpty() || out.charAt(out.length() - 1) == '\n';
  }
}
