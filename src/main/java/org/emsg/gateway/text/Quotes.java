package org.emsg.gateway.text;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Tells what somebody wrote from what their mail program added: the history that it quoted and the
/// signature.
///
/// A mail is read from its end: first the signature (`-- `, RFC 3676 §4.3), then a quoted message
/// with the line that introduces it, or a copy of it behind `-----Original Message-----` or a block
/// of its headers. One quotation at the top, with the answer below, goes too. Quotations between
/// the lines of an answer stay, since the answer means nothing without them; a forwarded message
/// stays, since it is what was sent.
public final class Quotes {
  private static final int INTRODUCTION_LINES = 3;
  private static final int INTRODUCTION_LENGTH = 300;
  private static final List<String> COPIED_HEADERS =
      List.of(
          "from:",
          "sent:",
          "date:",
          "to:",
          "cc:",
          "subject:",
          "von:",
          "gesendet:",
          "an:",
          "betreff:",
          "datum:",
          "de:",
          "envoyé:",
          "à:",
          "objet:",
          "enviado:",
          "para:",
          "asunto:",
          "da:",
          "inviato:",
          "a:",
          "oggetto:",
          "van:",
          "verzonden:",
          "aan:",
          "onderwerp:");

  private static final List<String> OPENINGS =
      List.of("On ", "Am ", "Le ", "El ", "Il ", "Op ", "Em ", "Den ", "W dniu ", "Dne ", "På ");

  private Quotes() {}

  /// A text in two parts.
  ///
  /// @param own what was written; never empty where the whole was not
  /// @param rest what was cut off, in its order
  public record Split(String own, Optional<String> rest) {}

  /// Splits a text that [PlainText#clean] made; one pass over its lines.
  public static Split split(String text) {
    String[] lines = text.split("\n", -1);
    int end = lines.length;
    end = beforeSignature(lines, end);
    end = beforeCopy(lines, end);
    end = beforeTrailingQuote(lines, end);
    end = beforeSignature(lines, end);
    end = withoutBlanks(lines, end);
    int start = afterLeadingQuote(lines, end);
    if (end <= start || (start == 0 && end == lines.length)) {
      return new Split(text, Optional.empty());
    }
    String cut = (join(lines, 0, start) + "\n\n" + join(lines, end, lines.length)).strip();
    return cut.isEmpty()
        ? new Split(text, Optional.empty())
        : new Split(join(lines, start, end).strip(), Optional.of(cut));
  }

  private static int beforeSignature(String[] lines, int end) {
    for (int i = end - 1; i > 0; i--) {
      if (lines[i].equals("-- ") && hasText(lines, 0, i)) {
        return i;
      }
      if (isQuoted(lines[i])) {
        return end;
      }
    }
    return end;
  }

  private static int beforeCopy(String[] lines, int end) {
    for (int i = 1; i < end; i++) {
      if (startsCopy(lines, i, end)) {
        return hasText(lines, 0, i) ? i : end;
      }
    }
    return end;
  }

  private static boolean startsCopy(String[] lines, int at, int end) {
    String line = lines[at].strip();
    if (line.startsWith("-----") && line.endsWith("-----") && line.length() > 12) {
      String words = line.toLowerCase(Locale.ROOT);
      return !words.contains("forward") && !words.contains("weitergeleitet") && hasLetter(words);
    }
    boolean ruled = line.length() >= 8 && line.chars().allMatch(c -> c == '_');
    int first = ruled ? nextText(lines, at + 1, end) : at;
    if (!ruled && !lines[at - 1].isBlank()) {
      return false;
    }
    int headers = 0;
    while (first + headers < end && headers < 3 && isCopiedHeader(lines[first + headers])) {
      headers++;
    }
    return headers == 3 && !forwardedAbove(lines, at);
  }

  private static boolean forwardedAbove(String[] lines, int at) {
    int above = at - 1;
    while (above >= 0 && lines[above].isBlank()) {
      above--;
    }
    return above >= 0 && lines[above].toLowerCase(Locale.ROOT).contains("forward");
  }

