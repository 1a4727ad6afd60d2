package org.emsg.gateway.text;

/// Plain text of several lines, as [org.emsg.gateway.model.Body] has it.
public final class PlainText {
  private PlainText() {}

  /// Lines end in `\n`, there is no control character but tab and newline, no unpaired surrogate,
  /// no blank at a line's end but that of a signature mark (`-- `), and no blank line at either
  /// end.
  public static String clean(String text) {
    StringBuilder out = new StringBuilder(text.length());
    int lineStart = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\r' || c == '\n' || c == '\u0085' || c == '\u2028' || c == '\u2029') {
        if (c == '\r' && i + 1 < text.length() && text.charAt(i + 1) == '\n') {
          i++;
        }
        endLine(out, lineStart);
        out.append('\n');
        lineStart = out.length();
      } else if (Character.isHighSurrogate(c)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        out.append(c).append(text.charAt(++i));
      } else if (Character.isSurrogate(c)) {
        out.append('\uFFFD');
      } else if (c == '\t' || !Character.isISOControl(c)) {
        out.append(c);
      }
    }
    endLine(out, lineStart);
    return trimBlankLines(out);
  }

  /// The first `max` characters at most, never half of a surrogate pair.
  public static String truncate(String text, int max) {
    if (text.length() <= max) {
      return text;
    }
    return text.substring(0, Character.isHighSurrogate(text.charAt(max - 1)) ? max - 1 : max);
  }

  private static void endLine(StringBuilder out, int lineStart) {
    int end = out.length();
    while (end > lineStart && isBlank(out.charAt(end - 1))) {
      end--;
    }
    boolean signatureMark =
        end == lineStart + 2
            && out.charAt(lineStart) == '-'
            && out.charAt(lineStart + 1) == '-'
            && out.length() > end;
    out.setLength(end);
    if (signatureMark) {
      out.append(' ');
    }
  }

  private static String trimBlankLines(StringBuilder out) {
    int start = 0;
    while (start < out.length() && out.charAt(start) == '\n') {
      start++;
    }
    int end = out.length();
    while (end > start && out.charAt(end - 1) == '\n') {
      end--;
    }
    return out.substring(start, end);
  }

  private static boolean isBlank(char c) {
    return c == ' ' || c == '\t' || c == '\u00A0';
  }
}
