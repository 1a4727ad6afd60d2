package org.emsg.gateway.xmpp;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.support.DefaultConsumer;
import org.emsg.gateway.gateway.IntakeResult;
import org.emsg.gateway.model.Reason;
import org.jivesoftware.smack.packet.Message;
import org.jivesoftware.smack.packet.StanzaError;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Runs received messages through the inbound route, in their order, without waiting for one before
/// the next; what the route ends with is the answer.
final class XmppConsumer extends DefaultConsumer implements XmppInbox.Route {
  private static final Logger LOG = LoggerFactory.getLogger(XmppConsumer.class);

  /// How often an error that could not be taken is brought again: its sender will not.
  private static final int TRIES = 10;

  private static final Duration AGAIN = Duration.ofSeconds(3);

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
  public void process(XmppInbound inbound, Consumer<Optional<StanzaError>> done) {
    process(inbound, 1, done);
  }

  private void process(XmppInbound inbound, int attempt, Consumer<Optional<StanzaError>> done) {
    Exchange exchange = createExchange(true);
    exchange.getMessage().setBody(inbound);
    getAsyncProcessor()
        .process(
            exchange,
            _ -> {
              @Nullable Object body = exchange.getMessage().getBody();
              if (exchange.getException() != null) {
                LOG.error(
                    "{}: its sender is told to try again",
                    inbound.trace(),
                    exchange.getException());
                body = null;
              }
              answer(inbound, body, attempt, done);
            });
  }

  private void answer(
      XmppInbound inbound,
      @Nullable Object body,
      int attempt,
      Consumer<Optional<StanzaError>> done) {
    switch (body) {
      case XmppInbound.Ignored(String why) -> {
        LOG.debug("{}: ignored: {}", inbound.trace(), why);
        done.accept(Optional.empty());
      }
      case IntakeResult.Accepted _, IntakeResult.Duplicate _ -> done.accept(Optional.empty());
      case IntakeResult.Refused refused -> {
        LOG.debug("{}: refused: {}", inbound.trace(), refused.reason().text());
        done.accept(error(inbound, refused.reason(), false));
      }
      case IntakeResult.Deferred deferred -> {
        if (inbound.message().getType() == Message.Type.error && attempt < TRIES) {
          CompletableFuture.delayedExecutor(
                  deferred.retryAfter().orElse(AGAIN).toMillis(),
                  TimeUnit.MILLISECONDS,
                  Thread::startVirtualThread)
              .execute(() -> process(inbound, attempt + 1, done));
        } else {
          done.accept(error(inbound, deferred.reason(), true));
        }
      }
      case null, default ->
          done.accept(
              error(inbound, Reason.of(Reason.Kind.INTERNAL, "Something went wrong here."), true));
    }
  }

  /// An error is never answered by an error (RFC 6120 §8.3.1), and a receipt by nothing.
  private static Optional<StanzaError> error(XmppInbound inbound, Reason reason, boolean again) {
    Message message = inbound.message();
    boolean receipt =
        message.getBody() == null && Extensions.has(message, "received", Extensions.RECEIPTS);
    return message.getType() == Message.Type.error || receipt
        ? Optional.empty()
        : Optional.of(StanzaErrors.toError(reason, again));
  }
}
