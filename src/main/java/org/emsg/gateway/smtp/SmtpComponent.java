package org.emsg.gateway.smtp;

import java.util.Map;
import org.apache.camel.Endpoint;
import org.apache.camel.support.DefaultComponent;

/// The Camel component `smtp:`. `smtp:in` is what the listener takes, `smtp:out` the way to other
/// servers.
final class SmtpComponent extends DefaultComponent {
  private final SmtpReception reception;
  private final SmtpClient client;

  SmtpComponent(SmtpReception reception, SmtpClient client) {
    this.reception = reception;
    this.client = client;
  }

  @Override
  protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters) {
    if (!remaining.equals("in") && !remaining.equals("out")) {
      throw new IllegalArgumentException("smtp:in or smtp:out, not smtp:" + remaining);
    }
    return new SmtpEndpoint(uri, this);
  }

  SmtpReception reception() {
    return reception;
  }

  SmtpClient client() {
    return client;
  }
}
