package org.emsg.gateway.bench;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.emsg.gateway.crypto.SelfSigned;
import org.emsg.gateway.net.TlsContexts;
import org.emsg.gateway.net.TlsIdentity;
import org.emsg.gateway.net.TrustedRoots;

/// The measured process, and what the kernel says of it.
final class GatewayProcess implements AutoCloseable {
  /// `sysconf(_SC_CLK_TCK)` is 100 on every Linux that we run on.
  private static final double TICKS = 100;

  final int port;
  final String ed25519;
  final TlsContexts tls;
  private final Process process;
  private final BufferedReader out;
  private final BufferedWriter in;

  private GatewayProcess(
      Process process, BufferedReader out, BufferedWriter in, String ready, Path data)
      throws IOException {
    this.process = process;
    this.out = out;
    this.in = in;
    String[] words = ready.split(" ", 3);
    if (!words[0].equals("READY")) {
      throw new IOException("the gateway did not start: " + ready);
    }
    this.port = Integer.parseInt(words[1]);
    this.ed25519 = words[2];
    SelfSigned client =
        SelfSigned.make(
            List.of("client.test"), Instant.now(), Duration.ofDays(1), new SecureRandom());
    TlsIdentity us = new TlsIdentity(client.key(), List.of(client.certificate()));
    this.tls =
        new TlsContexts(
            () -> us, new TrustedRoots(TlsIdentity.certificates(data.resolve("certificate.pem"))));
  }

  static GatewayProcess start(Path data, List<String> jvmOptions) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("--sun-misc-unsafe-memory-access=allow");
    command.add("-Dlogback.configurationFile=" + logging(data));
    command.addAll(jvmOptions);
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(BenchGateway.class.getName());
    command.add(data.toString());
    Process process =
        new ProcessBuilder(command).redirectError(new File(data.toFile(), "stderr.log")).start();
    BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
    String first = out.readLine();
    while (first != null && !first.startsWith("READY")) {
      first = out.readLine();
    }
    return new GatewayProcess(
        process, out, process.outputWriter(StandardCharsets.UTF_8), String.valueOf(first), data);
  }

  private static Path logging(Path data) throws IOException {
    return Files.writeString(
        data.resolve("logback.xml"),
        """
        <configuration>
          <appender name="E" class="ch.qos.logback.core.ConsoleAppender">
            <target>System.err</target>
            <encoder><pattern>%d %-5level %logger - %msg%n</pattern></encoder>
          </appender>
          <root level="WARN"><appender-ref ref="E"/></root>
        </configuration>
        """);
  }

  long pid() {
    return process.pid();
  }

  /// Processor time it has used so far, in seconds: its own and the kernel's for it.
  double cpuSeconds() throws IOException {
    String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
    String[] words = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    return (Long.parseLong(words[11]) + Long.parseLong(words[12])) / TICKS;
  }

  /// Resident memory, in bytes.
  long rss() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/" + process.pid() + "/status"))) {
      if (line.startsWith("VmRSS:")) {
        return Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024;
      }
    }
    throw new IOException("no VmRSS");
  }

  /// Live heap after a full collection, in bytes.
  long heap() throws IOException {
    in.write("gc\n");
    in.flush();
    return Long.parseLong(out.readLine().split(" ", -1)[1]);
  }

  @Override
  public void close() throws IOException {
    in.close();
    try {
      if (!process.waitFor(20, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      process.destroyForcibly();
    }
  }
}
