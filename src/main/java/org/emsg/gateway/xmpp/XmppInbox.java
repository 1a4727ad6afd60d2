package org.emsg.gateway.xmpp;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.emsg.gateway.model.Reason;
import org.jivesoftware.smack.packet.StanzaError;

/// Hands messages from the streams to the inbound route, while there is one: at start, and when the
/// route is reloaded, the streams wait a moment. So they do when as many messages are on their way
/// as may be: nothing is read then, and the server holds the rest. Thread-safe.
final class XmppInbox implements XmppReception.Inbox {
  private static final int MAX_UNDER_WAY = 512;

  private final Duration patience;
  private final Semaphore room = new Semaphore(MAX_UNDER_WAY);
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition opened = lock.newCondition();
  private Optional<Route> route = Optional.empty();

  /// The inbound route.
  interface Route {
    /// Answers `done` once.
    void process(XmppInbound inbound, Consumer<Optional<StanzaError>> done);
  }

  /// @param patience how long a message waits for a route, or for room, before its sender is told
  ///   to try again
  XmppInbox(Duration patience) {
    this.patience = patience;
  }

  void open(Route to) {
    lock.lock();
    try {
      route = Optional.of(to);
      opened.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// Nothing more goes to `from`.
  void close(Route from) {
    lock.lock();
    try {
      route = route.filter(current -> !current.equals(from));
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void deliver(XmppInbound inbound, Consumer<Optional<StanzaError>> done) {
    try {
      Optional<Route> to = await();
      if (to.isEmpty() || !room.tryAcquire(patience.toNanos(), TimeUnit.NANOSECONDS)) {
        done.accept(Optional.of(later()));
        return;
      }
      AtomicBoolean once = new AtomicBoolean();
      to.get()
          .process(
              inbound,
              error -> {
                if (once.compareAndSet(false, true)) {
                  room.release();
                  done.accept(error);
                }
              });
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      done.accept(Optional.of(later()));
    }
  }

  private Optional<Route> await() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = patience.toNanos();
      while (route.isEmpty() && left > 0) {
        left = opened.awaitNanos(left);
      }
      return route;
    } finally {
      lock.unlock();
    }
  }

  private static StanzaError later() {
    return StanzaErrors.toError(
        Reason.of(Reason.Kind.UNAVAILABLE, "The gateway takes no messages at the moment."), true);
  }
}
