package org.emsg.gateway.interop;

import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.PortBinding;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.testcontainers.containers.Container.ExecResult;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.containers.wait.strategy.WaitStrategy;
import org.testcontainers.images.builder.ImageFromDockerfile;

/// One container of `docker/peers/NAME.Dockerfile`, on a network that all peers of this JVM share.
///
/// The test reaches it at [#at(int)], on loopback, at a port that stays the same when the peer is
/// killed and revived. Other peers reach it by [#name()]. It reaches the test, hence a gateway that
/// the test runs, at [#HOST].
public abstract class Peer implements AutoCloseable {

  /// The machine of the test, as a peer calls it. What listens for a peer there must listen on more
  /// than loopback.
  public static final String HOST = "host.docker.internal";

  private static final Duration START = Duration.ofSeconds(60);

  private final GenericContainer<?> container;
  private final String name;
  private final WaitStrategy ready;

  /// @param image the Dockerfile's name
  /// @param name what the other peers call this one; of one image, several may run
  /// @param ports the TCP ports that it listens on once it is ready
  protected Peer(String image, String name, int... ports) {
    this(image, name, Wait.forListeningPorts(ports), ports);
  }

  /// @param ready how to know that it is, where an open port does not yet say so
  protected Peer(String image, String name, WaitStrategy ready, int... ports) {
    this.name = name;
    this.ready = ready.withStartupTimeout(START);
    container =
        new GenericContainer<>(
                new ImageFromDockerfile("emsg-peer/" + image, false)
                    .withDockerfile(Path.of("docker", "peers", image + ".Dockerfile")))
            .withNetwork(SharedNetwork.NETWORK)
            .withNetworkAliases(name)
            .withLabels(Ownership.LABELS)
            .withExtraHost(HOST, "host-gateway")
            .withExposedPorts(Arrays.stream(ports).boxed().toArray(Integer[]::new))
            .waitingFor(this.ready);
    List<String> bindings = new ArrayList<>();
    for (int port : ports) {
      bindings.add("127.0.0.1:" + freePort() + ":" + port);
    }
    container.setPortBindings(bindings);
  }

  /// For a subclass to say more of its container before it starts.
  protected final GenericContainer<?> container() {
    return container;
  }

  /// Lets a TCP port that was named be reached over UDP too, at the same number.
  protected final void alsoUdp(int port) {
    List<String> bindings = new ArrayList<>(container.getPortBindings());
    container.getPortBindings().stream()
        .map(PortBinding::parse)
        .filter(bound -> bound.getExposedPort().equals(ExposedPort.tcp(port)))
        .map(bound -> bound.getBinding() + ":" + ExposedPort.udp(port))
        .forEach(bindings::add);
    container.setPortBindings(bindings);
  }

  /// Lets the peer look names up in the tests' own DNS.
  protected final void asks(DnsPeer dns) {
    container.withCreateContainerCmdModifier(command ->
        Objects.requireNonNull(command.getHostConfig()).withDns(dns.address().getHostAddress()));
  }

  protected final void start() {
    container.start();
  }

  /// What other peers call this one.
  public final String name() {
    return name;
  }

  /// Where the test finds this peer's port, on loopback.
  public final InetSocketAddress at(int port) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), container.getMappedPort(port));
  }

  /// The address that this peer has among the peers, and that the test's machine sees it come from.
  public final InetAddress address() {
    return container.getContainerInfo().getNetworkSettings().getNetworks().values().stream()
        .map(network -> InetAddress.ofLiteral(network.getIpAddress()))
        .findFirst()
        .orElseThrow();
  }

  /// Ends all of the peer's processes at once, as a power cut would.
  public final void kill() {
    container.getDockerClient().killContainerCmd(container.getContainerId()).exec();
  }

  /// Starts a killed peer again, with the disk that it had, and waits until it is ready.
  public final void revive() {
    container.getDockerClient().startContainerCmd(container.getContainerId()).exec();
    ready.waitUntilReady(container);
  }

  /// Stops the peer's processes where they stand: connections stay open and nothing answers.
  public final void freeze() {
    container.getDockerClient().pauseContainerCmd(container.getContainerId()).exec();
  }

  /// Lets a frozen peer go on.
  public final void thaw() {
    container.getDockerClient().unpauseContainerCmd(container.getContainerId()).exec();
  }

  /// What the peer's processes have said so far.
  public final String log() {
    return container.getLogs();
  }

  @Override
  public final void close() {
    container.stop();
  }

  /// Runs a command in the container and returns what it printed.
  ///
  /// @throws IllegalStateException when it fails, with what it said
  protected final String run(String... command) {
    ExecResult result = tryRun(command);
    if (result.getExitCode() != 0) {
      throw new IllegalStateException(
          "%s: %s ended with %d: %s%s"
              .formatted(
                  name,
                  String.join(" ", command),
                  result.getExitCode(),
                  result.getStdout(),
                  result.getStderr()));
    }
    return result.getStdout();
  }

  /// As [#run(String...)], but what a command's failure means is the caller's to say.
  final ExecResult tryRun(String... command) {
    try {
      return container.execInContainer(StandardCharsets.UTF_8, command);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while " + name + " ran a command", e);
    }
  }

  /// A port that is free now. Docker picks a new one at each start if it is left to it, and a
  /// gateway under test must find its peer again where it was.
  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static final class SharedNetwork {
    private static final Network NETWORK =
        Network.builder()
            .createNetworkCmdModifier(command -> command.withLabels(Ownership.LABELS))
            .build();
  }

  /// Says whose containers these are, so that a build can remove what a JVM that was killed left.
  private static final class Ownership {
    private static final Map<String, String> LABELS =
        Map.of("org.emsg.peers", System.getenv().getOrDefault("EMSG_PEERS_RUN", ""));
  }
}
