package org.emsg.gateway.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.emsg.gateway.cli.EmsgGateway;
import org.emsg.gateway.fixtures.World;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/// A whole gateway on free ports, and the command line beside it.
class GatewayTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final String RULES = "rules: [{match: \"*#dead.test\", network: smtp}]";

  @TempDir Path folder;

  private Path settings;
  private Gateway gateway;

  @BeforeEach
  void start() throws Exception {
    Path routes = Files.createDirectories(folder.resolve("routes"));
    InstalledFiles.readFolder("routes").forEach((name, text) -> write(routes.resolve(name), text));
    write(folder.resolve("addresses.yaml"), World.MAPPING.replace("rules: []", RULES));
    settings = folder.resolve("gateway.yaml");
    write(
        settings,
        """
        data: %1$s/data
        routes: %1$s/routes
        mapping: %1$s/addresses.yaml
        http: {port: 0}
        emsg: {port: 0}
        smtp: {port: 0, relay: {host: 127.0.0.1, port: 1, tls: none}}
        """
            .formatted(folder));
    gateway = Gateway.start(SettingsFile.read(Optional.of(settings), Map.of()), Clock.systemUTC());
  }

  @AfterEach
  void stop() {
    gateway.close();
  }

  @Test
  void aKeyThatIsNotTheAccountsIsRefusedAndTheGatewayIsSaidToRun() throws Exception {
    assertThat(run("user", "add", "alice").code()).isZero();
    Path key = folder.resolve("data/users/alice#a.test.key");
    assertThat(run("user", "add", "anna").code()).isZero();
    Files.copy(
        folder.resolve("data/users/anna#a.test.key"), key, StandardCopyOption.REPLACE_EXISTING);
    Ran sent = run("send", "alice", "anna", "Hi!");
    assertThat(sent.code()).isEqualTo(1);
    assertThat(sent.text()).contains("401");
  }

  @Test
  void aCommandWritesNoCertificate() throws Exception {
    assertThat(run("user", "add", "alice").code()).isZero();
    Path certificate = OwnCertificate.certificate(folder.resolve("data"));
    byte[] before = Files.readAllBytes(certificate);
    write(
        folder.resolve("addresses.yaml"),
        World.MAPPING
            .replace("emsg.a.test", "other.a.test")
            .replace("smtp: a.test", "smtp: m.a.test"));
    assertThat(run("send", "alice", "alice", "Hi!").code()).isZero();
    assertThat(Files.readAllBytes(certificate)).isEqualTo(before);
  }

  @Test
  void aCertificateThatIsNotThereIsNamedByItsSetting() throws Exception {
    String text = Files.readString(settings);
    write(
        settings,
        text.replace("/data", "/other")
            + "tls: {certificate: /nowhere/c.pem, key: /nowhere/k.pem}\n");
    assertThatThrownBy(() ->
            Gateway.start(SettingsFile.read(Optional.of(settings), Map.of()), Clock.systemUTC()))
        .isInstanceOf(StartFailure.class)
        .hasMessageContaining("tls.certificate: there is no /nowhere/c.pem");
    assertThat(new Main(Map.of(), Clock.systemUTC()).run(Optional.of(settings))).isEqualTo(4);
    write(settings, text + "tls: {trust: [/nowhere/t.pem]}\n");
    assertThat(run("user", "add", "alice").code()).isZero();
    Ran sent = run("send", "alice", "alice", "Hi!");
    assertThat(sent.code()).isEqualTo(4);
    assertThat(sent.text()).contains("tls.trust: there is no /nowhere/t.pem");
  }

  @Test
  void aliceWritesToAnnaFromTheCommandLine() throws Exception {
    assertThat(run("user", "add", "alice"))
        .isEqualTo(
            new Ran(
                0,
                "alice#a.test is there, with the key in "
                    + folder.resolve("data/users/alice#a.test.key")
                    + "."));
    assertThat(run("user", "add", "anna").code()).isZero();
    assertThat(run("user", "add", "anna")).isEqualTo(new Ran(1, "anna#a.test is there already"));

    Ran sent = run("send", "alice", "anna", "Hi Anna! 🎈");
    assertThat(sent.code()).as(sent.text()).isZero();
    assertThat(sent.text()).startsWith("200 ");

    Ran heard = run("listen", "anna", "--count", "1");
    assertThat(heard.text()).endsWith("alice#a.test: Hi Anna! 🎈");
    assertThat(run("listen", "anna", "--seconds", "0").text()).as("read already").isEmpty();
    JsonNode again =
        JSON.readTree(run("--json", "listen", "anna", "--count", "1", "--device", "x").text());
    assertThat(again.path("sender").asText()).isEqualTo("alice#a.test");
  }

  @Test
  void nobodyWritesToSomebodyWhoIsNotThere() {
    run("user", "add", "alice");
    Ran sent = run("send", "alice", "nobody", "Hello?");
    assertThat(sent.code()).isEqualTo(1);
    assertThat(sent.text()).startsWith("404 ");
  }

  @Test
  void whatWaitsForADeadServerIsSeenRetriedAndDropped() {
    run("user", "add", "alice");
    // Nobody is the mail relay: what goes there waits.
    assertThat(run("send", "alice", "dave#dead.test", "Anybody?").text()).startsWith("202 ");
    await()
        .untilAsserted(() -> {
          JsonNode lanes = JSON.readTree(run("--json", "outbox", "lanes").text());
          assertThat(lanes.at("/0/remote").asText()).isEqualTo("dead.test");
          assertThat(lanes.at("/0/waiting").asInt()).isPositive();
        });
    assertThat(run("outbox", "retry", "smtp", "a.test", "dead.test").text()).endsWith("due now.");
    String[] shown = {"--json", "outbox", "waiting", "smtp", "a.test", "dead.test"};
    Ran waiting = await().until(() -> run(shown), ran -> !field(ran, "/0/id").isEmpty());
    String id = field(waiting, "/0/id");
    assertThat(run("trace", field(waiting, "/0/trace")).text()).contains("dead.test");
    assertThat(run("outbox", "drop", id).code()).isZero();
    Ran bounced = run("--json", "listen", "alice", "--count", "1");
    assertThat(bounced.text()).contains("bounced").contains("operator");
  }

  @Test
  void aRouteFileThatChangesTakesEffectWithinFiveSeconds() throws Exception {
    run("user", "add", "alice");
    Path file = folder.resolve("routes/esmp-in.yaml");
    String route = Files.readString(file);
    Duration five = Duration.ofSeconds(5);
    write(
        file,
        route.replace(
            "- process: {ref: esmpVerify}",
            "- throwException: {exceptionType: java.io.IOException, message: closed}"));
    await().atMost(five).until(() -> run("send", "alice", "alice", "x").text().startsWith("503"));
    write(file, "- route: [");
    await().during(five).until(() -> run("send", "alice", "alice", "x").text().startsWith("503"));
    write(file, route);
    await().atMost(five).until(() -> run("send", "alice", "alice", "x").code() == 0);
  }

  @Test
  void healthTellsThatAllIsWellAndMetricsCount() throws Exception {
    HttpResponse<String> health = get("/health");
    assertThat(health.statusCode()).isEqualTo(200);
    assertThat(JSON.readTree(health.body()).at("/checks/intake/detail").asText())
        .isEqualTo("0 messages inside");
    assertThat(JSON.readTree(health.body()).at("/checks/routes/detail").asText())
        .isEqualTo("6 routes");
    assertThat(get("/metrics").body())
        .contains("emsg_outbox_waiting{network=\"xmpp\"} 0")
        .contains("jvm_memory_used_bytes");
    assertThat(get("/health/live").statusCode()).isEqualTo(200);
    assertThat(get("/admin").statusCode()).isEqualTo(404);
  }

  @Test
  void theAdminInterfaceAsksForItsToken() throws Exception {
    Path door = folder.resolve("data/admin.json");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(door)))
        .isEqualTo("rw-------");
    URI address = URI.create(JSON.readTree(Files.readString(door)).path("address").asText());
    HttpRequest request =
        HttpRequest.newBuilder(address.resolve("user.list"))
            .header("Authorization", "Bearer guessed")
            .POST(HttpRequest.BodyPublishers.ofString("{}"))
            .build();
    assertThat(send(request).statusCode()).isEqualTo(401);
  }

  @Test
  void aStoppedGatewayIsSaidNotToRun() {
    gateway.close();
    Ran ran = run("user", "add", "alice");
    assertThat(ran.code()).isEqualTo(3);
    assertThat(ran.text()).startsWith("The gateway does not run on ");
    assertThat(folder.resolve("data/admin.json")).doesNotExist();
  }

  @Test
  void aSecondGatewayOnTheSameDataIsRefused() {
    assertThatThrownBy(() ->
            Gateway.start(SettingsFile.read(Optional.of(settings), Map.of()), Clock.systemUTC()))
        .isInstanceOf(StartFailure.class)
        .hasMessageContaining("another gateway works on");
    assertThat(run("user", "list").code()).as("the first one goes on").isZero();
  }

  @Test
  void addressesAndRecordsNeedNoRunningGateway() {
    gateway.close();
    assertThat(run("address", "xmpp:dave@xmpp.test").text())
        .contains("dave#xmpp.test")
        .contains("dave__xmpp.test@xmpp.a.test");
    assertThat(run("dns", "a.test", "--host", "gw.a.test").text())
        .contains("_emsg-server._tcp.a.test. 3600 IN SRV 0 0 5888 gw.a.test.")
        .contains("emsg._domainkey.a.test. 3600 IN TXT \"v=DKIM1; k=rsa; p=");
    assertThat(run("dns", "b.test").code()).isEqualTo(1);
  }

  @Test
  void aPortThatIsTakenStopsTheStartWithAClearWord() throws Exception {
    write(
        settings,
        Files.readString(settings)
            .replace("data: " + folder + "/data", "data: " + folder + "/other")
            .replace("emsg: {port: 0}", "emsg: {port: " + gateway.esmp().getPort() + "}"));
    Ran ran = run("run");
    assertThat(ran.code()).isEqualTo(1);
  }

  private HttpResponse<String> get(String path) throws Exception {
    return send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.http().getPort() + path))
            .build());
  }

  private static HttpResponse<String> send(HttpRequest request) throws Exception {
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(request, HttpResponse.BodyHandlers.ofString());
    }
  }

  private Ran run(String... arguments) {
    StringWriter text = new StringWriter();
    CommandLine line = EmsgGateway.of(new Main(Map.of(), Clock.systemUTC()));
    line.setOut(new PrintWriter(text)).setErr(new PrintWriter(text));
    String[] all = new String[arguments.length + 2];
    all[0] = "--config";
    all[1] = settings.toString();
    System.arraycopy(arguments, 0, all, 2, arguments.length);
    return new Ran(line.execute(all), text.toString().strip());
  }

  private static String field(Ran ran, String pointer) {
    try {
      return JSON.readTree(ran.text()).at(pointer).asText();
    } catch (IOException notJson) {
      throw new AssertionError(ran.text(), notJson);
    }
  }

  private static void write(Path file, String text) {
    try {
      Files.writeString(file, text);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /// What a command returned and printed.
  private record Ran(int code, String text) {}
}
