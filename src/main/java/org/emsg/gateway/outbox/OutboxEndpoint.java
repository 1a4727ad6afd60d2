package org.emsg.gateway.outbox;

import org.apache.camel.Consumer;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.spi.UriEndpoint;
import org.apache.camel.support.DefaultEndpoint;
import org.emsg.gateway.model.Network;

/// One network's part of the outbox. Routes read from it; the intake alone writes.
@UriEndpoint(
    firstVersion = "1.0",
    scheme = "outbox",
    title = "Outbox",
    syntax = "outbox:network",
    consumerOnly = true)
final class OutboxEndpoint extends DefaultEndpoint {
  private final Network network;

  OutboxEndpoint(String uri, OutboxComponent component, Network network) {
    super(uri, component);
    this.network = network;
  }

  @Override
  public Producer createProducer() {
    throw new UnsupportedOperationException("only the intake puts messages into the outbox");
  }

  @Override
  public Consumer createConsumer(Processor processor) throws Exception {
    OutboxConsumer consumer =
        new OutboxConsumer(this, processor, (OutboxComponent) getComponent(), network);
    configureConsumer(consumer);
    return consumer;
  }
}
