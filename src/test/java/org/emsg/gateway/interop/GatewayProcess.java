package org.emsg.gateway.interop;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.emsg.gateway.console.AdminClient;
import org.emsg.gateway.console.AdminRefusal;
import org.jspecify.annotations.Nullable;

/// A gateway in a process of its own, as people run it: killed without warning and started again on
/// what is left on its disk. Made by [GatewaySetup#start()].
///
/// It runs from the jar that `-Demsg.jar` names, else from the class path of the tests.
final class GatewayProcess implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final String MAIN = "org.emsg.gateway.app.Main";

  private final GatewaySetup setup;
  private final HttpClient http =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();
  private @Nullable Process process;

  GatewayProcess(GatewaySetup setup) {
    this.setup = setup;
  }

  GatewaySetup setup() {
    return setup;
  }

  String home() {
    return setup.home();
  }

  InetSocketAddress esmp() {
    return setup.esmp();
  }

  /// Starts it, and returns when it takes connections.
  void start() {
    List<String> command = new ArrayList<>(java());
    command.addAll(List.of("run", "--config", setup.config().toString()));
    try {
      process =
          builder(command)
              .directory(setup.folder().toFile())
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(logFile().toFile()))
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    await("the gateway to run", () -> answers("/health/live") && listens(esmp()));
  }

  /// Waits until all of its checks are well: components joined, database there.
  GatewayProcess awaitHealthy() {
    await("the gateway to be well", () -> answers("/health"));
    return this;
  }

  /// Ends it at once, as a power cut would (SIGKILL).
  void kill() {
    if (process != null) {
      process.destroyForcibly();
      awaitEnd(Duration.ofSeconds(20));
    }
  }

  /// Kills it and starts it again on the same folder and ports.
  void restart() {
    kill();
    start();
  }

  /// Stops it as an operator does (SIGTERM).
  @Override
  public void close() {
    if (process != null && process.isAlive()) {
      process.destroy();
      if (!awaitEnd(Duration.ofSeconds(40))) {
        kill();
      }
    }
    keepLog();
  }

  /// Whether it still runs: it ends by itself only when something is badly wrong.
  boolean isAlive() {
    return process != null && process.isAlive();
  }

  /// Does what the command line would do through the local admin interface.
  JsonNode perform(String action, ObjectNode request) {
    try {
      return AdminClient.of(setup.data())
          .orElseThrow(() -> new IllegalStateException("the gateway does not run\n" + logTail()))
          .perform(action, request);
    } catch (IOException | AdminRefusal e) {
      throw new IllegalStateException(action + " was refused", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  /// How many messages wait in its outbox.
  int waiting() {
    int waiting = 0;
    for (JsonNode lane : perform("outbox.lanes", AdminClient.request())) {
      waiting += lane.path("waiting").asInt();
    }
    return waiting;
  }

  /// Runs a command of the command line in a process of its own and returns what it printed.
  String command(String... arguments) {
    List<String> command = new ArrayList<>(java());
    command.addAll(List.of(arguments));
    command.addAll(List.of("--config", setup.config().toString()));
    Path out = setup.folder().resolve("command.out");
    try {
      Process run =
          builder(command)
              .directory(setup.folder().toFile())
              .redirectErrorStream(true)
              .redirectOutput(out.toFile())
              .start();
      if (!run.waitFor(60, TimeUnit.SECONDS) || run.exitValue() != 0) {
        throw new IllegalStateException(
            String.join(" ", arguments) + " failed: " + Files.readString(out));
      }
      return Files.readString(out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  /// Puts into the DNS what the gateway says should be there of its home domain.
  ///
  /// @param instead lines that replace those of the same name and type
  void publishRecords(String... instead) {
    List<String> records =
        new ArrayList<>(command("dns", home(), "--host", "gw." + home()).lines().toList());
    records.removeIf(line -> line.startsWith(";") || line.isBlank());
    for (String line : instead) {
      String[] fields = line.split(" ", 3);
      records.removeIf(there ->
          there.startsWith(fields[0] + "." + home() + ".")
              && there.contains(" " + fields[1] + " "));
      records.add(line);
    }
    records.add("gw A 127.0.0.1");
    DnsPeer.shared().zone(home(), records);
  }

  /// The last lines of what it said.
  String logTail() {
    try {
      List<String> lines = Files.readAllLines(logFile());
      return String.join("\n", lines.subList(Math.max(0, lines.size() - 60), lines.size()));
    } catch (IOException e) {
      return "no log: " + e;
    }
  }

  /// Leaves what it said where the build's other reports are.
  private void keepLog() {
    Path kept = Path.of("target", "gateways", setup.folder().getFileName() + "-" + home() + ".log");
    try {
      Files.createDirectories(kept.getParent());
      Files.copy(logFile(), kept, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path logFile() {
    return setup.folder().resolve("gateway.log");
  }

  private List<String> java() {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-Xmx" + setup.heap(),
            "-XX:+ExitOnOutOfMemoryError",
            "-XX:TieredStopAtLevel=1",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow"));
    String jar = System.getProperty("emsg.jar", "");
    if (!jar.isEmpty() && new File(jar).exists()) {
      command.addAll(List.of("-jar", jar));
    } else {
      String tests =
          System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
      command.addAll(List.of("-cp", tests, MAIN));
    }
    return command;
  }

  private void await(String what, Callable<Boolean> done) {
    Awaitility.await(what)
        .atMost(PATIENCE)
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(100))
        .until(() -> {
          if (!isAlive()) {
            throw new IllegalStateException("the gateway ended by itself\n" + logTail());
          }
          return done.call();
        });
  }

  private boolean answers(String path) throws InterruptedException {
    URI uri = URI.create("http://127.0.0.1:" + setup.http().getPort() + path);
    try {
      HttpRequest request = HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(5)).build();
      return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException notYet) {
      return false;
    }
  }

  private static boolean listens(InetSocketAddress at) {
    try (Socket socket = new Socket(at.getAddress(), at.getPort())) {
      return socket.isConnected();
    } catch (IOException notYet) {
      return false;
    }
  }

  private boolean awaitEnd(Duration patience) {
    try {
      return process == null || process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /// What the tests themselves are told by their environment is no setting of the gateway.
  private static ProcessBuilder builder(List<String> command) {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().keySet().removeIf(name -> name.startsWith("EMSG_"));
    return builder;
  }
}
