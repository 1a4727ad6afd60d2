package org.emsg.gateway.text;

import java.text.Normalizer;
import java.util.Locale;
import java.util.Optional;

/// Strings that strangers chose and that end up in a header, a list or a title: subjects, display
/// names, file names.
public final class OneLine {
  private static final int MAX_NAME = 100;
  private static final int MAX_FILE_NAME = 200;

  private OneLine() {}

  /// One line of at most `max` characters: white space and line breaks of all kinds become single
  /// blanks, control and format characters (those that turn the writing direction or hide
  /// themselves) go, the rest is in NFC. Perhaps empty.
  public static String of(String text, int max) {
    String bounded = PlainText.truncate(text, Math.multiplyExact(max, 4));
    StringBuilder out = new StringBuilder(Math.min(bounded.length(), max));
    boolean gap = false;
    int i = 0;
    while (i < bounded.length()) {
      int c = bounded.codePointAt(i);
      i += Character.charCount(c);
      if (Character.isWhitespace(c) || Character.isSpaceChar(c) || c == 0x85) {
        gap = out.length() > 0;
      } else if (isShown(c)) {
        if (gap) {
          out.append(' ');
          gap = false;
        }
        out.appendCodePoint(c);
      }
    }
    return PlainText.truncate(Normalizer.normalize(out, Normalizer.Form.NFC), max).stripTrailing();
  }

  /// A person's name to show beside their address; empty where nothing is left of it, or where it
  /// passes itself off as an address: whoever reads `ceo@bank.example` must be able to believe it.
  public static Optional<String> displayName(String name) {
    String line = of(name, MAX_NAME);
    String bare = unquoted(line);
    return bare.isEmpty() || looksLikeAnAddress(bare) ? Optional.empty() : Optional.of(bare);
  }

  /// A file's name: the last step of a path, without characters that some file system or shell
  /// takes for its own, and without a dot in front. `fallback` where nothing is left.
  public static String fileName(String name, String fallback) {
    String line = of(name, 4 * MAX_FILE_NAME);
    line = line.substring(Math.max(line.lastIndexOf('/'), line.lastIndexOf('\\')) + 1);
    StringBuilder out = new StringBuilder(line.length());
    line.codePoints().map(c -> "<>:\"|?*".indexOf(c) >= 0 ? '_' : c).forEach(out::appendCodePoint);
    int start = 0;
    while (start < out.length() && (out.charAt(start) == '.' || out.charAt(start) == ' ')) {
      start++;
    }
    String clean = shorten(out.substring(start));
    return clean.isEmpty() ? fallback : clean;
  }

  /// Keeps the extension, by which people tell what a file is.
  private static String shorten(String name) {
    if (name.length() <= MAX_FILE_NAME) {
      return name;
    }
    int dot = name.lastIndexOf('.');
    String extension = dot > 0 && name.length() - dot <= 12 ? name.substring(dot) : "";
    return PlainText.truncate(name, MAX_FILE_NAME - extension.length()) + extension;
  }

  private static boolean isShown(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.UNASSIGNED,
          Character.PRIVATE_USE,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          // The joiner that emoji sequences need hides nothing.
          c == 0x200D;
      default -> true;
    };
  }

  private static String unquoted(String name) {
    int start = 0;
    int end = name.length();
    while (end - start >= 2 && isQuote(name.charAt(start)) && isQuote(name.charAt(end - 1))) {
      start++;
      end--;
    }
    return name.substring(start, end).strip();
  }

  private static boolean isQuote(char c) {
    return c == '"' || c == '\'' || c == '`' || c == '\u201C' || c == '\u201D';
  }

  private static boolean looksLikeAnAddress(String name) {
    String flat = Normalizer.normalize(name, Normalizer.Form.NFKC).toLowerCase(Locale.ROOT);
    int at = flat.indexOf('@');
    return at >= 0 && flat.indexOf('.', at) > at;
  }
}
