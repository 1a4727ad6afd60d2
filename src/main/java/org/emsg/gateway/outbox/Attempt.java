package org.emsg.gateway.outbox;

import java.time.Clock;
import java.time.Duration;
import java.util.random.RandomGenerator;
import org.emsg.gateway.model.Outcome;
import org.emsg.gateway.model.Outcome.Deferred.Scope;
import org.emsg.gateway.model.Reason;

/// What an attempt's outcome means for its row: done, again when, or failed.
///
/// @param failures how often in a row the lane had been deferred before this attempt
record Attempt(OutboundMessage message, Outcome outcome, int failures) {
  Settlement settle(RetrySchedule schedule, Clock clock, RandomGenerator random) {
    return switch (outcome) {
      case Outcome.Delivered delivered -> new Settlement.Done(message.id(), delivered.remoteId());
      case Outcome.Rejected rejected -> new Settlement.Failed(message.id(), rejected.reason());
      case Outcome.Deferred deferred -> defer(deferred, schedule, clock, random);
    };
  }

  private Settlement defer(
      Outcome.Deferred deferred, RetrySchedule schedule, Clock clock, RandomGenerator random) {
    Duration age = Duration.between(message.queued(), clock.instant());
    if (age.compareTo(schedule.giveUp()) >= 0) {
      return new Settlement.Failed(message.id(), expired(deferred.reason()));
    }
    if (!message.next().isEmpty()
        && deferred.certain()
        && age.compareTo(schedule.elsewhere()) >= 0) {
      return new Settlement.Failed(message.id(), absent(deferred.reason()));
    }
    int tries = deferred.scope() == Scope.LANE ? failures + 1 : message.attempt();
    return new Settlement.Again(
        message.id(),
        deferred.scope(),
        schedule.delay(tries, deferred.retryAfter(), random),
        deferred.reason(),
        deferred.certain());
  }

  private static Reason expired(Reason last) {
    return new Reason(
        Reason.Kind.EXPIRED,
        "Given up after many attempts. The last: " + last.text(),
        last.status());
  }

  /// A first contact that failed for long enough: as good as nobody there.
  private static Reason absent(Reason last) {
    return new Reason(Reason.Kind.UNAVAILABLE, last.text(), last.status());
  }
}
