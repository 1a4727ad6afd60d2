package org.emsg.gateway.fuzz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Gives every parser to Jazzer for a while (`FuzzRun.configuredTime`).
class FuzzIT {
  static List<FuzzTarget> targets() {
    return FuzzTarget.all();
  }

  @ParameterizedTest
  @MethodSource("targets")
  void findsNothing(FuzzTarget target) throws Exception {
    new FuzzRun(target, FuzzRun.configuredTime())
        .findings()
        .ifPresent(finding -> fail("%s", finding));
  }

  @Test
  void wouldFindWhatIsWrongAndSaysWithWhichBytes() throws Exception {
    FuzzRun run = new FuzzRun(new FuzzTarget(PlantedFuzz.class), Duration.ofSeconds(60));
    assertThat(run.findings())
        .hasValueSatisfying(finding ->
            assertThat(finding)
                .contains("planted fault")
                .containsPattern("crash-[0-9a-f]{40}, \\d+ bytes: 2123"));
  }

  /// A parser with a fault.
  public static final class PlantedFuzz {
    private PlantedFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
      if (input.length > 1 && input[0] == '!' && input[1] == '#') {
        throw new IllegalStateException("planted fault");
      }
    }
  }
}
