package org.emsg.gateway.address;

import java.util.Optional;

/// JID escaping (XEP-0106), read only: we never write it.
final class JidEscape {
  private static final String ESCAPED = " \"&'/:<>@\\";
  private static final String HEX = "0123456789abcdef";

  private JidEscape() {}

  /// What an escaped local part means. Empty where there is nothing escaped in it, or where
  /// encoding the result does not give `local` back (XEP-0106 §4.2).
  static Optional<String> decode(String local) {
    if (local.indexOf('\\') < 0) {
      return Optional.empty();
    }
    StringBuilder decoded = new StringBuilder(local.length());
    for (int i = 0; i < local.length(); i++) {
      int c = sequenceAt(local, i);
      decoded.append(c < 0 ? local.charAt(i) : (char) c);
      i += c < 0 ? 0 : 2;
    }
    String result = decoded.toString();
    return result.length() < local.length()
            && !result.startsWith(" ")
            && !result.endsWith(" ")
            && encode(result).equals(local)
        ? Optional.of(result)
        : Optional.empty();
  }

  private static String encode(String text) {
    StringBuilder encoded = new StringBuilder(text.length() + 8);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      // A backslash stays one unless it would read as the start of a sequence.
      if (ESCAPED.indexOf(c) < 0 || (c == '\\' && sequenceAt(text, i) < 0)) {
        encoded.append(c);
      } else {
        encoded.append('\\').append(HEX.charAt(c >> 4)).append(HEX.charAt(c & 0xF));
      }
    }
    return encoded.toString();
  }

  /// The character that the sequence at `i` stands for, -1 where there is none.
  private static int sequenceAt(String text, int i) {
    if (text.charAt(i) != '\\' || i + 2 >= text.length()) {
      return -1;
    }
    int high = HEX.indexOf(text.charAt(i + 1));
    int low = HEX.indexOf(text.charAt(i + 2));
    int c = (high << 4) | low;
    return high >= 0 && low >= 0 && ESCAPED.indexOf(c) >= 0 ? c : -1;
  }
}
