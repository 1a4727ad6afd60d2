package org.emsg.gateway.outbox;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.emsg.gateway.model.Network;
import org.emsg.gateway.model.Reason;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Drains the lanes of one network on this node: leases those that are due, gives each a run on a
/// virtual thread of its own, and sweeps out what is too old. Thread-safe.
final class LaneDispatcher implements Wakeups, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LaneDispatcher.class);

  private static final Duration SWEEP = Duration.ofMinutes(1);
  private static final int SWEPT_AT_ONCE = 500;

  /// What an attempt can be late: rows are expired by their own attempt before the sweep sees them.
  private static final Duration GRACE = Duration.ofHours(1);

  private static final Duration AFTER_ERROR = Duration.ofSeconds(1);

  private final String node;
  private final Network network;
  private final Outbox outbox;
  private final Supplier<Set<String>> elsewhere;
  private final Sending sending;
  private final OutboxSettings settings;
  private final Clock clock;
  private final LaneRun.Tools tools;
  private final ExecutorService senders;
  private final Rounds rounds;
  private final Map<LaneKey, Held> held = new ConcurrentHashMap<>();
  private volatile boolean crowded;
  private Instant sweepAt;

  private record Held(LaneRun run, Thread thread) {}

  /// @param elsewhere the names of ours whose lanes this node cannot drain at the moment
  LaneDispatcher(
      String node,
      Network network,
      Outbox outbox,
      Supplier<Set<String>> elsewhere,
      Sending sending,
      OutboxSettings settings,
      Clock clock,
      RandomGenerator random,
      Runnable failed) {
    this.node = node;
    this.network = network;
    this.outbox = outbox;
    this.elsewhere = elsewhere;
    this.sending = sending;
    this.settings = settings;
    this.clock = clock;
    this.sweepAt = clock.instant();
    this.senders =
        Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("send-" + network.label() + '-', 0).factory());
    this.tools =
        new LaneRun.Tools(
            clock,
            System::nanoTime,
            random,
            senders,
            new Room(settings.sendingBytes()),
            () -> crowded,
            failed);
    this.rounds = new Rounds("outbox-" + network.label(), settings.poll(), this::poll);
  }

  void start() {
    rounds.start();
  }

  @Override
  public void queued(LaneKey lane) {
    if (lane.network() == network) {
      Held mine = held.get(lane);
      if (mine == null) {
        rounds.nudge();
      } else {
        mine.run.wake();
      }
    }
  }

  /// Takes what lanes are due; true where there may be more.
  private boolean poll() {
    sweep();
    int free = settings.lanes() - held.size();
    crowded = free <= 0;
    if (crowded) {
      held.values().forEach(mine -> mine.run.wake());
      return false;
    }
    long asked = System.nanoTime();
    List<LaneLease> leases = outbox.lease(node, network, elsewhere.get(), free, settings.lease());
    leases.forEach(lease -> begin(lease, asked));
    return false;
  }

  private void begin(LaneLease lease, long asked) {
    LaneRun run = new LaneRun(lease, asked, outbox, sending, settings, tools);
    Thread thread =
        Thread.ofVirtual().name("lane-" + lease.lane().remote()).unstarted(() -> drive(run));
    held.put(lease.lane(), new Held(run, thread));
    thread.start();
  }

  private void drive(LaneRun run) {
    try {
      Optional<Duration> wait = step(run);
      while (wait.isPresent() && run.await(wait.get())) {
        wait = step(run);
      }
    } finally {
      // The lane may have been leased again since this run gave it back: that run stays.
      held.computeIfPresent(run.lane(), (_, mine) -> mine.run == run ? null : mine);
      rounds.nudge();
    }
  }

  /// For tests.
  boolean holds(LaneKey lane) {
    return held.containsKey(lane);
  }

  private static Optional<Duration> step(LaneRun run) {
    try {
      return run.step();
    } catch (Throwable e) {
      LOG.error("{}: the outbox failed, again in {}", run.lane(), AFTER_ERROR, e);
      return Optional.of(AFTER_ERROR);
    }
  }

  /// Rows behind a lane that is down for good are never tried themselves.
  private void sweep() {
    if (clock.instant().isBefore(sweepAt)) {
      return;
    }
    RetrySchedule retries = settings.retries();
    Reason reason =
        Reason.of(
            Reason.Kind.EXPIRED, "Given up: the server could not be reached for a long time.");
    int swept = outbox.expire(network, retries.giveUp().plus(GRACE), reason, SWEPT_AT_ONCE);
    if (swept > 0) {
      LOG.info("{}: {} messages expired, their senders are told", network.label(), swept);
      tools.failed().run();
    }
    sweepAt = clock.instant().plus(swept == SWEPT_AT_ONCE ? Duration.ZERO : SWEEP);
  }

  /// Takes nothing new and waits for what is being sent. What is not done in time is sent again
  /// after the next start, under the same id.
  @Override
  public void close() {
    rounds.close();
    held.values().forEach(mine -> mine.run.stop());
    try {
      long end = System.nanoTime() + settings.stopWithin().toNanos();
      for (Held mine : List.copyOf(held.values())) {
        long left = Math.max(1, TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime()));
        if (!mine.thread.join(Duration.ofMillis(left))) {
          LOG.warn("{}: still sending; it is sent again after the next start", mine.run.lane());
          mine.thread.interrupt();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    senders.shutdownNow();
  }
}
