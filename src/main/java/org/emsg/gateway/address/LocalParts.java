package org.emsg.gateway.address;

import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.Locale;
import java.util.Optional;
import org.emsg.gateway.model.Address;
import rocks.xmpp.precis.PrecisProfiles;

/// The normal form of the part before the separator, on each network (`addresses.md`, "Normal
/// form"). All of these are idempotent, and refuse what they could not make so.
final class LocalParts {
  private static final int MAX_EMSG = 64;
  private static final int MAX_XMPP_OCTETS = 1023;
  private static final int MAX_SMTP_OCTETS = 64;

  /// What UsernameCaseMapped allows and a JID does not (RFC 7622 §3.3.1).
  private static final String NOT_IN_JIDS = "\"&'/:<>@";

  private LocalParts() {}

  /// An EMSG user (profile §1); never empty.
  static Optional<String> emsg(String user) {
    // Longer than any that could become short enough: what is refused costs nothing.
    if (user.length() > 4 * MAX_EMSG) {
      return Optional.empty();
    }
    return usernameCaseMapped(user)
        .filter(normal ->
            normal.codePointCount(0, normal.length()) <= MAX_EMSG
                && normal.indexOf('#') < 0
                && normal.indexOf('@') < 0);
  }

  /// A JID's local part (RFC 7622 §3.3); never empty.
  static Optional<String> xmpp(String local) {
    if (local.length() > MAX_XMPP_OCTETS) {
      return Optional.empty();
    }
    return usernameCaseMapped(local)
        .filter(normal ->
            normal.chars().noneMatch(c -> NOT_IN_JIDS.indexOf(c) >= 0)
                && octets(normal) <= MAX_XMPP_OCTETS);
  }

  /// A mailbox at `domain`, of its unquoted local part.
  static Optional<Address.Smtp> smtp(String unquoted, String domain) {
    if (unquoted.isEmpty() || unquoted.length() > MAX_SMTP_OCTETS || !isMailText(unquoted)) {
      return Optional.empty();
    }
    String spelling = nfc(unquoted);
    String lower = spelling.toLowerCase(Locale.ROOT);
    String local = nfc(lower);
    if (octets(spelling) > MAX_SMTP_OCTETS
        || octets(local) > MAX_SMTP_OCTETS
        || !local.toLowerCase(Locale.ROOT).equals(local)) {
      return Optional.empty();
    }
    return Optional.of(new Address.Smtp(local, domain, lower.equals(local) ? spelling : local));
  }

  /// UsernameCaseMapped (RFC 8265 §3.3).
  private static Optional<String> usernameCaseMapped(String text) {
    if (text.isEmpty()) {
      return Optional.empty();
    }
    if (isPrintableAscii(text)) {
      return Optional.of(text.toLowerCase(Locale.ROOT));
    }
    try {
      String once = PrecisProfiles.USERNAME_CASE_MAPPED.enforce(text);
      // RFC 8264 §7: a profile need not be idempotent; an identity must be.
      return once.equals(PrecisProfiles.USERNAME_CASE_MAPPED.enforce(once))
          ? Optional.of(once)
          : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static boolean isPrintableAscii(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c <= ' ' || c >= 0x7F) {
        return false;
      }
    }
    return true;
  }

  /// RFC 5321 §4.1.2 with RFC 6531 §3.3: no control characters; of Unicode's, no line ends and no
  /// half pairs.
  private static boolean isMailText(String text) {
    return text.codePoints()
        .noneMatch(c ->
            switch (Character.getType(c)) {
              case Character.CONTROL,
                  Character.LINE_SEPARATOR,
                  Character.PARAGRAPH_SEPARATOR,
                  Character.SURROGATE ->
                  true;
              default -> false;
            });
  }

  private static String nfc(String text) {
    return Normalizer.normalize(text, Normalizer.Form.NFC);
  }

  private static int octets(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }
}
