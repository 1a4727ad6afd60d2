package org.emsg.gateway.store;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Network;
import org.emsg.gateway.model.Reason;

/// The columns in which a value of the model is one text that people can read too.
final class StoredText {
  private StoredText() {}

  /// `xmpp:dave@xmpp.test`; mail addresses as they were spelled.
  static String of(Address address) {
    return switch (address) {
      case Address.Emsg emsg -> "emsg:" + emsg.text();
      case Address.Xmpp xmpp -> "xmpp:" + xmpp.text();
      case Address.Smtp smtp -> "smtp:" + smtp.spelling() + '@' + smtp.domain();
    };
  }

  /// The same for every spelling of one address: what rows are found by. `address` reads it too.
  static String key(Address address) {
    return address.network().label() + ':' + address.text();
  }

  /// The address that `of` wrote.
  ///
  /// @throws IllegalArgumentException where it is none
  static Address address(String text) {
    int colon = text.indexOf(':');
    if (colon < 0) {
      throw new IllegalArgumentException("a stored address names its network");
    }
    Network network = network(text.substring(0, colon));
    String name = text.substring(colon + 1);
    int at = name.lastIndexOf(network == Network.EMSG ? '#' : '@');
    String local = at < 0 ? "" : name.substring(0, at);
    String domain = name.substring(at + 1);
    return switch (network) {
      case EMSG -> new Address.Emsg(local, domain);
      case XMPP -> new Address.Xmpp(local, domain);
      case SMTP -> new Address.Smtp(local.toLowerCase(Locale.ROOT), domain, local);
    };
  }

  /// @throws IllegalArgumentException where we know none of that name
  static Network network(String label) {
    return known(label).orElseThrow(() -> UnknownLabel.of("network", label));
  }

  /// The network of a label; empty where it is one of another version.
  static Optional<Network> known(String label) {
    for (Network network : Network.values()) {
      if (network.label().equals(label)) {
        return Optional.of(network);
      }
    }
    return Optional.empty();
  }

  /// The constant of a name.
  ///
  /// @throws IllegalArgumentException where we know none of that name
  static <E extends Enum<E>> E constant(Class<E> type, String name) {
    for (E constant : type.getEnumConstants()) {
      if (constant.name().equals(name)) {
        return constant;
      }
    }
    throw UnknownLabel.of("kind", name);
  }

  static String of(List<Network> networks) {
    StringBuilder text = new StringBuilder();
    for (Network network : networks) {
      text.append(text.isEmpty() ? "" : ",").append(network.label());
    }
    return text.toString();
  }

  static List<Network> networks(String text) {
    List<Network> networks = new ArrayList<>();
    for (String label : text.isEmpty() ? new String[0] : text.split(",", -1)) {
      networks.add(network(label));
    }
    return networks;
  }

  /// Kind, status and text, a line each.
  static String of(Reason reason) {
    return reason.kind().name()
        + '\n'
        + oneLine(reason.status().orElse(""))
        + '\n'
        + reason.text().replace('\0', ' ');
  }

  /// The reason that `of` wrote.
  ///
  /// @throws IllegalArgumentException where it is none
  static Reason reason(String text) {
    String[] lines = text.split("\n", 3);
    if (lines.length < 3) {
      throw new IllegalArgumentException("a stored reason has three lines");
    }
    return new Reason(
        constant(Reason.Kind.class, lines[0]),
        lines[2],
        lines[1].isEmpty() ? Optional.empty() : Optional.of(lines[1]));
  }

  /// Free of control characters: fit for one line of a trace.
  static String oneLine(String text) {
    int at = 0;
    while (at < text.length() && !Character.isISOControl(text.charAt(at))) {
      at++;
    }
    if (at == text.length()) {
      return text;
    }
    StringBuilder clean = new StringBuilder(text);
    for (int i = at; i < clean.length(); i++) {
      if (Character.isISOControl(clean.charAt(i))) {
        clean.setCharAt(i, ' ');
      }
    }
    return clean.toString();
  }
}