  private static boolean isCopiedHeader(String line) {
    String bare = line.strip();
    if (bare.startsWith("*")) {
      bare = bare.replace("*", "");
    }
    String words = PlainText.truncate(bare, 20).toLowerCase(Locale.ROOT);
    return COPIED_HEADERS.stream().anyMatch(words::startsWith);
  }

  private static int beforeTrailingQuote(String[] lines, int end) {
    int last = withoutBlanks(lines, end);
    int i = last;
    while (i > 0 && (isQuoted(lines[i - 1]) || lines[i - 1].isBlank())) {
      i--;
    }
    if (i == last || !anyQuoted(lines, i, last)) {
      return end;
    }
    int introduced = beforeIntroduction(lines, i);
    return hasText(lines, 0, introduced) ? introduced : end;
  }

  private static int afterLeadingQuote(String[] lines, int end) {
    int i = nextText(lines, 0, end);
    int introduced = i;
    while (i < end && i - introduced < INTRODUCTION_LINES && !isQuoted(lines[i])) {
      i++;
    }
    if (i == end
        || !isQuoted(lines[i])
        || (i > introduced && !isIntroduction(lines, introduced, withoutBlanks(lines, i)))) {
      return 0;
    }
    while (i < end && (isQuoted(lines[i]) || lines[i].isBlank())) {
      i++;
    }
    boolean answered =
        hasText(lines, i, end) && !anyQuoted(lines, i, end) && !lines[i].equals("-- ");
    return answered ? i : 0;
  }

  /// `On 22 Nov 2026, Erin wrote:`, perhaps broken over lines, in whatever language: it ends in a
  /// colon and bears a digit or an address. It begins at the nearest line with a word that such
  /// lines begin with, else it is as short as it can be.
  private static int beforeIntroduction(String[] lines, int quote) {
    int last = withoutBlanks(lines, quote);
    int shortest = quote;
    for (int first = last - 1; first >= 0 && last - first <= INTRODUCTION_LINES; first--) {
      if (lines[first].isBlank()) {
        break;
      }
      if (isIntroduction(lines, first, last)) {
        if (OPENINGS.stream().anyMatch(lines[first]::startsWith)) {
          return first;
        }
        shortest = shortest == quote ? first : shortest;
      }
    }
    return shortest;
  }

  private static boolean isIntroduction(String[] lines, int from, int to) {
    if (to <= from) {
      return false;
    }
    String joined = join(lines, from, to).strip();
    return joined.length() <= INTRODUCTION_LENGTH
        && (joined.endsWith(":") || joined.endsWith("\uFF1A"))
        && (joined.indexOf('@') >= 0 || joined.chars().anyMatch(Character::isDigit));
  }

  private static int withoutBlanks(String[] lines, int end) {
    int last = end;
    while (last > 0 && lines[last - 1].isBlank()) {
      last--;
    }
    return last;
  }

  private static int nextText(String[] lines, int from, int end) {
    int i = from;
    while (i < end && lines[i].isBlank()) {
      i++;
    }
    return i;
  }

  private static boolean hasText(String[] lines, int from, int to) {
    for (int i = from; i < to; i++) {
      if (!lines[i].isBlank() && !isQuoted(lines[i])) {
        return true;
      }
    }
    return false;
  }

  private static boolean anyQuoted(String[] lines, int from, int to) {
    for (int i = from; i < to; i++) {
      if (isQuoted(lines[i])) {
        return true;
      }
    }
    return false;
  }

  private static boolean isQuoted(String line) {
    return line.startsWith(">");
  }

  private static boolean hasLetter(String line) {
    return line.chars().anyMatch(Character::isLetter);
  }

  private static String join(String[] lines, int from, int to) {
    return String.join("\n", Arrays.asList(lines).subList(from, to));
  }
}
