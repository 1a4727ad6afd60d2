package org.emsg.gateway.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The jar as people run it: in an empty directory, with a heap of 256 MiB.
class RunnableJarIT {
  private static final String JAR = System.getProperty("emsg.jar", "target/emsg-gateway.jar");
  private static final Map<String, String> FREE_PORTS =
      Map.of("EMSG_HTTP_PORT", "0", "EMSG_EMSG_PORT", "0", "EMSG_SMTP_PORT", "0");

  @TempDir Path folder;

  @Test
  void startsFromNothingServesAndStopsWhenTold() throws Exception {
    Process gateway = start(FREE_PORTS, "run");
    try {
      List<String> banner = readUntil(gateway, "  next ");
      assertThat(banner).anySatisfy(line -> assertThat(line).contains("serves   localhost"));
      assertThat(ask("user", "add", "alice")).startsWith("0: alice#localhost is there");
      assertThat(ask("user", "add", "bob")).startsWith("0: bob#localhost is there");
      assertThat(ask("send", "alice", "bob", "Hello Bob!")).startsWith("0: 200 ");
      assertThat(ask("listen", "bob", "--count", "1")).endsWith("alice#localhost: Hello Bob!");
      try (Stream<Path> written = Files.list(folder)) {
        assertThat(written).containsExactly(folder.resolve("data"));
      }
    } finally {
      gateway.destroy();
    }
    assertThat(gateway.waitFor(40, TimeUnit.SECONDS)).isTrue();
    // 143 is 128 and SIGTERM: the JVM went down in good order.
    assertThat(gateway.exitValue()).isEqualTo(143);
    assertThat(folder.resolve("data/admin.json")).doesNotExist();
    assertThat(ask("user", "list")).startsWith("3: The gateway does not run");
  }

  @Test
  void aWrongSettingStopsTheStartWithItsNameItsFaultAndWhatIsAllowed() throws Exception {
    Process gateway = start(Map.of("EMSG_SMTP_TLS", "maybe"), "run");
    assertThat(text(gateway))
        .contains("EMSG_SMTP_TLS: smtp.tls: \"maybe\" is none of none, offer, require");
    assertThat(gateway.waitFor()).isEqualTo(4);
    assertThat(folder.resolve("data")).doesNotExist();
  }

  @Test
  void helpHasExamplesAndExitCodes() throws Exception {
    assertThat(ask("--help")).startsWith("0: ").contains("Examples:").contains("Exit codes:");
    assertThat(ask("send", "--help")).contains("emsg-gateway send alice bob");
    assertThat(ask("nonsense")).startsWith("2: ");
  }

  private String ask(String... arguments) throws Exception {
    Process process = start(FREE_PORTS, arguments);
    String text = text(process);
    return process.waitFor() + ": " + text;
  }

  private Process start(Map<String, String> environment, String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElse("java"));
    command.addAll(
        List.of(
            "-Xmx256m",
            "--sun-misc-unsafe-memory-access=allow",
            "-jar",
            Path.of(JAR).toAbsolutePath().toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
    builder.environment().keySet().removeIf(name -> name.startsWith("EMSG_"));
    builder.environment().putAll(environment);
    return builder.start();
  }

  private static String text(Process process) throws Exception {
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
  }

  /// The lines up to the one that begins with `last`; what comes later is read and thrown away.
  private static List<String> readUntil(Process process, String last) throws Exception {
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    List<String> read = new ArrayList<>();
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      read.add(line);
      if (line.startsWith(last)) {
        CompletableFuture<Void> rest =
            CompletableFuture.runAsync(() -> lines.lines().forEach(l -> {}));
        assertThat(rest).isNotCompletedExceptionally();
        return read;
      }
    }
    throw new AssertionError("the gateway ended: " + String.join("\n", read));
  }
}
