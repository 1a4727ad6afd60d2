package org.emsg.gateway.outbox;

import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.support.DefaultConsumer;
import org.emsg.gateway.model.Network;
import org.emsg.gateway.model.Outcome;
import org.emsg.gateway.model.Reason;
import org.emsg.gateway.outbox.OutboxComponent.Services;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Sends each message through its route, on a virtual thread: in goes an `OutboundMessage` (kept in
/// the property `outbound` too), out comes an `Outcome`. Whatever else comes out is our own fault:
/// the message is deferred, and counts as perhaps sent.
final class OutboxConsumer extends DefaultConsumer implements Sending {
  static final String OUTBOUND = "outbound";

  private static final Logger LOG = LoggerFactory.getLogger(OutboxConsumer.class);

  private final OutboxComponent component;
  private final Network network;
  private @Nullable LaneDispatcher dispatcher;

  OutboxConsumer(
      OutboxEndpoint endpoint, Processor processor, OutboxComponent component, Network network) {
    super(endpoint, processor);
    this.component = component;
    this.network = network;
  }

  @Override
  protected void doStart() throws Exception {
    super.doStart();
    begin();
  }

  @Override
  protected void doStop() throws Exception {
    end();
    super.doStop();
  }

  @Override
  protected void doSuspend() {
    end();
  }

  @Override
  protected void doResume() {
    begin();
  }

  private void begin() {
    Services services = component.services();
    LaneDispatcher made =
        new LaneDispatcher(
            services.node(),
            network,
            services.outbox(),
            component.elsewhere(network),
            this,
            services.settings(),
            services.clock(),
            services.random(),
            services.failed());
    dispatcher = made;
    made.start();
    component.started(made);
  }

  private void end() {
    LaneDispatcher made = dispatcher;
    if (made != null) {
      dispatcher = null;
      component.stopped(made);
      made.close();
    }
  }

  @Override
  public Outcome send(OutboundMessage message) {
    Exchange exchange = createExchange(false);
    try {
      exchange.setProperty(OUTBOUND, message);
      exchange.getMessage().setBody(message);
      getProcessor().process(exchange);
      @Nullable Exception failure = exchange.getException();
      if (failure != null) {
        return failed(message, failure);
      }
      return exchange.getMessage().getBody() instanceof Outcome outcome
          ? outcome
          : failed(message, new IllegalStateException("the route ended without an Outcome"));
    } catch (Exception e) {
      return failed(message, e);
    } finally {
      releaseExchange(exchange, false);
    }
  }

  private static Outcome failed(OutboundMessage message, Exception failure) {
    LOG.error(
        "{}: attempt {} over {} failed for a reason of our own, again later",
        message.envelope().trace(),
        message.attempt(),
        message.lane(),
        failure);
    return Outcome.Deferred.conversation(
            Reason.of(Reason.Kind.INTERNAL, "The gateway could not send the message."))
        .uncertain();
  }
}
