package org.emsg.gateway.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.emsg.gateway.emsg.EsmpClient;
import org.emsg.gateway.emsg.EsmpClients;

/// `./mvnw -Pbench`: whole-system runs on loopback, printed as a table, and JMH for the hot pieces.
///
/// Arguments choose what runs: `chat`, `idle`, `mail`, `jmh`; all without any. Each later
/// measurement adds a section of its own.
public final class Bench {
  private static final int PAIRS = 8;
  private static final int WINDOW = 128;
  private static final int WARM_UP = 60_000;
  private static final int MEASURED = 80_000;

  private Bench() {}

  /// Runs what is asked for, and prints it.
  public static void main(String[] args) throws Exception {
    List<String> wanted = args.length == 0 ? List.of("chat", "idle", "mail", "jmh") : List.of(args);
    System.out.printf(
        Locale.ROOT,
        "%d processors, Java %s%n%n",
        Runtime.getRuntime().availableProcessors(),
        Runtime.version());
    if (wanted.contains("chat")) {
      chat(List.of());
      chat(List.of("-Demsg.bench.ed25519=bc"));
    }
    if (wanted.contains("idle")) {
      idle();
    }
    if (wanted.contains("mail")) {
      MailBench.main(new String[0]);
    }
    if (wanted.contains("jmh")) {
      Micro.run();
    }
  }

  private static void chat(List<String> options) throws Exception {
    Path data = Files.createTempDirectory("emsg-bench");
    try (GatewayProcess gateway = GatewayProcess.start(data, jvm(options));
        EsmpClients clients = new EsmpClients(Clock.systemUTC(), new SecureRandom());
        ChatLoad load = new ChatLoad(gateway, clients, PAIRS)) {
      row("EMSG chat, home to home, TLS, SQLite; Ed25519 by " + gateway.ed25519, "");
      load.full(WARM_UP, WINDOW);
      ChatLoad.Rate rate = load.full(MEASURED, WINDOW);
      row("  accepted durably and delivered, per second", number(rate.perSecond()));
      row("  the same per CPU-second of the gateway", number(rate.perCpuSecond()));
      row(
          "  CPU-seconds per 1,000",
          String.format(Locale.ROOT, "%.3f", 1000 / rate.perCpuSecond()));
      load.paced(1000, 5);
      ChatLoad.Latency latency = load.paced(1000, 15);
      row(
          "  at 1,000/s: accepted, p50 / p99",
          millis(latency.acceptedP50(), latency.acceptedP99()));
      row(
          "  at 1,000/s: delivered, p50 / p99",
          millis(latency.deliveredP50(), latency.deliveredP99()));
      row("  RSS", number(gateway.rss() / 1024.0 / 1024) + " MiB");
    } finally {
      delete(data);
    }
  }

  private static void idle() throws Exception {
    Path data = Files.createTempDirectory("emsg-bench");
    List<EsmpClient> sessions = new ArrayList<>();
    try (GatewayProcess gateway = GatewayProcess.start(data, jvm(List.of()));
        EsmpClients clients = new EsmpClients(Clock.systemUTC(), new SecureRandom())) {
      for (int i = 0; i < 100; i++) {
        sessions.add(connect(gateway, clients, i));
      }
      long heap = gateway.heap();
      long rss = gateway.rss();
      for (int i = 100; i < BenchTown.IDLE; i++) {
        sessions.add(connect(gateway, clients, i));
      }
      long more = BenchTown.IDLE - 100;
      long heapEach = (gateway.heap() - heap) / more;
      long rssEach = (gateway.rss() - rss) / more;
      row("Idle TLS sessions, " + BenchTown.IDLE + " of them, each synced and listening", "");
      row("  live heap each", number(heapEach / 1024.0) + " KiB");
      row("  resident memory each (heap, BoringSSL, buffers)", number(rssEach / 1024.0) + " KiB");
    } finally {
      sessions.forEach(EsmpClient::close);
      delete(data);
    }
  }

  private static EsmpClient connect(GatewayProcess gateway, EsmpClients clients, int number)
      throws Exception {
    var person = BenchTown.idle(number);
    EsmpClient client =
        clients
            .connect(
                new EsmpClients.Login(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), gateway.port),
                    person,
                    BenchTown.key(person),
                    "bench",
                    Optional.of(gateway.tls)),
                _ -> {})
            .toCompletableFuture()
            .get(30, TimeUnit.SECONDS);
    client.sync(Optional.empty(), 10).toCompletableFuture().get(30, TimeUnit.SECONDS);
    return client;
  }

  /// `EMSG_BENCH_JVM` adds options to the gateway's, for comparisons.
  private static List<String> jvm(List<String> options) {
    List<String> all = new ArrayList<>(List.of("-Xmx512m"));
    all.addAll(options);
    String more = System.getenv("EMSG_BENCH_JVM");
    if (more != null && !more.isBlank()) {
      all.addAll(List.of(more.split(" ", -1)));
    }
    return all;
  }

  static void row(String what, String value) {
    System.out.printf(Locale.ROOT, "%-66s %20s%n", what, value);
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, value < 100 ? "%,.1f" : "%,.0f", value);
  }

  private static String millis(double p50, double p99) {
    return String.format(Locale.ROOT, "%.2f / %.2f ms", p50, p99);
  }

  private static void delete(Path data) throws IOException {
    try (var files = Files.walk(data)) {
      for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
