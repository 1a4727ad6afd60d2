package org.emsg.gateway.outbox;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One piece of work done again and again on a virtual thread: polling, with a bell.
///
/// A round that says there is more is followed by the next at once; else the next comes after the
/// interval, or when somebody nudges. A round that throws is logged and tried again after the
/// interval.
public final class Rounds implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Rounds.class);

  private final String name;
  private final Duration interval;
  private final BooleanSupplier round;
  private final Semaphore bell = new Semaphore(0);
  private final Thread thread;
  private volatile boolean closed;

  public Rounds(String name, Duration interval, BooleanSupplier round) {
    this.name = name;
    this.interval = interval;
    this.round = round;
    this.thread = Thread.ofVirtual().name(name).unstarted(this::run);
  }

  public void start() {
    thread.start();
  }

  /// There may be something to do.
  public void nudge() {
    if (bell.availablePermits() == 0) {
      bell.release();
    }
  }

  private void run() {
    while (!closed) {
      boolean more = false;
      try {
        more = round.getAsBoolean();
      } catch (RuntimeException e) {
        LOG.error("{}: a round failed, the next is in {}", name, interval, e);
      }
      if (!more && !closed) {
        await();
      }
    }
  }

  private void await() {
    try {
      if (bell.tryAcquire(interval.toMillis(), TimeUnit.MILLISECONDS)) {
        bell.drainPermits();
      }
    } catch (InterruptedException e) {
      closed = true;
    }
  }

  /// Lets the round that runs end, starts no other, and returns.
  @Override
  public void close() {
    closed = true;
    bell.release();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
