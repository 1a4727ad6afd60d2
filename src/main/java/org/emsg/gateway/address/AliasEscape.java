package org.emsg.gateway.address;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Optional;

/// The alias escape: one way to write any native address with `[a-z0-9._-]`, which every network
/// takes for a local part.
///
/// `local` and `domain`, both in normal form, are joined by `__`. In each, `_` and every UTF-8 byte
/// outside `[a-z0-9.-]` become `_` and two lower-case hex digits; so does a `.` or `-` at either
/// end of the whole, and a `.` after a `.`. A result of more than 64 characters is replaced by its
/// longest prefix of whole escapes (the `__` counts as one) of at most 30 characters, `_z`, and the
/// first 32 digits of the lower-case base32 (RFC 4648 §6) of the SHA-256 of that result.
///
/// After a `_` comes a hex digit (a byte), `_` (the separator) or `z` (a hash), so that reading is
/// never in doubt; and since whatever is read is written again and compared, each address has one
/// alias only.
final class AliasEscape {
  static final int MAX = 64;

  private static final int MAX_PREFIX = 30;
  private static final int HASH_DIGITS = 32;
  private static final String HEX = "0123456789abcdef";
  private static final String BASE32 = "abcdefghijklmnopqrstuvwxyz234567";

  private AliasEscape() {}

  /// What an alias says by itself.
  record Parts(String local, String domain) {}

  /// The alias of a native address; `local` is empty where it is the domain's own.
  static String escape(String local, String domain) {
    byte[] head = local.getBytes(StandardCharsets.UTF_8);
    byte[] tail = domain.getBytes(StandardCharsets.UTF_8);
    StringBuilder alias = new StringBuilder(head.length + tail.length + 16);
    int cut = append(alias, head, true, false, 0);
    alias.append("__");
    cut = alias.length() <= MAX_PREFIX ? alias.length() : cut;
    cut = append(alias, tail, false, true, cut);
    return alias.length() <= MAX ? alias.toString() : hashed(alias, cut);
  }

  /// Appends one part, and returns where its last whole escape within the prefix ends.
  private static int append(
      StringBuilder alias, byte[] part, boolean first, boolean last, int cutBefore) {
    int cut = cutBefore;
    for (int i = 0; i < part.length; i++) {
      byte b = part[i];
      boolean atEnd = (first && i == 0) || (last && i == part.length - 1);
      if (isAlnum(b)
          || (b == '-' && !atEnd)
          || (b == '.' && !atEnd && !(i > 0 && part[i - 1] == '.'))) {
        alias.append((char) b);
      } else {
        alias.append('_').append(HEX.charAt((b >> 4) & 0xF)).append(HEX.charAt(b & 0xF));
      }
      cut = alias.length() <= MAX_PREFIX ? alias.length() : cut;
    }
    return cut;
  }

  private static String hashed(StringBuilder escaped, int cut) {
    byte[] hash = sha256(escaped.toString().getBytes(StandardCharsets.US_ASCII));
    StringBuilder alias = new StringBuilder(MAX).append(escaped, 0, cut).append("_z");
    for (int digit = 0; digit < HASH_DIGITS; digit++) {
      int bit = digit * 5;
      int pair = ((hash[bit / 8] & 0xFF) << 8) | (hash[bit / 8 + 1] & 0xFF);
      alias.append(BASE32.charAt((pair >> (11 - bit % 8)) & 31));
    }
    return alias.toString();
  }

  /// Reads an alias back. Empty where `alias` is none that `escape` would give, and for a hashed
  /// one, which only a look-up can read. Whether the parts are in normal form is not seen here.
  static Optional<Parts> unescape(String alias) {
    int separator = separatorOf(alias);
    if (separator < 0 || alias.length() > MAX) {
      return Optional.empty();
    }
    Optional<String> local = decode(alias, 0, separator);
    Optional<String> domain = decode(alias, separator + 2, alias.length());
    if (local.isEmpty() || domain.isEmpty() || domain.get().isEmpty()) {
      return Optional.empty();
    }
    Parts parts = new Parts(local.get(), domain.get());
    return escape(parts.local(), parts.domain()).equals(alias)
        ? Optional.of(parts)
        : Optional.empty();
  }

  /// Whether `text` has the form of a hashed alias.
  static boolean isHashed(String text) {
    int mark = text.length() - HASH_DIGITS - 2;
    if (mark < 0 || mark > MAX_PREFIX || !text.startsWith("_z", mark)) {
      return false;
    }
    for (int i = mark + 2; i < text.length(); i++) {
      if (BASE32.indexOf(text.charAt(i)) < 0) {
        return false;
      }
    }
    return true;
  }

  /// Where the one `__` is that is no part of an escape; -1 without one.
  private static int separatorOf(String alias) {
    for (int i = 0; i + 1 < alias.length(); i++) {
      if (alias.charAt(i) == '_') {
        if (alias.charAt(i + 1) == '_') {
          return i;
        }
        i += 2;
      }
    }
    return -1;
  }

  private static Optional<String> decode(String alias, int start, int end) {
    ByteBuffer bytes = ByteBuffer.allocate(end - start);
    for (int i = start; i < end; i++) {
      char c = alias.charAt(i);
      if (c == '_') {
        if (i + 2 >= end) {
          return Optional.empty();
        }
        int high = HEX.indexOf(alias.charAt(i + 1));
        int low = HEX.indexOf(alias.charAt(i + 2));
        if (high < 0 || low < 0) {
          return Optional.empty();
        }
        bytes.put((byte) ((high << 4) | low));
        i += 2;
      } else if (c < 0x80) {
        bytes.put((byte) c);
      } else {
        return Optional.empty();
      }
    }
    try {
      return Optional.of(StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString());
    } catch (CharacterCodingException e) {
      return Optional.empty();
    }
  }

  private static boolean isAlnum(byte b) {
    return (b >= 'a' && b <= 'z') || (b >= '0' && b <= '9');
  }

  private static byte[] sha256(byte[] input) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(input);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
