package org.emsg.gateway.smtp;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.support.DefaultAsyncProducer;

/// Hands a signed mail to the client on a virtual thread; the outcome is the exchange's body.
final class SmtpProducer extends DefaultAsyncProducer {
  private final SmtpClient client;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  SmtpProducer(SmtpEndpoint endpoint, SmtpClient client) {
    super(endpoint);
    this.client = client;
  }

  @Override
  public boolean process(Exchange exchange, AsyncCallback callback) {
    if (!(exchange.getMessage().getBody() instanceof OutgoingMail mail)) {
      exchange.setException(new IllegalStateException("smtp:out sends what smtpSign signed"));
      callback.done(true);
      return true;
    }
    threads.execute(() -> {
      try {
        exchange.getMessage().setBody(client.send(mail));
      } catch (RuntimeException bug) {
        exchange.setException(bug);
      }
      callback.done(false);
    });
    return false;
  }

  @Override
  protected void doShutdown() throws Exception {
    threads.shutdown();
    super.doShutdown();
  }
}
