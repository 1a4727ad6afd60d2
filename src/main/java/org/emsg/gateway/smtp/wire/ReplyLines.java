package org.emsg.gateway.smtp.wire;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// One reply of a server, put together from its lines (RFC 5321 §4.2.1).
///
/// A client acts on the code alone, so the code is all that has to be right: a server that has
/// taken a message and says so with words that nobody can read must not get it a second time.
final class ReplyLines {
  private static final int MAX_LINES = 100;

  private final List<String> texts = new ArrayList<>(4);
  private String status = "";
  private int lines;

  /// The reply, once `line` is its last.
  ///
  /// @throws SmtpFault where the reply does not begin with a code, or does not end
  Optional<SmtpReply> take(String line) throws SmtpFault {
    lines++;
    int code = code(line);
    if ((code == 0 && texts.isEmpty()) || lines > MAX_LINES) {
      throw new SmtpFault(SmtpFault.Kind.NO_REPLY);
    }
    if (code == 0) {
      // A line break inside the text, put there by somebody who wrapped it.
      return Optional.empty();
    }
    texts.add(text(code, line.length() > 4 ? line.substring(4) : ""));
    return line.length() > 3 && line.charAt(3) == '-'
        ? Optional.empty()
        : Optional.of(new SmtpReply(code, status, texts));
  }

  private String text(int code, String said) {
    String found = EnhancedStatus.prefix(code, said);
    if (found.isEmpty()) {
      return said;
    }
    status = found;
    return said.substring(found.length()).strip();
  }

  /// 0 where there is none.
  private static int code(String line) {
    if (line.length() < 3 || (line.length() > 3 && Character.isLetterOrDigit(line.charAt(3)))) {
      return 0;
    }
    int code = 0;
    for (int i = 0; i < 3; i++) {
      int digit = line.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return 0;
      }
      code = 10 * code + digit;
    }
    return code < 200 || code > 599 ? 0 : code;
  }
}
