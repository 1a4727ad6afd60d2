package org.emsg.gateway.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.emsg.gateway.outbox.OutboxScene.DOWN;
import static org.emsg.gateway.outbox.OutboxScene.LANE;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.emsg.gateway.model.Network;
import org.emsg.gateway.model.Outcome;
import org.junit.jupiter.api.Test;

class LaneDispatcherTest {
  private static final OutboxSettings SETTINGS =
      new OutboxSettings(
          16,
          4,
          1 << 20,
          Duration.ofSeconds(60),
          Duration.ofMillis(1),
          Duration.ofSeconds(60),
          Duration.ofSeconds(5),
          RetrySchedule.DEFAULT);

  private final OutboxScene scene = new OutboxScene();
  private final CountDownLatch sendsAgain = new CountDownLatch(1);
  private final CountDownLatch release = new CountDownLatch(1);
  private final AtomicInteger attempts = new AtomicInteger();

  /// The server is down, then takes its time.
  private Outcome send(OutboundMessage message) {
    if (attempts.incrementAndGet() == 1) {
      return Outcome.Deferred.lane(DOWN);
    }
    sendsAgain.countDown();
    waitFor(release);
    return Outcome.Delivered.plain();
  }

  @Test
  void aRunThatEndsLeavesItsSuccessorsPlaceAlone() throws Exception {
    LinkedBlockingQueue<Thread> ending = new LinkedBlockingQueue<>();
    AtomicBoolean first = new AtomicBoolean(true);
    scene.outbox.afterRelease(() -> {
      if (first.getAndSet(false)) {
        ending.add(Thread.currentThread());
        waitFor(sendsAgain);
      }
    });
    scene.queue(1);
    try (LaneDispatcher dispatcher =
        new LaneDispatcher(
            "node-1",
            Network.XMPP,
            scene.outbox,
            Set::of,
            this::send,
            SETTINGS,
            scene.clock,
            scene.random,
            () -> {})) {
      dispatcher.start();
      Thread old = ending.take();
      scene.clock.advance(Duration.ofSeconds(6));
      old.join();

      assertThat(dispatcher.holds(LANE)).isTrue();
      release.countDown();
    }
    assertThat(scene.outbox.size()).as("the stop waited for it").isZero();
  }

  @Test
  void aLaneThatIsServedElsewhereIsLeftThere() throws Exception {
    CountDownLatch asked = new CountDownLatch(3);
    scene.queue(1);
    try (LaneDispatcher dispatcher =
        new LaneDispatcher(
            "node-1",
            Network.XMPP,
            scene.outbox,
            () -> {
              asked.countDown();
              return Set.of(LANE.ours());
            },
            this::send,
            SETTINGS,
            scene.clock,
            scene.random,
            () -> {})) {
      dispatcher.start();
      asked.await();
      assertThat(dispatcher.holds(LANE)).isFalse();
    }
    assertThat(attempts).hasValue(0);
  }

  private static void waitFor(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
