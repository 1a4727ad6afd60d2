package org.emsg.gateway.bench;

import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/// Runs the JMH benchmarks of the project, which are named `*Micro`, briefly.
final class Micro {
  private Micro() {}

  static void run() throws RunnerException {
    var _ =
        new Runner(
                new OptionsBuilder()
                    .include("org.emsg.gateway.*Micro")
                    .forks(1)
                    .jvmArgsAppend("--enable-native-access=ALL-UNNAMED")
                    .warmupIterations(3)
                    .warmupTime(TimeValue.seconds(1))
                    .measurementIterations(5)
                    .measurementTime(TimeValue.seconds(1))
                    .build())
            .run();
  }
}
