package org.emsg.gateway.emsg;

import java.util.Optional;

/// A protocol version (spec §11, Semantic Versioning 2.0.0); pre-release and build parts are
/// allowed, and mean nothing here.
record Version(int major, int minor, int patch) {
  static final Version OURS = new Version(0, 2, 0);

  static Optional<Version> parse(String text) {
    int end = 0;
    while (end < text.length() && text.charAt(end) != '-' && text.charAt(end) != '+') {
      end++;
    }
    if (end < text.length() && !isSuffix(text, end)) {
      return Optional.empty();
    }
    int first = text.indexOf('.');
    int second = text.indexOf('.', first + 1);
    if (first < 0 || second < 0 || second > end) {
      return Optional.empty();
    }
    int major = number(text, 0, first);
    int minor = number(text, first + 1, second);
    int patch = number(text, second + 1, end);
    return major < 0 || minor < 0 || patch < 0
        ? Optional.empty()
        : Optional.of(new Version(major, minor, patch));
  }

  /// Whether we can speak with a peer of version `text`.
  static boolean isSpoken(String text) {
    return parse(text).flatMap(OURS::spokenWith).isPresent();
  }

  /// What two sides speak: the lower minor version of one major version; empty where they differ in
  /// that.
  Optional<Version> spokenWith(Version other) {
    if (major != other.major) {
      return Optional.empty();
    }
    return Optional.of(other.minor < minor ? new Version(major, other.minor, 0) : this);
  }

  @Override
  public String toString() {
    return major + "." + minor + "." + patch;
  }

  private static boolean isSuffix(String text, int from) {
    for (int i = from + 1; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean allowed =
          c == '.' || c == '-' || c == '+' || (c < 0x80 && Character.isLetterOrDigit(c));
      if (!allowed) {
        return false;
      }
    }
    return from + 1 < text.length();
  }

  /// A number without leading zeros, or -1.
  private static int number(String text, int from, int to) {
    int length = to - from;
    if (length < 1 || length > 6 || (length > 1 && text.charAt(from) == '0')) {
      return -1;
    }
    int value = 0;
    for (int i = from; i < to; i++) {
      int digit = text.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return -1;
      }
      value = value * 10 + digit;
    }
    return value;
  }
}
