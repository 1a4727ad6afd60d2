package org.emsg.gateway.emsg;

import java.util.function.Consumer;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.support.DefaultConsumer;
import org.emsg.gateway.gateway.IntakeResult;
import org.emsg.gateway.model.TraceId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Sends each message that a session received through the route, and the route's answer back.
final class EsmpConsumer extends DefaultConsumer implements Inbox {
  private static final Logger LOG = LoggerFactory.getLogger(EsmpConsumer.class);

  private final InboxSwitch inboxes;

  EsmpConsumer(EsmpEndpoint endpoint, Processor processor, InboxSwitch inboxes) {
    super(endpoint, processor);
    this.inboxes = inboxes;
  }

  @Override
  protected void doStart() throws Exception {
    super.doStart();
    inboxes.open(this);
  }

  @Override
  protected void doStop() throws Exception {
    inboxes.close(this);
    super.doStop();
  }

  @Override
  public void submit(EsmpInbound inbound, Consumer<IntakeResult> answer) {
    Exchange exchange = createExchange(false);
    exchange.getMessage().setBody(inbound);
    TraceId trace = inbound.trace();
    getAsyncProcessor()
        .process(
            exchange,
            _ -> {
              IntakeResult result = result(exchange, trace);
              releaseExchange(exchange, false);
              answer.accept(result);
            });
  }

  private static IntakeResult result(Exchange exchange, TraceId trace) {
    Exception fault = exchange.getException();
    if (fault == null && exchange.getMessage().getBody() instanceof IntakeResult result) {
      return result;
    }
    LOG.error("{}: the route gave no answer; the sender is asked to try again", trace, fault);
    return Inbox.failed();
  }
}
