package org.emsg.gateway.address;

/// The grammar of account names on home domains: `[a-z0-9_]([a-z0-9._-]*[a-z0-9_])?`, at most 64
/// characters, and nothing that could be taken for an alias.
public final class AccountName {
  /// The grammar in words, for whoever chose a name that is none.
  public static final String GRAMMAR =
      "1 to 64 of a-z 0-9 . _ -, beginning and ending with a letter, a digit or _,"
          + " without __, .. or the end of a hashed alias (_z and 32 digits)";

  private static final int MAX = 64;

  private AccountName() {}

  public static boolean isValid(String name) {
    if (name.isEmpty() || name.length() > MAX) {
      return false;
    }
    char previous = '.';
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      boolean inner = c == '.' || c == '-';
      if (!(isWord(c) || inner)
          || (inner && (i == 0 || i == name.length() - 1))
          || (i > 0 && c == previous && (c == '.' || c == '_'))) {
        return false;
      }
      previous = c;
    }
    return !AliasEscape.isHashed(name);
  }

  private static boolean isWord(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  }
}
