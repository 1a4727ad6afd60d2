package org.emsg.gateway.bench;

import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;

/// Mail out: messages of an EMSG user, accepted durably, translated, DKIM-signed by RSA and
/// Ed25519, and handed to an SMTP sink over loopback.
public final class MailOutBench {
  private MailOutBench() {}

  /// Measures, after a warm-up.
  ///
  /// @param data an empty directory
  public static MailInBench.Rate run(Path data, int warmUp, int measured) throws Exception {
    try (MailSink sink = new MailSink();
        MailBenchProcess gateway = MailBenchProcess.start(data, sink.port(), "v=DKIM1; p=")) {
      drive(gateway, sink, warmUp);
      double cpu = gateway.cpuSeconds();
      long start = System.nanoTime();
      drive(gateway, sink, measured);
      double seconds = (System.nanoTime() - start) / 1e9;
      return new MailInBench.Rate(measured / seconds, measured / (gateway.cpuSeconds() - cpu));
    }
  }

  private static void drive(MailBenchProcess gateway, MailSink sink, int count) throws Exception {
    int before = sink.taken();
    gateway.send(count);
    Awaitility.await()
        .atMost(Duration.ofMinutes(5))
        .pollInterval(Duration.ofMillis(20))
        .until(() -> sink.taken() - before >= count);
  }
}
