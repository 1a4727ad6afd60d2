package org.emsg.gateway.smtp;

import java.util.Optional;

/// Base 32 (RFC 4648 §6) in lower case and without padding: what survives in a local part that some
/// server folds to one case.
final class Base32 {
  private static final String ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";

  private Base32() {}

  static String encode(byte[] bytes) {
    StringBuilder out = new StringBuilder(bytes.length * 8 / 5 + 1);
    int held = 0;
    int bits = 0;
    for (byte b : bytes) {
      held = held << 8 | (b & 0xFF);
      bits += 8;
      while (bits >= 5) {
        bits -= 5;
        out.append(ALPHABET.charAt(held >>> bits & 31));
      }
    }
    if (bits > 0) {
      out.append(ALPHABET.charAt(held << (5 - bits) & 31));
    }
    return out.toString();
  }

  /// Empty where `text` is none; bits that make no whole byte are dropped.
  static Optional<byte[]> decode(String text) {
    byte[] out = new byte[text.length() * 5 / 8];
    int held = 0;
    int bits = 0;
    int length = 0;
    for (int i = 0; i < text.length(); i++) {
      int value = ALPHABET.indexOf(text.charAt(i));
      if (value < 0) {
        return Optional.empty();
      }
      held = held << 5 | value;
      bits += 5;
      if (bits >= 8) {
        bits -= 8;
        out[length++] = (byte) (held >>> bits);
      }
    }
    return Optional.of(out);
  }
}
