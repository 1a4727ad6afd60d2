package org.emsg.gateway.address;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import org.emsg.gateway.model.Network;

/// Addresses as people type or paste them: with a URI scheme, with a leading `@`, or plain.
final class TypedForms {
  private static final int MAX = 8192;

  private TypedForms() {}

  static Parsed read(Addressing addressing, String typed) {
    if (typed.length() > MAX) {
      return new Parsed.Invalid("the address is too long");
    }
    String text = typed.strip();
    int colon = text.indexOf(':');
    String scheme = colon < 0 ? "" : text.substring(0, colon).toLowerCase(Locale.ROOT);
    return switch (scheme) {
      case "xmpp" -> uri(addressing, Network.XMPP, text.substring(colon + 1));
      case "mailto" -> uri(addressing, Network.SMTP, text.substring(colon + 1));
      case "acct" -> uri(addressing, Network.EMSG, text.substring(colon + 1));
      default -> {
        String plain = text.startsWith("@") && text.indexOf('@', 1) > 0 ? text.substring(1) : text;
        yield addressing.parse(Network.EMSG, plain);
      }
    };
  }

  /// Without query, percent-decoded. A `#` begins no fragment: none is of use here, and people
  /// paste `xmpp:bob#other.net@…`.
  private static Parsed uri(Addressing addressing, Network network, String rest) {
    int query = rest.indexOf('?');
    int end = query < 0 ? rest.length() : query;
    return decode(rest.substring(0, end))
        .map(text -> addressing.parse(network, text))
        .orElseGet(() -> new Parsed.Invalid("the address is wrongly percent-encoded"));
  }

  private static Optional<String> decode(String text) {
    byte[] raw = text.getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream decoded = new ByteArrayOutputStream(raw.length);
    for (int i = 0; i < raw.length; i++) {
      if (raw[i] != '%') {
        decoded.write(raw[i]);
        continue;
      }
      int high = i + 2 < raw.length ? Character.digit(raw[i + 1], 16) : -1;
      int low = i + 2 < raw.length ? Character.digit(raw[i + 2], 16) : -1;
      if (high < 0 || low < 0) {
        return Optional.empty();
      }
      decoded.write((high << 4) | low);
      i += 2;
    }
    try {
      return Optional.of(
          StandardCharsets.UTF_8
              .newDecoder()
              .decode(ByteBuffer.wrap(decoded.toByteArray()))
              .toString());
    } catch (CharacterCodingException e) {
      return Optional.empty();
    }
  }
}
