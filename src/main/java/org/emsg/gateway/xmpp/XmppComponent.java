package org.emsg.gateway.xmpp;

import java.util.Map;
import org.apache.camel.Endpoint;
import org.apache.camel.support.DefaultComponent;

/// `xmpp:in` and `xmpp:out`: the ends of the XMPP edge in routes.
final class XmppComponent extends DefaultComponent {
  private final XmppInbox inbox;
  private final XmppLinks links;

  XmppComponent(XmppInbox inbox, XmppLinks links) {
    this.inbox = inbox;
    this.links = links;
  }

  @Override
  protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters) {
    return new XmppEndpoint(uri, this, XmppEndpoint.Direction.of(remaining), inbox, links);
  }
}
