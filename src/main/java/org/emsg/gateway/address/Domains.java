package org.emsg.gateway.address;

import com.ibm.icu.text.IDNA;
import java.util.Optional;
import java.util.Set;

/// The normal form of domain names: UTS-46, non-transitional, to lower-case A-labels (profile §1).
public final class Domains {
  private static final int MAX = 253;
  private static final int MAX_LABEL = 63;

  private static final IDNA UTS46 =
      IDNA.getUTS46Instance(
          IDNA.USE_STD3_RULES
              | IDNA.CHECK_BIDI
              | IDNA.CHECK_CONTEXTJ
              | IDNA.CHECK_CONTEXTO
              | IDNA.NONTRANSITIONAL_TO_ASCII
              | IDNA.NONTRANSITIONAL_TO_UNICODE);

  /// Names such as `r3---sn-h5q7dnl.example` are in the DNS, whatever UTS-46 would like.
  private static final Set<IDNA.Error> TOLERATED = Set.of(IDNA.Error.HYPHEN_3_4);

  private Domains() {}

  /// The normal form of a host name; a final dot is dropped. Empty where it is none, an IP address
  /// among them.
  public static Optional<String> normalize(String name) {
    String domain =
        name.endsWith(".") && name.length() > 1 ? name.substring(0, name.length() - 1) : name;
    if (domain.isEmpty() || domain.length() > MAX) {
      return Optional.empty();
    }
    if (isPlain(domain)) {
      return endsInNumber(domain) ? Optional.empty() : Optional.of(domain);
    }
    return mapped(domain).filter(ascii -> !endsInNumber(ascii));
  }

  /// The form with U-labels, as XMPP has it on the wire (RFC 7622 §3.2), of a name in normal form.
  public static String toUnicode(String normal) {
    if (!normal.contains("xn--")) {
      return normal;
    }
    IDNA.Info info = new IDNA.Info();
    StringBuilder unicode = new StringBuilder(normal.length());
    UTS46.nameToUnicode(normal, unicode, info);
    return hasErrors(info) ? normal : unicode.toString();
  }

  private static Optional<String> mapped(String domain) {
    IDNA.Info info = new IDNA.Info();
    StringBuilder ascii = new StringBuilder(domain.length() + 16);
    UTS46.nameToASCII(domain, ascii, info);
    if (hasErrors(info) || ascii.isEmpty() || ascii.length() > MAX) {
      return Optional.empty();
    }
    // Some of what maps to a dot or to nothing is found only now.
    return ascii.charAt(ascii.length() - 1) == '.'
        ? normalize(ascii.toString())
        : Optional.of(ascii.toString());
  }

  private static boolean hasErrors(IDNA.Info info) {
    for (IDNA.Error error : info.getErrors()) {
      if (!TOLERATED.contains(error)) {
        return true;
      }
    }
    return false;
  }

  /// Whether the name is in normal form as it stands; most are, and need no tables.
  private static boolean isPlain(String domain) {
    int start = 0;
    for (int i = 0; i <= domain.length(); i++) {
      char c = i == domain.length() ? '.' : domain.charAt(i);
      if (c == '.') {
        if (!isPlainLabel(domain, start, i)) {
          return false;
        }
        start = i + 1;
      } else if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-')) {
        return false;
      }
    }
    return true;
  }

  private static boolean isPlainLabel(String domain, int start, int end) {
    return end > start
        && end - start <= MAX_LABEL
        && domain.charAt(start) != '-'
        && domain.charAt(end - 1) != '-'
        && !domain.startsWith("xn--", start);
  }

  /// `192.0.2.1` and its odd spellings: no top-level domain is a number.
  private static boolean endsInNumber(String domain) {
    int start = domain.lastIndexOf('.') + 1;
    boolean hex = domain.startsWith("0x", start);
    for (int i = hex ? start + 2 : start; i < domain.length(); i++) {
      if (Character.digit(domain.charAt(i), hex ? 16 : 10) < 0) {
        return false;
      }
    }
    return true;
  }
}
