package org.emsg.gateway.xmpp;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.emsg.gateway.model.Reason;
import org.jivesoftware.smack.packet.StanzaError;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Hands messages from the streams to the inbound route, while there is one: at start, and when the
/// route is reloaded, the streams wait a moment. So they do when as many messages are on their way
/// as may be: nothing is read then, and the server holds the rest. Thread-safe.
///
/// Whoever wrote a message is told to try again when it could not be taken. A report
/// ([XmppInbound#isReport]) has nobody who would: it is never answered (RFC 6120 §8.3.1), and
/// brought again from here.
final class XmppInbox implements XmppReception.Inbox {
  private static final Logger LOG = LoggerFactory.getLogger(XmppInbox.class);
  private static final int MAX_UNDER_WAY = 512;
  private static final int MAX_REPORTS = 512;
  private static final int TRIES = 10;

  private final Duration patience;
  private final Duration again;
  private final Semaphore room = new Semaphore(MAX_UNDER_WAY);
  private final Semaphore reports = new Semaphore(MAX_REPORTS);
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition opened = lock.newCondition();
  private Optional<Route> route = Optional.empty();

  /// The inbound route.
  interface Route {
    /// Answers `done` once: with nothing where the message was taken, or is nothing to us.
    void process(XmppInbound inbound, Consumer<Optional<Refusal>> done);
  }

  /// Why a message was not taken.
  ///
  /// @param passing whether it may be taken later
  /// @param after when, where that is known
  record Refusal(StanzaError error, boolean passing, Optional<Duration> after) {
    static Refusal lasting(Reason reason) {
      return new Refusal(StanzaErrors.toError(reason, false), false, Optional.empty());
    }

    static Refusal passing(Reason reason, Optional<Duration> after) {
      return new Refusal(StanzaErrors.toError(reason, true), true, after);
    }
  }

  /// @param patience how long a message waits for a route, or for room, before its sender is told
  ///   to try again
  /// @param again after how long a report is brought again; the second time twice that, and so on
  XmppInbox(Duration patience, Duration again) {
    this.patience = patience;
    this.again = again;
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
    if (!inbound.isReport()) {
      hand(inbound, refusal -> done.accept(refusal.map(Refusal::error)));
    } else if (enter(reports)) {
      report(
          inbound,
          1,
          () -> {
            reports.release();
            done.accept(Optional.empty());
          });
    } else {
      lost(inbound, "too many wait");
      done.accept(Optional.empty());
    }
  }

  private void report(XmppInbound inbound, int attempt, Runnable done) {
    hand(
        inbound,
        refusal -> {
          if (refusal.isPresent() && refusal.get().passing() && attempt < TRIES) {
            Duration wait = refusal.get().after().orElse(again.multipliedBy(attempt));
            CompletableFuture.delayedExecutor(
                    wait.toMillis(), TimeUnit.MILLISECONDS, Thread::startVirtualThread)
                .execute(() -> report(inbound, attempt + 1, done));
            return;
          }
          refusal.ifPresent(last -> lost(inbound, last.error().toString()));
          done.run();
        });
  }

  private static void lost(XmppInbound inbound, String why) {
    LOG.warn("{}: what became of a message of ours is not told to its writer: {}", inbound, why);
  }

  private void hand(XmppInbound inbound, Consumer<Optional<Refusal>> done) {
    Optional<Route> to = await();
    if (to.isEmpty() || !enter(room)) {
      done.accept(passing(Reason.Kind.UNAVAILABLE, "The gateway takes no messages at the moment."));
      return;
    }
    AtomicBoolean once = new AtomicBoolean();
    Consumer<Optional<Refusal>> leave =
        refusal -> {
          if (once.compareAndSet(false, true)) {
            room.release();
            done.accept(refusal);
          }
        };
    try {
      to.get().process(inbound, leave);
    } catch (RuntimeException bug) {
      LOG.error("{}: it is to come again", inbound, bug);
      leave.accept(passing(Reason.Kind.INTERNAL, "Something went wrong here."));
    }
  }

  private boolean enter(Semaphore places) {
    try {
      return places.tryAcquire(patience.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private Optional<Route> await() {
    lock.lock();
    try {
      long left = patience.toNanos();
      while (route.isEmpty() && left > 0) {
        left = opened.awaitNanos(left);
      }
      return route;
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    } finally {
      lock.unlock();
    }
  }

  private static Optional<Refusal> passing(Reason.Kind kind, String text) {
    return Optional.of(Refusal.passing(Reason.of(kind, text), Optional.empty()));
  }
}
