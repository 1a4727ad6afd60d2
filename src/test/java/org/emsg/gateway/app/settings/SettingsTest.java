package org.emsg.gateway.app.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.emsg.gateway.net.Cidr;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsTest {
  private static final String DEFAULTS =
      """
      name: one
      server: {port: 25, mode: half-open, idle-time: 5 s, max-line: 1 MiB}
      peers: []
      servers: []
      secret:
      """;

  @TempDir Path directory;

  @Test
  void theFileReplacesSingleValuesAndLeavesTheOthers() throws Exception {
    House house =
        Settings.defaults(DEFAULTS)
            .file(file("server: {port: 26}\npeers: [{host: a.test, allow: [10.0.0.0/8]}]\n"))
            .bind(House.class);
    assertThat(house.server())
        .isEqualTo(new Server(26, Mode.HALF_OPEN, Duration.ofSeconds(5), 1 << 20));
    assertThat(house.peers())
        .containsExactly(new Peer("a.test", List.of(Cidr.parse("10.0.0.0/8"))));
    assertThat(house.secret()).isEmpty();
  }

  @Test
  void theEnvironmentReplacesTheFile() throws Exception {
    House house =
        Settings.defaults(DEFAULTS)
            .file(file("server: {port: 26, idle-time: 2 min}\n"))
            .environment(
                Map.of(
                    "EMSG_SERVER_PORT", "27",
                    "EMSG_SECRET", "#: not YAML",
                    "EMSG_SERVERS", "['127.0.0.1:53', '[::1]:5353']",
                    "PATH", "/bin"),
                House.class)
            .bind(House.class);
    assertThat(house.server().port()).isEqualTo(27);
    assertThat(house.server().idleTime()).isEqualTo(Duration.ofMinutes(2));
    assertThat(house.secret()).contains("#: not YAML");
    assertThat(house.servers())
        .containsExactly(
            new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 53),
            new InetSocketAddress(InetAddress.ofLiteral("::1"), 5353));
  }

  @Test
  void aSettingThatNobodyKnowsIsNamedWithThoseThatThereAre() throws Exception {
    Path file = file("server: {prot: 26}\n");
    assertThatThrownBy(() -> Settings.defaults(DEFAULTS).file(file).bind(House.class))
        .isInstanceOf(SettingsException.class)
        .hasMessage(
            file
                + ": server.prot: is no setting; allowed here are idle-time, max-line, mode, port");
  }

  @Test
  void everyFaultIsToldAtOnceWithWhereItStandsAndWhatIsAllowed() throws Exception {
    Path file = file("server: {port: 99999, mode: open, idle-time: soon}\nname: [a]\n");
    SettingsException refused =
        catchThrowableOfType(
            SettingsException.class,
            () ->
                Settings.defaults(DEFAULTS)
                    .file(file)
                    .environment(Map.of("EMSG_SERVER_MAX_LINE", "1 PiB"), House.class)
                    .bind(House.class));
    assertThat(refused.faults().stream().map(SettingsException.Fault::toString))
        .containsExactly(
            file + ": name: is one value, not a list or a group",
            file + ": server.mode: \"open\" is none of closed, half-open",
            file
                + ": server.idle-time: \"soon\" is no length of time: a number and ms, s, min, h or"
                + " d",
            "EMSG_SERVER_MAX_LINE: server.max-line: \"1 PiB\" is no number (sizes may have KiB, MiB"
                + " or GiB after it)");
  }

  @Test
  void theRecordItselfHasTheLastWord() throws Exception {
    assertThatThrownBy(() ->
            Settings.defaults(DEFAULTS)
                .environment(Map.of("EMSG_SERVER_PORT", "99999"), House.class)
                .bind(House.class))
        .isInstanceOf(SettingsException.class)
        .hasMessage("EMSG_SERVER_PORT: server: port is from 0 to 65535");
  }

  @Test
  void anEnvironmentVariableThatIsNoSettingIsRefused() throws Exception {
    assertThatThrownBy(() ->
            Settings.defaults(DEFAULTS)
                .environment(
                    Map.of("EMSG_SERVER_PROT", "1", "EMSG_CONFIG", "x"),
                    House.class,
                    "EMSG_CONFIG"))
        .isInstanceOf(SettingsException.class)
        .hasMessageStartingWith(
            "EMSG_SERVER_PROT: is no setting; there are EMSG_SERVER_IDLE_TIME,");
  }

  @Test
  void aFileThatIsNoYamlIsRefusedWithItsLine() throws Exception {
    Path twice = file("name: a\nname: b\n");
    assertThatThrownBy(() -> Settings.defaults(DEFAULTS).file(twice))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("line 2")
        .hasMessageContaining("name");
    assertThatThrownBy(() -> Settings.defaults(DEFAULTS).file(directory.resolve("none.yaml")))
        .hasMessageContaining("there is no such file");
  }

  private Path file(String yaml) throws Exception {
    return Files.writeString(directory.resolve("gateway.yaml"), yaml);
  }

  record House(
      String name,
      Server server,
      List<Peer> peers,
      List<InetSocketAddress> servers,
      Optional<String> secret) {}

  record Server(int port, Mode mode, Duration idleTime, int maxLine) {
    Server {
      if (port > 65_535) {
        throw new IllegalArgumentException("port is from 0 to 65535");
      }
    }
  }

  record Peer(String host, List<Cidr> allow) {}

  enum Mode {
    CLOSED,
    HALF_OPEN
  }
}
