package org.emsg.gateway.smtp;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.support.DefaultConsumer;
import org.emsg.gateway.gateway.IntakeResult;
import org.emsg.gateway.model.TraceId;
import org.emsg.gateway.smtp.wire.SmtpReply;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Puts what the listener takes into the route, and answers the client by what comes out of it.
final class SmtpConsumer extends DefaultConsumer {
  private static final Logger LOG = LoggerFactory.getLogger(SmtpConsumer.class);

  private final SmtpReception reception;
  private final SmtpReception.Route entry = this::take;

  SmtpConsumer(SmtpEndpoint endpoint, Processor processor, SmtpReception reception) {
    super(endpoint, processor);
    this.reception = reception;
  }

  @Override
  protected void doStart() throws Exception {
    super.doStart();
    reception.attach(entry);
  }

  @Override
  protected void doStop() throws Exception {
    reception.detach(entry);
    super.doStop();
  }

  private CompletionStage<SmtpReply> take(ReceivedMail mail) {
    CompletableFuture<SmtpReply> answer = new CompletableFuture<>();
    Exchange exchange = createExchange(false);
    exchange.getIn().setBody(mail);
    getAsyncProcessor()
        .process(
            exchange,
            done -> {
              SmtpReply reply = reply(mail.trace(), exchange);
              releaseExchange(exchange, false);
              answer.complete(reply);
            });
    return answer;
  }

  private static SmtpReply reply(TraceId trace, Exchange exchange) {
    if (exchange.getException() != null) {
      LOG.error("{} failed; the client is told to come again", trace, exchange.getException());
      return again(trace);
    }
    if (!(exchange.getMessage().getBody() instanceof IntakeResult result)) {
      LOG.error("{} left the route without an answer; the client is told to come again", trace);
      return again(trace);
    }
    return switch (result) {
      case IntakeResult.Accepted accepted ->
          SmtpReply.of(250, "2.0.0", "taken as " + accepted.trace());
      case IntakeResult.Duplicate duplicate ->
          SmtpReply.of(250, "2.0.0", "taken before as " + duplicate.first());
      case IntakeResult.Deferred deferred -> SmtpReasons.deferral(deferred.reason());
      case IntakeResult.Refused refused -> SmtpReasons.refusal(refused.reason());
    };
  }

  private static SmtpReply again(TraceId trace) {
    return SmtpReply.of(451, "4.3.0", "it could not be taken now (" + trace + ")");
  }
}
