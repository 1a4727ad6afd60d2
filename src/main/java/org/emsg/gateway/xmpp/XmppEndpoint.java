package org.emsg.gateway.xmpp;

import org.apache.camel.Component;
import org.apache.camel.Consumer;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.support.DefaultEndpoint;

/// One end of the XMPP edge: `in` is read from, `out` is written to.
final class XmppEndpoint extends DefaultEndpoint {
  enum Direction {
    IN,
    OUT;

    static Direction of(String name) {
      return switch (name) {
        case "in" -> IN;
        case "out" -> OUT;
        default -> throw new IllegalArgumentException("there is xmpp:in and xmpp:out");
      };
    }
  }

  private final Direction direction;
  private final XmppInbox inbox;
  private final XmppLinks links;

  XmppEndpoint(
      String uri, Component component, Direction direction, XmppInbox inbox, XmppLinks links) {
    super(uri, component);
    this.direction = direction;
    this.inbox = inbox;
    this.links = links;
  }

  @Override
  public Producer createProducer() {
    if (direction == Direction.IN) {
      throw new IllegalArgumentException("xmpp:in is read from, xmpp:out is written to");
    }
    return new XmppProducer(this, links);
  }

  @Override
  public Consumer createConsumer(Processor processor) throws Exception {
    if (direction == Direction.OUT) {
      throw new IllegalArgumentException("xmpp:out is written to, xmpp:in is read from");
    }
    XmppConsumer consumer = new XmppConsumer(this, processor, inbox);
    configureConsumer(consumer);
    return consumer;
  }

  @Override
  public boolean isSingleton() {
    return true;
  }
}
