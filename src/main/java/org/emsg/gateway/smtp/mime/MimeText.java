package org.emsg.gateway.smtp.mime;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
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

  /// Text of a part.
  ///
  /// @param whole whether it is all that the part has
  record Decoded(String text, boolean whole) {}

  /// Decodes by the declared charset; where none is declared, or 8-bit text calls itself ASCII, as
  /// UTF-8 if it is that, else as windows-1252. Never fails. What is longer is cut before anything
  /// else is made of it: a text of short lines is many times as large once it is split.
  ///
  /// @param max characters at most
  static Decoded decode(byte[] bytes, String label, int max) {
    String name = label.strip().toLowerCase(Locale.ROOT);
    Optional<Charset> declared = charset(name);
    boolean vague = declared.isEmpty() || name.endsWith("ascii");
    if (vague) {
      return decode(bytes, StandardCharsets.UTF_8, CodingErrorAction.REPORT, max)
          .or(() -> decode(bytes, LAST_RESORT, CodingErrorAction.REPLACE, max))
          .orElseThrow();
    }
    return decode(bytes, declared.get(), CodingErrorAction.REPLACE, max).orElseThrow();
  }

  private static Optional<Decoded> decode(
      byte[] bytes, Charset charset, CodingErrorAction wrong, int max) {
    CharsetDecoder decoder =
        charset.newDecoder().onMalformedInput(wrong).onUnmappableCharacter(wrong);
    double most = Math.ceil(bytes.length * (double) decoder.maxCharsPerByte());
    CharBuffer out = CharBuffer.allocate((int) Math.min(max, most));
    CoderResult end = decoder.decode(ByteBuffer.wrap(bytes), out, true);
    if (end.isUnderflow()) {
      end = decoder.flush(out);
    }
    return end.isError()
        ? Optional.empty()
        : Optional.of(new Decoded(out.flip().toString(), end.isUnderflow()));
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
