package org.emsg.gateway.xmpp;

import org.apache.camel.AsyncCallback;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.support.DefaultAsyncProducer;

/// Sends a message over its component's stream, and goes on once it is known what became of it.
final class XmppProducer extends DefaultAsyncProducer {
  private final XmppLinks links;

  XmppProducer(Endpoint endpoint, XmppLinks links) {
    super(endpoint);
    this.links = links;
  }

  @Override
  public boolean process(Exchange exchange, AsyncCallback callback) {
    XmppOutbound outbound = exchange.getMessage().getBody(XmppOutbound.class);
    if (outbound == null) {
      exchange.setException(new IllegalStateException("xmpp:out sends what xmppTranslateOut made"));
      callback.done(true);
      return true;
    }
    links.send(
        outbound.message(),
        outcome -> {
          exchange.getMessage().setBody(outcome);
          callback.done(false);
        });
    return false;
  }
}
