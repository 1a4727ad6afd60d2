package org.emsg.gateway.outbox;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// Wakes one thread that waits for something to do. Rings that nobody has heard yet are one.
final class Bell {
  private final Semaphore rung = new Semaphore(0);

  void ring() {
    if (rung.availablePermits() == 0) {
      rung.release();
    }
  }

  /// Returns when rung, or after `atMost`; false where the thread was interrupted.
  boolean await(Duration atMost) {
    try {
      if (rung.tryAcquire(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
        rung.drainPermits();
      }
      return true;
    } catch (InterruptedException e) {
      return false;
    }
  }
}
