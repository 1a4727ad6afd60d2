package org.emsg.gateway.smtp.mime;

import java.util.Optional;

/// A mailbox as a header names it (RFC 5322 §3.4), read strictly: who wrote a mail must not depend
/// on who reads it.
///
/// @param name the words before the address, encoded words still in them; perhaps empty
/// @param address as written, `local@domain`
public record Mailbox(String name, String address) {
  private static final int MAX_COMMENTS = 16;

  /// The one mailbox that an unfolded field body names. Empty where there is none, where there is
  /// more than one, or where it could be read in two ways.
  public static Optional<Mailbox> parseOnly(String body) {
    StringBuilder words = new StringBuilder();
    StringBuilder angle = new StringBuilder();
    boolean inAngle = false;
    boolean closed = false;
    int i = 0;
    while (i < body.length()) {
      char c = body.charAt(i);
      if (c == '(' && !inAngle) {
        i = afterComment(body, i);
        if (i < 0) {
          return Optional.empty();
        }
        words.append(' ');
        continue;
      }
      if (c == '"') {
        int end = afterQuoted(body, i);
        if (end < 0 || closed) {
          return Optional.empty();
        }
        (inAngle ? angle : words).append(body, i, end);
        i = end;
        continue;
      }
      if (inAngle) {
        if (c == '>') {
          inAngle = false;
          closed = true;
        } else if (c == '<') {
          return Optional.empty();
        } else {
          angle.append(c);
        }
      } else if (c == '<' && !closed) {
        inAngle = true;
      } else if (c == ',' || c == ';' || c == '<' || c == '>' || c == ')') {
        return Optional.empty();
      } else if (closed && !Character.isWhitespace(c)) {
        return Optional.empty();
      } else {
        words.append(c);
      }
      i++;
    }
    if (inAngle) {
      return Optional.empty();
    }
    String address = (closed ? angle : words).toString().strip();
    String name = closed ? words.toString().strip() : "";
    return isAddress(address) ? Optional.of(new Mailbox(unquote(name), address)) : Optional.empty();
  }

  private static boolean isAddress(String address) {
    int at = address.lastIndexOf('@');
    return at > 0
        && at < address.length() - 1
        && address.length() <= 320
        && address.chars().noneMatch(c -> Character.isISOControl(c))
        && address.indexOf(' ', at) < 0
        && (address.startsWith("\"") || (address.indexOf('@') == at && address.indexOf(' ') < 0));
  }

  private static int afterComment(String body, int open) {
    int depth = 0;
    for (int i = open; i < body.length(); i++) {
      char c = body.charAt(i);
      if (c == '\\') {
        i++;
      } else if (c == '(') {
        if (++depth > MAX_COMMENTS) {
          return -1;
        }
      } else if (c == ')' && --depth == 0) {
        return i + 1;
      }
    }
    return -1;
  }

  private static int afterQuoted(String body, int open) {
    for (int i = open + 1; i < body.length(); i++) {
      char c = body.charAt(i);
      if (c == '\\') {
        i++;
      } else if (c == '"') {
        return i + 1;
      }
    }
    return -1;
  }

  private static String unquote(String name) {
    if (name.indexOf('"') < 0) {
      return name;
    }
    StringBuilder out = new StringBuilder(name.length());
    boolean quoted = false;
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (c == '"') {
        quoted = !quoted;
      } else if (c == '\\' && quoted && i + 1 < name.length()) {
        out.append(name.charAt(++i));
      } else {
        out.append(c);
      }
    }
    return out.toString().strip();
  }
}
