package org.emsg.gateway.emsg;

import java.util.Map;
import org.apache.camel.Endpoint;
import org.apache.camel.support.DefaultComponent;

/// The scheme `esmp:`, with two endpoints: `esmp:in` is what sessions receive, `esmp:out` hands a
/// message to another domain's server.
final class EsmpComponent extends DefaultComponent {
  private final InboxSwitch inboxes;
  private final EsmpLinks links;
  private final EmsgConfig config;

  EsmpComponent(InboxSwitch inboxes, EsmpLinks links, EmsgConfig config) {
    this.inboxes = inboxes;
    this.links = links;
    this.config = config;
  }

  InboxSwitch inboxes() {
    return inboxes;
  }

  EsmpLinks links() {
    return links;
  }

  EmsgConfig config() {
    return config;
  }

  @Override
  protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters) {
    if (!remaining.equals("in") && !remaining.equals("out")) {
      throw new IllegalArgumentException("there is esmp:in and esmp:out, not esmp:" + remaining);
    }
    return new EsmpEndpoint(uri, this, remaining);
  }
}
