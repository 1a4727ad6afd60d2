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

    @Override
    public String text() {
      return local + '@' + domain;
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
