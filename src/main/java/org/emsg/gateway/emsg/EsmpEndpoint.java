package org.emsg.gateway.emsg;

import org.apache.camel.Consumer;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.support.DefaultEndpoint;

/// `esmp:in`, which can be read from, or `esmp:out`, which can be sent to.
final class EsmpEndpoint extends DefaultEndpoint {
  private final EsmpComponent component;
  private final String direction;

  EsmpEndpoint(String uri, EsmpComponent component, String direction) {
    super(uri, component);
    this.component = component;
    this.direction = direction;
  }

  @Override
  public Producer createProducer() {
    if (!direction.equals("out")) {
      throw new IllegalArgumentException("messages are sent to esmp:out");
    }
    return new EsmpProducer(this, component.links(), component.config());
  }

  @Override
  public Consumer createConsumer(Processor processor) {
    if (!direction.equals("in")) {
      throw new IllegalArgumentException("messages are read from esmp:in");
    }
    return new EsmpConsumer(this, processor, component.inboxes());
  }

  @Override
  public boolean isSingleton() {
    return true;
  }
}
