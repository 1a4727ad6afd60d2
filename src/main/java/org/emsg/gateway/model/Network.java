package org.emsg.gateway.model;

import java.util.Locale;

/// A network that the gateway is an edge of.
public enum Network {
  EMSG,
  XMPP,
  SMTP;

  private final String label = name().toLowerCase(Locale.ROOT);

  /// The name in settings, mapping rules, lanes and traces: `emsg`, `xmpp`, `smtp`.
  public String label() {
    return label;
  }
}
