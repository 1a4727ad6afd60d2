package org.emsg.gateway.smtp.wire;

/// Enhanced mail system status codes (RFC 3463): `class.subject.detail`.
public final class EnhancedStatus {
  private static final int MAX = 9;

  private EnhancedStatus() {}

  /// The status that `text` begins with, where its class fits the reply code; else empty.
  public static String prefix(int code, String text) {
    int end = text.indexOf(' ');
    String word = end < 0 ? text : text.substring(0, end);
    return isStatus(word) && word.charAt(0) - '0' == code / 100 ? word : "";
  }

  public static boolean isStatus(String word) {
    if (word.length() < 5
        || word.length() > MAX
        || "245".indexOf(word.charAt(0)) < 0
        || word.charAt(1) != '.') {
      return false;
    }
    int dot = word.indexOf('.', 2);
    return isNumber(word, 2, dot) && isNumber(word, dot + 1, word.length());
  }

  private static boolean isNumber(String word, int from, int to) {
    if (to <= from || to - from > 3) {
      return false;
    }
    for (int i = from; i < to; i++) {
      if (word.charAt(i) < '0' || word.charAt(i) > '9') {
        return false;
      }
    }
    return true;
  }
}
