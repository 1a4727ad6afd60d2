package org.emsg.gateway.policy;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.emsg.gateway.policy.PolicySettings.Rate;

/// One rate, for each of any number of keys. Thread-safe.
///
/// The generic cell rate algorithm: a key's state is one number, the time at which its bucket will
/// be full again. A message moves that time on by one interval, and is refused where that would put
/// it further ahead than the whole burst takes to refill. Keys whose bucket is full say nothing and
/// may be forgotten; so many are remembered, and what an attacker gains by making the cache forget
/// others is a burst.
final class RateLimit {
  private static final int REMEMBERED = 100_000;

  private final Rate rate;
  private final long interval;
  private final Clock clock;
  private final Cache<String, AtomicLong> fullAt =
      Caffeine.newBuilder().maximumSize(REMEMBERED).build();

  RateLimit(Rate rate, Clock clock) {
    this.rate = rate;
    this.interval = rate.isUnlimited() ? 0 : Math.max(1, Math.round(1e6 / rate.perSecond()));
    this.clock = clock;
  }

  /// Counts a message of `key`. Empty where it may pass, else how long to wait; what is refused is
  /// not counted.
  Optional<Duration> take(String key) {
    if (rate.isUnlimited()) {
      return Optional.empty();
    }
    long now = ChronoUnit.MICROS.between(Instant.EPOCH, clock.instant());
    AtomicLong full = fullAt.get(key, k -> new AtomicLong(now));
    while (true) {
      long seen = full.get();
      long next = Math.max(seen, now) + interval;
      long early = next - now - interval * rate.burst();
      if (early > 0) {
        return Optional.of(Duration.of(early, ChronoUnit.MICROS));
      }
      if (full.compareAndSet(seen, next)) {
        return Optional.empty();
      }
    }
  }

  /// Takes back what `take` counted last, where something else refused the message.
  void giveBack(String key) {
    AtomicLong full = fullAt.getIfPresent(key);
    if (full != null) {
      full.addAndGet(-interval);
    }
  }
}
