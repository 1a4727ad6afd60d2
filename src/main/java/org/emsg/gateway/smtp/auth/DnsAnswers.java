package org.emsg.gateway.smtp.auth;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.emsg.gateway.net.Dns;

/// Waits for DNS answers, all those of one message within one time: libraries that ask the DNS in
/// the middle of their work cannot be given a limit in any other way.
public final class DnsAnswers {
  private static final ScopedValue<Long> DEADLINE = ScopedValue.newInstance();

  private DnsAnswers() {}

  /// Runs `work`, whose look-ups in this thread have `time` together.
  public static <T> T within(Duration time, Callable<T> work) {
    try {
      return ScopedValue.where(DEADLINE, System.nanoTime() + time.toNanos()).call(work::call);
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new CompletionException(e);
    }
  }

  /// The answer, or [Dns.Answer.Failed] where it did not come in time.
  public static <T> Dns.Answer<T> await(CompletionStage<Dns.Answer<T>> stage) {
    long left =
        DEADLINE.isBound() ? DEADLINE.get() - System.nanoTime() : TimeUnit.SECONDS.toNanos(10);
    try {
      return stage.toCompletableFuture().get(Math.max(left, 0), TimeUnit.NANOSECONDS);
    } catch (TimeoutException late) {
      return new Dns.Answer.Failed<>("no answer in time");
    } catch (InterruptedException ended) {
      Thread.currentThread().interrupt();
      return new Dns.Answer.Failed<>("interrupted");
    } catch (ExecutionException failed) {
      return new Dns.Answer.Failed<>("the resolver failed");
    }
  }
}
