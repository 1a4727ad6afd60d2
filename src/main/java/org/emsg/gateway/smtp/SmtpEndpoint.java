package org.emsg.gateway.smtp;

import org.apache.camel.Consumer;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.support.DefaultEndpoint;

/// One end of a route: mail that comes, or mail that goes.
final class SmtpEndpoint extends DefaultEndpoint {
  private final SmtpComponent component;

  SmtpEndpoint(String uri, SmtpComponent component) {
    super(uri, component);
    this.component = component;
  }

  @Override
  public Consumer createConsumer(Processor processor) throws Exception {
    SmtpConsumer consumer = new SmtpConsumer(this, processor, component.reception());
    configureConsumer(consumer);
    return consumer;
  }

  @Override
  public Producer createProducer() {
    return new SmtpProducer(this, component.client());
  }

  @Override
  public boolean isSingleton() {
    return true;
  }
}
