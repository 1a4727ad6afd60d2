package org.emsg.gateway.model;

import java.util.Locale;
import java.util.Objects;

/// What a person, or a whole domain, is called on one network.
///
/// Parts are in normal form already (`address` makes it); two addresses of one network are the same
/// person exactly when they are equal. An address on one of our faces is an alias, and says nothing
/// by itself: `address.Faces` tells whom it means.
public sealed interface Address {
  /// The network on which this address is native.
  Network network();

  /// The part before the separator; empty where the address is the domain itself.
  String local();

  /// The domain, in lower-case A-labels.
  String domain();

  /// The address as its own network writes it.
  String text();

  /// `user#domain`, or `#domain` for the domain itself (profile §1).
  record Emsg(String local, String domain) implements Address {
    public Emsg {
      Objects.requireNonNull(local);
      requireDomain(domain);
    }

    @Override
    public Network network() {
      return Network.EMSG;
    }

    @Override
    public String text() {
      return local + '#' + domain;
    }

    /// The domain that answers for this address: itself without its user.
    public Emsg authority() {
      return local.isEmpty() ? this : new Emsg("", domain);
    }

    @Override
    public String toString() {
      return text();
    }
  }

  /// A bare JID (RFC 7622); resources are the XMPP edge's own business.
  record Xmpp(String local, String domain) implements Address {
    public Xmpp {
      Objects.requireNonNull(local);
      requireDomain(domain);
    }

    @Override
    public Network network() {
      return Network.XMPP;
    }

    @Override
    public String text() {
      return local.isEmpty() ? domain : local + '@' + domain;
    }

    @Override
    public String toString() {
      return text();
    }
  }

  /// A mailbox (RFC 5321 §4.1.2). Identity is `local` in lower case; `spelling` is the local part
  /// as its owner wrote it, unquoted, kept for sending and no part of identity.
  record Smtp(String local, String domain, String spelling) implements Address {
    public Smtp {
      requireDomain(domain);
      if (!spelling.toLowerCase(Locale.ROOT).equals(local)) {
        throw new IllegalArgumentException("spelling differs from the local part");
      }
    }

    @Override
    public Network network() {
      return Network.SMTP;
    }

    /// In normal form; the local part is quoted where its grammar asks for that.
    @Override
    public String text() {
      return quoted(local) + '@' + domain;
    }

    /// As its owner writes it: what goes into an SMTP command or a header.
    public String mailbox() {
      return quoted(spelling) + '@' + domain;
    }

    private static String quoted(String local) {
      if (isDotAtom(local)) {
        return local;
      }
      StringBuilder text = new StringBuilder(local.length() + 8).append('"');
      for (int i = 0; i < local.length(); i++) {
        char c = local.charAt(i);
        if (c == '"' || c == '\\') {
          text.append('\\');
        }
        text.append(c);
      }
      return text.append('"').toString();
    }

    /// RFC 5322 §3.2.3, with what RFC 6532 §3.2 adds to it.
    private static boolean isDotAtom(String local) {
      boolean dot = true;
      for (int i = 0; i < local.length(); i++) {
        char c = local.charAt(i);
        if (c == '.' && dot) {
          return false;
        }
        dot = c == '.';
        if (c <= ' ' || c == 0x7F || "()<>[]:;@\\,\"".indexOf(c) >= 0) {
          return false;
        }
      }
      return !dot;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Smtp that && local.equals(that.local) && domain.equals(that.domain);
    }

    @Override
    public int hashCode() {
      return Objects.hash(local, domain);
    }

    @Override
    public String toString() {
      return text();
    }
  }

  private static void requireDomain(String domain) {
    if (domain.isEmpty() || domain.length() > 253) {
      throw new IllegalArgumentException("a domain has 1 to 253 characters");
    }
  }
}
