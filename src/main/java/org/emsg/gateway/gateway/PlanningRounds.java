package org.emsg.gateway.gateway;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
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
final class PlanningRounds {
  private static final Logger LOG = LoggerFactory.getLogger(PlanningRounds.class);
  private static final int PAGE = 64;

  /// After so many attempts a better network's silence is no longer waited for.
  private static final int IMPATIENT = 3;

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
    List<CompletableFuture<PlannedEnvelope>> plans =
        due.stream()
            .map(row -> planner.again(row, row.attempts() >= IMPATIENT))
            .map(plan -> plan.orTimeout(PATIENCE.toMillis(), TimeUnit.MILLISECONDS))
            .toList();
    for (int i = 0; i < due.size(); i++) {
      settle(due.get(i), plans.get(i));
    }
    return due.size() == PAGE;
  }

  private void settle(Waiting row, CompletableFuture<PlannedEnvelope> plan) {
    try {
      settle(row, plan.join());
    } catch (RuntimeException e) {
      LOG.warn("{}: planning failed, again later", row.envelope().trace(), e);
      again(row, "planning failed");
    }
  }

  private void settle(Waiting row, PlannedEnvelope planned) {
    Delivery delivery = planned.deliveries().getFirst();
    if (delivery instanceof Delivery.ToPlanning later) {
      Instant end = row.queued().plus(schedule.giveUp());
      if (clock.instant().isBefore(end)) {
        again(row, later.why());
        return;
      }
      Reason reason =
          Reason.of(Reason.Kind.EXPIRED, "No network was found that serves " + later.why() + '.');
      delivery = new Delivery.Refused(row.idempotencyKey(), row.addressed(), reason, later.why());
    }
    PlannedEnvelope decided =
        new PlannedEnvelope(
            planned.envelope(), planned.idsUnique(), List.of(delivery), planned.learned());
    IntakeStore.Committed committed = queue.settle(row, decided);
    committed.arrivals().forEach(a -> mailboxes.arrived(a.account(), a.entry()));
    if (delivery instanceof Delivery.ToLane lane) {
      wakeups.queued(lane.lane());
    }
  }

  private void again(Waiting row, String why) {
    queue.again(row, schedule.delay(row.attempts() + 1, Optional.empty(), random), why);
  }
}
