package org.emsg.gateway.outbox;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class RoundsTest {
  @Test
  void anErrorEndsARoundAndNotTheRounds() {
    AtomicInteger count = new AtomicInteger();
    Rounds rounds =
        new Rounds(
            "test",
            Duration.ofMillis(1),
            () -> {
              if (count.incrementAndGet() == 1) {
                throw new StackOverflowError("as told");
              }
              return false;
            });
    rounds.start();
    try {
      await().until(() -> count.get() > 1);
    } finally {
      rounds.close();
    }
  }
}
