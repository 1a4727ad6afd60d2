package org.emsg.gateway.gateway;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.emsg.gateway.gateway.PlannedEnvelope.Delivery;
import org.emsg.gateway.gateway.PlanningQueue.Waiting;
import org.emsg.gateway.model.Reason;
import org.emsg.gateway.outbox.RetrySchedule;
import org.emsg.gateway.outbox.Wakeups;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Works off the planning queue: plans each row again until its way is known, or it is given up and
/// its sender gets a bounce. A row leaves the queue in the transaction that writes its delivery.
///
/// Whatever a row throws is its own affair: the others go on, and it ends by its age like one whose
/// way is never found.
final class PlanningRounds {
  private static final Logger LOG = LoggerFactory.getLogger(PlanningRounds.class);
  private static final int PAGE = 64;

  /// After so many attempts a better network's silence is no longer waited for.
  private static final int IMPATIENT = 3;

  private static final String FAILED = "planning failed";

  private static final Duration HOLD = Duration.ofSeconds(60);
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final PlanningQueue queue;
  private final Planner planner;
  private final MailboxListener mailboxes;
  private final Wakeups wakeups;
  private final RetrySchedule schedule;
  private final Clock clock;
  private final RandomGenerator random;

  PlanningRounds(
      PlanningQueue queue,
      Planner planner,
      MailboxListener mailboxes,
      Wakeups wakeups,
      RetrySchedule schedule,
      Clock clock,
      RandomGenerator random) {
    this.queue = queue;
    this.planner = planner;
    this.mailboxes = mailboxes;
    this.wakeups = wakeups;
    this.schedule = schedule;
    this.clock = clock;
    this.random = random;
  }

  /// Plans what is due; true where there may be more.
  boolean round() {
    List<Waiting> due = queue.claim(PAGE, HOLD);
    List<CompletableFuture<PlannedEnvelope>> plans = due.stream().map(this::plan).toList();
    for (int i = 0; i < due.size(); i++) {
      settle(due.get(i), plans.get(i));
    }
    return due.size() == PAGE;
  }

  private CompletableFuture<PlannedEnvelope> plan(Waiting row) {
    try {
      return planner
          .again(row, row.attempts() >= IMPATIENT)
          .orTimeout(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (Throwable e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private void settle(Waiting row, CompletableFuture<PlannedEnvelope> plan) {
    try {
      settle(row, plan.join());
    } catch (Throwable e) {
      LOG.warn("{}: planning failed", row.envelope().trace(), e);
      failed(row);
    }
  }

  private void failed(Waiting row) {
    try {
      if (isOver(row)) {
        Reason reason = Reason.of(Reason.Kind.INTERNAL, "The message could not be planned.");
        write(row, planner.refused(row, reason, FAILED));
      } else {
        again(row, FAILED);
      }
    } catch (Throwable e) {
      LOG.error("{}: planned again when its hold is over", row.envelope().trace(), e);
    }
  }

  private boolean isOver(Waiting row) {
    return !clock.instant().isBefore(row.queued().plus(schedule.giveUp()));
  }

  private void settle(Waiting row, PlannedEnvelope planned) {
    if (!(planned.deliveries().getFirst() instanceof Delivery.ToPlanning later)) {
      write(row, planned);
    } else if (isOver(row)) {
      Reason reason =
          Reason.of(Reason.Kind.EXPIRED, "No network was found that serves " + later.why() + '.');
      write(row, planner.refused(row, reason, later.why()));
    } else {
      again(row, later.why());
    }
  }

  private void write(Waiting row, PlannedEnvelope planned) {
    IntakeStore.Committed committed = queue.settle(row, planned);
    committed.arrivals().forEach(a -> mailboxes.arrived(a.account(), a.entry()));
    if (planned.deliveries().getFirst() instanceof Delivery.ToLane lane) {
      wakeups.queued(lane.lane());
    }
  }

  private void again(Waiting row, String why) {
    queue.again(row, schedule.delay(row.attempts() + 1, Optional.empty(), random), why);
  }
}
