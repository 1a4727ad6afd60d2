package org.emsg.gateway.smtp.mime;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.util.Locale;
import java.util.Optional;

/// The bytes of a text part as text.
final class MimeText {
  private static final Charset LAST_RESORT = Charset.forName("windows-1252");

  private MimeText() {}

  /// The charset of that name, as mail programs use names; empty where there is none.
  static Optional<Charset> charset(String label) {
    String name = label.strip().toLowerCase(Locale.ROOT);
    if (name.isEmpty() || name.length() > 40) {
      return Optional.empty();
    }
    // What calls itself Latin-1 or ASCII is windows-1252 in truth, and a superset of both.
    if (name.equals("iso-8859-1") || name.equals("us-ascii") || name.equals("ascii")) {
      return Optional.of(LAST_RESORT);
    }
    try {
      return Optional.of(Charset.forName(name));
    } catch (IllegalCharsetNameException | UnsupportedCharsetException unknown) {
      return Optional.empty();
    }
  }

  /// Decodes by the declared charset; where none is declared, or 8-bit text calls itself ASCII, as
  /// UTF-8 if it is that, else as windows-1252. Never fails.
  static String decode(byte[] bytes, String label) {
    String name = label.strip().toLowerCase(Locale.ROOT);
    Optional<Charset> declared = charset(name);
    boolean vague = declared.isEmpty() || name.endsWith("ascii");
    if (vague || name.equals("utf-8") || name.equals("utf8")) {
      try {
        return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      } catch (CharacterCodingException notUtf8) {
        return new String(bytes, vague ? LAST_RESORT : StandardCharsets.UTF_8);
      }
    }
    return new String(bytes, declared.get());
  }

  /// Undoes `format=flowed` (RFC 3676 §4.2): a line that ends in a blank goes on in the next one of
  /// the same quote depth.
  static String unflow(String text, boolean deleteSpace) {
    StringBuilder out = new StringBuilder(text.length());
    int depthBefore = -1;
    boolean flowing = false;
    for (String line : text.split("\r?\n", -1)) {
      int depth = 0;
      while (depth < line.length() && line.charAt(depth) == '>') {
        depth++;
      }
      int start = depth < line.length() && line.charAt(depth) == ' ' ? depth + 1 : depth;
      String words = line.substring(start);
      boolean signature = words.equals("-- ");
      if (flowing && depth == depthBefore && !signature) {
        out.append(words);
      } else {
        if (depthBefore >= 0) {
          out.append('\n');
        }
        out.repeat('>', depth).append(depth > 0 ? " " : "").append(words);
      }
      flowing = words.endsWith(" ") && !signature;
      if (flowing && deleteSpace) {
        out.setLength(out.length() - 1);
      }
      depthBefore = depth;
    }
    return out.toString();
  }
}
