package org.emsg.gateway.outbox;

import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// When a deferred message or lane is tried again: exponential backoff with jitter (RFC 5321
/// §4.5.4.1 asks for hours and for 4 to 5 days; the first minutes are for restarts and greylists).
///
/// The n-th delay is `first · 2^(n-1)`, at most `longest`, less up to a quarter at random, so that
/// what failed together does not come back together. What the other side asks for counts within
/// `first` and `longest`.
///
/// @param first the delay after the first failure; 5 s
/// @param longest no delay is longer; 4 h
/// @param giveUp how long after its acceptance a message is given up; 5 days
/// @param elsewhere how long a first contact must have failed with certainty before another network
///   is tried; 10 min
public record RetrySchedule(Duration first, Duration longest, Duration giveUp, Duration elsewhere) {
  public static final RetrySchedule DEFAULT =
      new RetrySchedule(
          Duration.ofSeconds(5), Duration.ofHours(4), Duration.ofDays(5), Duration.ofMinutes(10));

  public RetrySchedule {
    if (first.isNegative() || first.isZero() || longest.compareTo(first) < 0) {
      throw new IllegalArgumentException("0 < first <= longest");
    }
  }

  /// The delay after `failures` failures in a row, the last one included.
  public Duration delay(int failures, Optional<Duration> asked, RandomGenerator random) {
    if (asked.isPresent()) {
      return bounded(asked.get());
    }
    long longestMillis = longest.toMillis();
    long millis = first.toMillis();
    for (int i = 1; i < failures && millis < longestMillis; i++) {
      millis *= 2;
    }
    millis = Math.min(millis, longestMillis);
    return Duration.ofMillis(millis - random.nextLong(millis / 4 + 1));
  }

  private Duration bounded(Duration asked) {
    if (asked.compareTo(first) < 0) {
      return first;
    }
    return asked.compareTo(longest) > 0 ? longest : asked;
  }
}
