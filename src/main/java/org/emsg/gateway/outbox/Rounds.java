package org.emsg.gateway.outbox;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One piece of work done again and again on a virtual thread: polling, with a bell.
///
/// A round that says there is more is followed by the next at once; else the next comes after the
/// interval, or when somebody nudges. A round that throws, be it an `Error`, is logged and tried
/// again after the interval.
public final class Rounds implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Rounds.class);

  private final String name;
  private final Duration interval;
  private final BooleanSupplier round;
  private final Bell bell = new Bell();
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
    bell.ring();
  }

  private void run() {
    while (!closed) {
      boolean more = false;
      try {
        more = round.getAsBoolean();
      } catch (Throwable e) {
        LOG.error("{}: a round failed, the next is in {}", name, interval, e);
      }
      if (!more && !closed && !bell.await(interval)) {
        closed = true;
      }
    }
  }

  /// Lets the round that runs end, starts no other, and returns.
  @Override
  public void close() {
    closed = true;
    bell.ring();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
