package org.emsg.gateway.xmpp;

import java.util.Optional;
import java.util.function.Consumer;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.support.DefaultConsumer;
import org.emsg.gateway.gateway.IntakeResult;
import org.emsg.gateway.model.Reason;
import org.emsg.gateway.xmpp.XmppInbox.Refusal;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Runs received messages through the inbound route, in their order, without waiting for one before
/// the next; what the route ends with is the answer.
final class XmppConsumer extends DefaultConsumer implements XmppInbox.Route {
  private static final Logger LOG = LoggerFactory.getLogger(XmppConsumer.class);

  private final XmppInbox inbox;

  XmppConsumer(Endpoint endpoint, Processor processor, XmppInbox inbox) {
    super(endpoint, processor);
    this.inbox = inbox;
  }

  @Override
  protected void doStart() throws Exception {
    super.doStart();
    inbox.open(this);
  }

  @Override
  protected void doStop() throws Exception {
    inbox.close(this);
    super.doStop();
  }

  @Override
  public void process(XmppInbound inbound, Consumer<Optional<Refusal>> done) {
    Exchange exchange = createExchange(true);
    exchange.getMessage().setBody(inbound);
    getAsyncProcessor().process(exchange, _ -> done.accept(refusal(inbound, exchange)));
  }

  private static Optional<Refusal> refusal(XmppInbound inbound, Exchange exchange) {
    if (exchange.getException() != null) {
      LOG.error("{}: it is to come again", inbound.trace(), exchange.getException());
      return broken();
    }
    return switch (exchange.getMessage().getBody()) {
      case XmppInbound.Ignored(String why) -> {
        LOG.debug("{}: ignored: {}", inbound.trace(), why);
        yield Optional.empty();
      }
      case IntakeResult.Accepted _, IntakeResult.Duplicate _ -> Optional.empty();
      case IntakeResult.Refused refused -> {
        LOG.debug("{}: refused: {}", inbound.trace(), refused.reason().text());
        yield Optional.of(Refusal.lasting(refused.reason()));
      }
      case IntakeResult.Deferred deferred ->
          Optional.of(Refusal.passing(deferred.reason(), deferred.retryAfter()));
      case null, default -> broken();
    };
  }

  private static Optional<Refusal> broken() {
    return Optional.of(
        Refusal.passing(
            Reason.of(Reason.Kind.INTERNAL, "Something went wrong here."), Optional.empty()));
  }
}
