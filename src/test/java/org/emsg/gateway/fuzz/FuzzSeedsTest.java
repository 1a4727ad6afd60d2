package org.emsg.gateway.fuzz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.nio.file.Files;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// Every seed, and so every input that was a finding once, passes.
class FuzzSeedsTest {
  @TestFactory
  Stream<DynamicTest> everySeedPasses() {
    return FuzzTarget.all().stream()
        .flatMap(target ->
            target.seeds().stream()
                .map(seed ->
                    dynamicTest(
                        target + "/" + seed.getFileName(),
                        () -> target.run(Files.readAllBytes(seed)))));
  }

  @TestFactory
  Stream<DynamicTest> everyTargetHasSeeds() {
    return FuzzTarget.all().stream()
        .map(target -> dynamicTest(target.name(), () -> assertThat(target.seeds()).isNotEmpty()));
  }
}
