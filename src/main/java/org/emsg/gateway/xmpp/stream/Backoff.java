package org.emsg.gateway.xmpp.stream;

import java.time.Duration;
import java.util.random.RandomGenerator;

/// How long to wait before the next connection: doubling from `least` to `most`, each wait cut by a
/// random part of up to half, so that many who lost one server do not come back as one.
public record Backoff(Duration least, Duration most) {
  public Backoff {
    if (least.isNegative() || least.isZero() || most.compareTo(least) < 0) {
      throw new IllegalArgumentException("a backoff runs from above zero upwards");
    }
  }

  /// The wait after `failures` in a row, 1 or more.
  public Duration after(int failures, RandomGenerator random) {
    long full = least.toMillis() << Math.min(failures - 1, 20);
    long capped = Math.min(full, most.toMillis());
    return Duration.ofMillis(capped - (long) (random.nextDouble() * capped / 2));
  }
}
