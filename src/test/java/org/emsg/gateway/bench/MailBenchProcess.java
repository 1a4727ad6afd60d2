package org.emsg.gateway.bench;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A [MailBenchGateway] as a process of its own, and what the kernel says of it.
final class MailBenchProcess implements AutoCloseable {
  /// `sysconf(_SC_CLK_TCK)` is 100 on every Linux that we run on.
  private static final double TICKS = 100;

  private static final String LOGGING =
      """
      <configuration>
        <appender name="E" class="ch.qos.logback.core.ConsoleAppender">
          <target>System.err</target>
          <encoder><pattern>%d %-5level %logger - %msg%n</pattern></encoder>
        </appender>
        <logger name="org.apache.james" level="OFF"/>
        <root level="WARN"><appender-ref ref="E"/></root>
      </configuration>
      """;

  private final Process process;
  private final BufferedReader out;
  private final BufferedWriter in;
  private final int port;

  private MailBenchProcess(Process process, BufferedReader out, BufferedWriter in, int port) {
    this.process = process;
    this.out = out;
    this.in = in;
    this.port = port;
  }

  static MailBenchProcess start(Path data, int sink, String dkimRecord) throws IOException {
    Path logging = Files.writeString(data.resolve("logback.xml"), LOGGING);
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Dlogback.configurationFile=" + logging));
    String more = System.getenv("EMSG_BENCH_JVM");
    if (more != null && !more.isBlank()) {
      command.addAll(List.of(more.split(" ", -1)));
    }
    command.addAll(
        List.of(
            "-cp",
            System.getProperty("java.class.path"),
            MailBenchGateway.class.getName(),
            data.toString(),
            Integer.toString(sink),
            dkimRecord));
    Process process =
        new ProcessBuilder(command).redirectError(new File(data.toFile(), "stderr.log")).start();
    BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
    String line = out.readLine();
    while (line != null && !line.startsWith("READY ")) {
      line = out.readLine();
    }
    if (line == null) {
      throw new IOException(
          "the gateway did not start: " + Files.readString(data.resolve("stderr.log")));
    }
    return new MailBenchProcess(
        process,
        out,
        process.outputWriter(StandardCharsets.UTF_8),
        Integer.parseInt(line.substring("READY ".length())));
  }

  int port() {
    return port;
  }

  /// Returns when so many messages are accepted.
  void send(int count) throws IOException {
    in.write("send " + count + "\n");
    in.flush();
    out.readLine();
  }

  /// Processor time used so far, in seconds: its own and the kernel's for it.
  double cpuSeconds() throws IOException {
    String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
    String[] words = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    return (Long.parseLong(words[11]) + Long.parseLong(words[12])) / TICKS;
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
