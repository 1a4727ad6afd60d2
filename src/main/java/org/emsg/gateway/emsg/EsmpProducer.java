package org.emsg.gateway.emsg;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.support.DefaultAsyncProducer;
import org.emsg.gateway.model.Outcome;
import org.emsg.gateway.model.Reason;

/// Hands a signed message to its domain's server; the body becomes the [Outcome].
final class EsmpProducer extends DefaultAsyncProducer {
  private static final Outcome TOO_LARGE =
      new Outcome.Rejected(
          Reason.of(Reason.Kind.TOO_LARGE, "The message is larger than the other server takes."));

  private final EsmpLinks links;
  private final EmsgConfig config;

  EsmpProducer(EsmpEndpoint endpoint, EsmpLinks links, EmsgConfig config) {
    super(endpoint);
    this.links = links;
    this.config = config;
  }

  @Override
  public boolean process(Exchange exchange, AsyncCallback callback) {
    if (!(exchange.getMessage().getBody() instanceof EsmpOutbound.Signed message)) {
      exchange.setException(
          new IllegalArgumentException("esmp:out takes what the step esmpSign made"));
      callback.done(true);
      return true;
    }
    deliver(message)
        .whenComplete((outcome, fault) -> {
          if (fault == null) {
            exchange.getMessage().setBody(outcome);
          } else {
            exchange.setException(fault);
          }
          callback.done(false);
        });
    return false;
  }

  private CompletionStage<Outcome> deliver(EsmpOutbound.Signed message) {
    return links
        .link(message.lane().ours(), message.lane().remote(), EsmpLinks.Purpose.DELIVER)
        .thenCompose(connection ->
            connection.hasRoomFor(message.line().size())
                ? connection
                    .request(message.line().view(), config.answerTimeout())
                    .thenApply(EsmpProducer::outcome)
                : CompletableFuture.<Outcome>completedFuture(TOO_LARGE))
        .exceptionally(fault -> unanswered(message, EsmpLinks.causeOf(fault)));
  }

  /// Without a link nothing was sent; with one, the other side may have it.
  private static Outcome unanswered(EsmpOutbound.Signed message, Throwable fault) {
    String remote = message.lane().remote();
    if (fault instanceof EsmpLinks.Unreachable) {
      return Outcome.Deferred.lane(
          Reason.of(
              Reason.Kind.UNAVAILABLE,
              "The EMSG server of " + remote + " cannot be reached.",
              String.valueOf(fault.getMessage())));
    }
    return Outcome.Deferred.lane(
            Reason.of(
                Reason.Kind.REMOTE_TIMEOUT, "The EMSG server of " + remote + " did not answer."))
        .uncertain();
  }

  /// What an answer means for the message (spec §10, profile §6).
  static Outcome outcome(EsmpLine.Response answer) {
    Code code = Code.of(answer.code()).orElseGet(() -> nearest(answer.code()));
    if (code.isSuccess()) {
      return Outcome.Delivered.plain();
    }
    Reason reason =
        Reason.of(
            code.kind(),
            answer.message().isBlank() ? code.phrase() : answer.message(),
            Integer.toString(answer.code()));
    Optional<Duration> retryAfter = answer.retryAfter().map(Duration::ofSeconds);
    return switch (code) {
      case SLOW_DOWN, TLS_REQUIRED, UNSUPPORTED_VERSION ->
          new Outcome.Deferred(reason, Outcome.Deferred.Scope.LANE, retryAfter, true);
      case TRY_LATER, INTERNAL_ERROR, REMOTE_FAILURE, REMOTE_TIMEOUT ->
          new Outcome.Deferred(reason, Outcome.Deferred.Scope.CONVERSATION, retryAfter, true);
      case BAD_REQUEST,
          UNAUTHORIZED,
          FORBIDDEN,
          NOT_FOUND,
          CONFLICT,
          GONE,
          TOO_LARGE,
          UNSUPPORTED_CONTENT,
          SCHEMA_VIOLATION,
          UNVERIFIED_SENDER,
          NOT_IMPLEMENTED ->
          new Outcome.Rejected(reason);
      case OK, CREATED, ACCEPTED -> throw new IllegalStateException("success was dealt with");
    };
  }

  /// A code that we do not know means what its hundred means, as in HTTP. One below 200 does not
  /// say what became of the message.
  private static Code nearest(int code) {
    return switch (code / 100) {
      case 2 -> Code.OK;
      case 3, 4 -> Code.BAD_REQUEST;
      default -> Code.INTERNAL_ERROR;
    };
  }
}
