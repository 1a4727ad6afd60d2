package org.emsg.gateway.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;

class RetryScheduleTest {
  private static final RandomGenerator RANDOM =
      RandomGeneratorFactory.of("L64X128MixRandom").create(1);

  private final RetrySchedule schedule = RetrySchedule.DEFAULT;

  @Test
  void doublesFromFiveSecondsToFourHoursLessAtMostAQuarter() {
    for (int failures = 1; failures < 40; failures++) {
      double full = Math.min(5 * Math.pow(2, failures - 1), 4 * 3600);
      for (int i = 0; i < 50; i++) {
        assertThat(schedule.delay(failures, Optional.empty(), RANDOM))
            .isBetween(
                Duration.ofMillis((long) (full * 750)), Duration.ofMillis((long) (full * 1000)));
      }
    }
  }

  @Test
  void whatFailedTogetherDoesNotComeBackTogether() {
    assertThat(schedule.delay(8, Optional.empty(), RANDOM))
        .isNotEqualTo(schedule.delay(8, Optional.empty(), RANDOM));
  }

  @Test
  void honoursWhatTheOtherSideAsksForWithinBounds() {
    assertThat(delayAsked(Duration.ofMinutes(3))).isEqualTo(Duration.ofMinutes(3));
    assertThat(delayAsked(Duration.ZERO)).isEqualTo(Duration.ofSeconds(5));
    assertThat(delayAsked(Duration.ofDays(300))).isEqualTo(Duration.ofHours(4));
  }

  @Test
  void anyNumberOfFailuresHasADelay() {
    assertThat(schedule.delay(Integer.MAX_VALUE, Optional.empty(), RANDOM))
        .isBetween(Duration.ofHours(3), Duration.ofHours(4));
    assertThat(schedule.delay(0, Optional.empty(), RANDOM))
        .isLessThanOrEqualTo(Duration.ofSeconds(5));
  }

  private Duration delayAsked(Duration asked) {
    return schedule.delay(1, Optional.of(asked), RANDOM);
  }
}
