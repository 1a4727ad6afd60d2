package org.emsg.gateway.app.steps;

import java.util.concurrent.CompletableFuture;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.support.AsyncProcessorSupport;
import org.emsg.gateway.gateway.Intake;
import org.emsg.gateway.gateway.IntakeResult;
import org.emsg.gateway.model.Envelope;

/// `accept`: an `Envelope` becomes an `IntakeResult`, after the commit. No thread waits meanwhile;
/// the route goes on on the intake's thread and must not block there.
public final class AcceptStep extends AsyncProcessorSupport {
  private final Intake intake;

  public AcceptStep(Intake intake) {
    this.intake = intake;
  }

  @Override
  public boolean process(Exchange exchange, AsyncCallback callback) {
    if (!(exchange.getMessage().getBody() instanceof Envelope envelope)) {
      exchange.setException(
          new IllegalStateException("accept takes an Envelope: is a translate step missing?"));
      callback.done(true);
      return true;
    }
    CompletableFuture<IntakeResult> answer = intake.accept(envelope).toCompletableFuture();
    if (answer.isDone() && !answer.isCompletedExceptionally()) {
      exchange.getMessage().setBody(answer.join());
      callback.done(true);
      return true;
    }
    var _ =
        answer.whenComplete((result, failure) -> {
          if (failure != null) {
            exchange.setException(failure);
          } else {
            exchange.getMessage().setBody(result);
          }
          callback.done(false);
        });
    return false;
  }
}
