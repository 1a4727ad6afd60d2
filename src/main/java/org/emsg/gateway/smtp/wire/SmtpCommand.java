package org.emsg.gateway.smtp.wire;

import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/// A command line of a client (RFC 5321 §4.1), read.
public sealed interface SmtpCommand {
  /// `HELO` or `EHLO`.
  record Hello(String name, boolean extended) implements SmtpCommand {}

  record StartTls() implements SmtpCommand {}

  /// `MAIL`, with what its parameters say.
  ///
  /// @param path the address as written between `<` and `>`, without a source route; empty for the
  ///   null sender
  /// @param size what the client says it will send; 0 where it says nothing
  record Mail(String path, long size, boolean utf8) implements SmtpCommand {}

  record Recipient(String path) implements SmtpCommand {}

  record Data() implements SmtpCommand {}

  record Reset() implements SmtpCommand {}

  record Noop() implements SmtpCommand {}

  record Quit() implements SmtpCommand {}

  record Verify() implements SmtpCommand {}

  /// It is none that we know, or has a fault: `reply` says so.
  record Wrong(SmtpReply reply) implements SmtpCommand {}

  /// Reads a line without its end. Pure; whatever the line is, there is an answer.
  static SmtpCommand parse(String line) {
    int end = line.indexOf(' ');
    String verb = (end < 0 ? line : line.substring(0, end)).toUpperCase(Locale.ROOT);
    String rest = end < 0 ? "" : line.substring(end + 1).strip();
    return switch (verb) {
      case "EHLO" -> hello(rest, true);
      case "HELO" -> hello(rest, false);
      case "MAIL" -> mail(rest);
      case "RCPT" -> recipient(rest);
      case "DATA" -> rest.isEmpty() ? new Data() : noParameters();
      case "RSET" -> rest.isEmpty() ? new Reset() : noParameters();
      case "STARTTLS" -> rest.isEmpty() ? new StartTls() : noParameters();
      case "QUIT" -> new Quit();
      case "NOOP" -> new Noop();
      case "VRFY" -> new Verify();
      case "AUTH", "EXPN", "HELP", "TURN", "ETRN", "BDAT" ->
          wrong(502, "5.5.1", "this server does not know " + verb);
      default -> wrong(500, "5.5.2", "no such command");
    };
  }

  private static SmtpCommand hello(String name, boolean extended) {
    boolean sane = !name.isEmpty() && name.length() <= 255 && name.indexOf(' ') < 0;
    return sane && name.chars().noneMatch(Character::isISOControl)
        ? new Hello(name, extended)
        : wrong(501, "5.5.4", "say who you are: EHLO your.name");
  }

  private static SmtpCommand mail(String rest) {
    PathAndRest read = path(rest, "FROM:");
    if (read == null) {
      return wrong(501, "5.5.4", "syntax: MAIL FROM:<address>");
    }
    long size = 0;
    boolean utf8 = false;
    Set<String> seen = new HashSet<>();
    for (String word : read.rest().split(" +", 16)) {
      int equals = word.indexOf('=');
      String name = (equals < 0 ? word : word.substring(0, equals)).toUpperCase(Locale.ROOT);
      String value = equals < 0 ? "" : word.substring(equals + 1);
      if (!word.isEmpty() && !seen.add(name)) {
        return wrong(501, "5.5.4", "a parameter is there twice");
      }
      switch (name) {
        case "" -> {}
        case "SIZE" -> {
          if (value.isEmpty()
              || value.length() > 15
              || !value.chars().allMatch(SmtpCommand::isDigit)) {
            return wrong(501, "5.5.4", "SIZE is a number of bytes");
          }
          size = Long.parseLong(value);
        }
        case "BODY" -> {
          if (!value.equalsIgnoreCase("7BIT") && !value.equalsIgnoreCase("8BITMIME")) {
            return wrong(501, "5.5.4", "BODY is 7BIT or 8BITMIME");
          }
        }
        case "SMTPUTF8" -> utf8 = true;
        default -> {
          return wrong(555, "5.5.4", "there is a parameter that this server does not know");
        }
      }
    }
    if (!utf8 && !isAscii(read.path())) {
      return wrong(553, "5.6.7", "an address beyond ASCII needs SMTPUTF8");
    }
    return new Mail(read.path(), size, utf8);
  }

  private static SmtpCommand recipient(String rest) {
    PathAndRest read = path(rest, "TO:");
    if (read == null || read.path().isEmpty()) {
      return wrong(501, "5.5.4", "syntax: RCPT TO:<address>");
    }
    if (!read.rest().isEmpty()) {
      return wrong(555, "5.5.4", "there is a parameter that this server does not know");
    }
    return new Recipient(read.path());
  }

  /// A path and what follows it.
  record PathAndRest(String path, String rest) {}

  private static @org.jspecify.annotations.Nullable PathAndRest path(String text, String keyword) {
    if (!text.regionMatches(true, 0, keyword, 0, keyword.length())) {
      return null;
    }
    String rest = text.substring(keyword.length()).stripLeading();
    int close = closing(rest);
    if (close < 0) {
      return null;
    }
    String path = rest.substring(1, close);
    if (path.startsWith("@")) {
      // A source route (RFC 5321 Appendix C): accepted and not used.
      int colon = path.indexOf(':');
      if (colon < 0) {
        return null;
      }
      path = path.substring(colon + 1);
    }
    String after = rest.substring(close + 1);
    boolean sane =
        path.length() <= 320
            && path.chars().noneMatch(c -> c < ' ' || c == 0x7F)
            && (after.isEmpty() || after.startsWith(" "));
    return sane ? new PathAndRest(path, after.strip()) : null;
  }

  /// Where the `>` is that ends the path; one in a quoted local part does not.
  private static int closing(String text) {
    if (!text.startsWith("<")) {
      return -1;
    }
    boolean quoted = false;
    for (int i = 1; i < text.length(); i++) {
      char c = text.charAt(i);
      if (quoted && c == '\\') {
        i++;
      } else if (c == '"') {
        quoted = !quoted;
      } else if (!quoted && c == '>') {
        return i;
      } else if (!quoted && (c == '<' || c == ' ')) {
        return -1;
      }
    }
    return -1;
  }

  private static SmtpCommand noParameters() {
    return wrong(501, "5.5.4", "this command takes no parameters");
  }

  private static SmtpCommand wrong(int code, String status, String text) {
    return new Wrong(SmtpReply.of(code, status, text));
  }

  private static boolean isDigit(int c) {
    return c >= '0' && c <= '9';
  }

  static boolean isAscii(String text) {
    return text.chars().allMatch(c -> c < 0x80);
  }
}
