package org.emsg.gateway.address;

import java.util.Optional;
import org.emsg.gateway.address.Parsed.Invalid;
import org.emsg.gateway.address.Parsed.Valid;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Network;

/// Reads addresses in the grammar of their network and makes their normal form; pure, and knows
/// nothing of faces. Cost is bounded by the length of what is read, which is looked at first.
final class AddressParser {
  /// More than any valid address of any network, its resource included.
  private static final int MAX = 4096;

  private static final String BAD_DOMAIN = "the domain is no valid host name";

  private AddressParser() {}

  static Parsed parse(Network network, String text) {
    if (text.isEmpty()) {
      return new Invalid("the address is empty");
    }
    if (text.length() > MAX) {
      return new Invalid("the address is too long");
    }
    return switch (network) {
      case EMSG -> emsg(text);
      case XMPP -> xmpp(text);
      case SMTP -> smtp(text);
    };
  }

  /// The address of `local`, unquoted and empty for the domain itself, at `domain`.
  static Parsed of(Network network, String local, String domain) {
    Optional<String> host = Domains.normalize(domain);
    if (host.isEmpty()) {
      return new Invalid(
          domain.startsWith("[") ? "an address literal is not accepted" : BAD_DOMAIN);
    }
    return switch (network) {
      case EMSG ->
          local.isEmpty()
              ? new Valid(new Address.Emsg("", host.get()))
              : LocalParts.emsg(local)
                  .<Parsed>map(user -> new Valid(new Address.Emsg(user, host.get())))
                  .orElseGet(() -> new Invalid("the part before # is no valid EMSG user"));
      case XMPP ->
          local.isEmpty()
              ? new Valid(new Address.Xmpp("", host.get()))
              : LocalParts.xmpp(local)
                  .<Parsed>map(user -> new Valid(new Address.Xmpp(user, host.get())))
                  .orElseGet(() -> new Invalid("the part before @ is no valid JID local part"));
      case SMTP ->
          LocalParts.smtp(local, host.get())
              .<Parsed>map(Valid::new)
              .orElseGet(() -> new Invalid("the part before @ is no valid mailbox name"));
    };
  }

  /// `user#domain`, `#domain`; `@` for `#` (profile §1).
  private static Parsed emsg(String text) {
    char separator = text.indexOf('#') >= 0 ? '#' : '@';
    int at = text.indexOf(separator);
    if (at < 0) {
      return new Invalid("an EMSG address is user#domain");
    }
    return of(Network.EMSG, text.substring(0, at), text.substring(at + 1));
  }

  /// `[local@]domain[/resource]` (RFC 7622 §3.1).
  private static Parsed xmpp(String text) {
    int slash = text.indexOf('/');
    String bare = slash < 0 ? text : text.substring(0, slash);
    int at = bare.indexOf('@');
    if (at == 0) {
      return new Invalid("a JID has a local part before its @");
    }
    return of(Network.XMPP, at < 0 ? "" : bare.substring(0, at), bare.substring(at + 1));
  }

  /// `Mailbox` (RFC 5321 §4.1.2). Dots may stand anywhere in an unquoted local part, since there
  /// are mailboxes in use that are called `a..b` or `a.`.
  private static Parsed smtp(String text) {
    if (text.charAt(0) == '"') {
      return quotedSmtp(text);
    }
    int at = text.lastIndexOf('@');
    if (at <= 0) {
      return new Invalid("a mail address is local-part@domain");
    }
    for (int i = 0; i < at; i++) {
      if (text.charAt(i) == ' ' || "()<>[]:;@\\,\"".indexOf(text.charAt(i)) >= 0) {
        return new Invalid("the part before @ has a character that must be quoted");
      }
    }
    return of(Network.SMTP, text.substring(0, at), text.substring(at + 1));
  }

  private static Parsed quotedSmtp(String text) {
    StringBuilder local = new StringBuilder();
    for (int i = 1; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"') {
        return i + 1 < text.length() && text.charAt(i + 1) == '@'
            ? of(Network.SMTP, local.toString(), text.substring(i + 2))
            : new Invalid("a quoted local part is followed by @ and a domain");
      }
      if (c == '\\' && ++i == text.length()) {
        break;
      }
      local.append(text.charAt(i));
    }
    return new Invalid("the quoted local part does not end");
  }
}
