package org.emsg.gateway.fuzz;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// One run of Jazzer over one target, in a process of its own that is gone when this returns.
///
/// Everything that it writes (the corpus it grew, the log, what it found) is under
/// `target/fuzz/<name>/`; a later run begins with the corpus of the one before.
final class FuzzRun {
  private static final int SHOWN_BYTES = 4_096;
  private static final int SHOWN_LINES = 60;

  /// A single input that takes longer, in seconds, is a finding.
  private static final int SLOW_INPUT = 25;

  /// For the start of the process, and for its end.
  private static final Duration GRACE = Duration.ofMinutes(3);

  private final FuzzTarget target;
  private final Duration time;
  private final Path directory;

  FuzzRun(FuzzTarget target, Duration time) {
    this.target = target;
    this.time = time;
    this.directory = Path.of("target/fuzz", target.name()).toAbsolutePath();
  }

  /// `-Dfuzz.seconds`, else the environment's `FUZZ_SECONDS`, else ten.
  static Duration configuredTime() {
    String seconds =
        Optional.ofNullable(System.getProperty("fuzz.seconds"))
            .or(() -> Optional.ofNullable(System.getenv("FUZZ_SECONDS")))
            .orElse("10");
    return Duration.ofSeconds(Long.parseLong(seconds.strip()));
  }

  /// What was found; empty after a run without a finding.
  Optional<String> findings() throws IOException, InterruptedException {
    Path corpus = Files.createDirectories(directory.resolve("corpus"));
    Path found = Files.createDirectories(directory.resolve("found"));
    Path scratch = Files.createDirectories(directory.resolve("tmp"));
    Path log = directory.resolve("log");
    empty(found);
    empty(scratch);
    List<String> arguments = new ArrayList<>(List.of("-Djava.io.tmpdir=" + scratch));
    arguments.addAll(jvmArguments());
    arguments.add("com.code_intelligence.jazzer.Jazzer");
    arguments.addAll(
        List.of(
            "--target_class=" + target.type().getName(),
            "--instrumentation_includes=org.emsg.gateway.**",
            "--reproducer_path=" + found,
            "-artifact_prefix=" + found + File.separator,
            "-max_total_time=" + time.toSeconds(),
            "-timeout=" + SLOW_INPUT,
            "-rss_limit_mb=3072",
            "-print_final_stats=1",
            corpus.toString()));
    if (!target.seeds().isEmpty()) {
      arguments.add(target.seedDirectory().toString());
    }
    Path argumentFile = directory.resolve("arguments");
    Files.writeString(
        argumentFile,
        arguments.stream()
            .map(argument -> '"' + argument.replace("\\", "\\\\").replace("\"", "\\\"") + '"')
            .collect(Collectors.joining("\n")));
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "@" + argumentFile)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    try {
      boolean ended = process.waitFor(time.plus(GRACE).toMillis(), TimeUnit.MILLISECONDS);
      if (ended && process.exitValue() == 0) {
        return Optional.empty();
      }
      String how = ended ? "exit value " + process.exitValue() : "it did not end in time";
      return Optional.of(report(how, found, log));
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
      empty(scratch);
    }
  }

  private static List<String> jvmArguments() {
    return List.of(
        "-Xmx768m",
        "-XX:+EnableDynamicAgentLoading",
        "--enable-native-access=ALL-UNNAMED",
        "--sun-misc-unsafe-memory-access=allow",
        "-classpath",
        System.getProperty("java.class.path"));
  }

  /// What a person needs to see it again: the bytes themselves, for a file among the seeds.
  private String report(String how, Path found, Path log) throws IOException {
    StringBuilder report = new StringBuilder("Fuzzing " + target + ": " + how);
    try (Stream<Path> files = Files.list(found)) {
      for (Path file : files.sorted().toList()) {
        String name = file.getFileName().toString();
        if (!name.endsWith(".java")) {
          byte[] bytes = Files.readAllBytes(file);
          int shown = Math.min(bytes.length, SHOWN_BYTES);
          report
              .append("\n\n")
              .append(name)
              .append(", ")
              .append(bytes.length)
              .append(" bytes: ")
              .append(HexFormat.of().formatHex(bytes, 0, shown))
              .append("\nas text: ")
              .append(new String(bytes, 0, shown, StandardCharsets.UTF_8));
        }
      }
    }
    List<String> lines = Files.readString(log, StandardCharsets.ISO_8859_1).lines().toList();
    List<String> said = lines.stream().filter(line -> !line.startsWith("INFO: ")).toList();
    int from = Math.max(0, said.size() - SHOWN_LINES);
    return report
        .append("\n\n")
        .append(String.join("\n", said.subList(from, said.size())))
        .toString();
  }

  private static void empty(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
        if (!file.equals(directory)) {
          Files.deleteIfExists(file);
        }
      }
    }
  }
}
