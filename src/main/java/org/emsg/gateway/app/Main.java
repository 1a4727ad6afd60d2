package org.emsg.gateway.app;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.emsg.gateway.address.Addressing;
import org.emsg.gateway.address.HashedAliases;
import org.emsg.gateway.address.MappingException;
import org.emsg.gateway.app.settings.SettingsException;
import org.emsg.gateway.cli.CommandFailure;
import org.emsg.gateway.cli.EmsgGateway;
import org.emsg.gateway.cli.ExitCodes;
import org.emsg.gateway.cli.Installation;
import org.emsg.gateway.crypto.DomainKeys;
import org.emsg.gateway.crypto.Ed25519;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Network;
import org.emsg.gateway.net.TlsContexts;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The process: the command line, with the gateway behind its `run`.
public final class Main implements Installation {
  private final Map<String, String> environment;
  private final Clock clock;

  Main(Map<String, String> environment, Clock clock) {
    this.environment = environment;
    this.clock = clock;
  }

  public static void main(String[] arguments) {
    // What the JDK's HTTP server asks of those it serves, in seconds: nobody holds a connection
    // open for ever.
    System.setProperty("sun.net.httpserver.maxReqTime", "30");
    System.setProperty("sun.net.httpserver.maxRspTime", "600");
    System.setProperty("jdk.httpserver.maxConnections", "2000");
    Main installation = new Main(System.getenv(), Clock.systemUTC());
    System.exit(EmsgGateway.of(installation).execute(arguments));
  }

  @Override
  public int run(Optional<Path> settings) {
    Logger log = LoggerFactory.getLogger(Main.class);
    long begun = System.nanoTime();
    Gateway gateway;
    try {
      gateway = Gateway.start(SettingsFile.read(settings, environment), clock);
    } catch (SettingsException wrong) {
      System.err.println(wrong.getMessage());
      return ExitCodes.WRONG_SETTINGS;
    } catch (StartFailure failure) {
      log.debug("the start failed", failure);
      System.err.println("emsg-gateway: " + failure.getMessage());
      return failure.getCause() instanceof MappingException
              || failure.getCause() instanceof SettingsException
              || failure.getCause() instanceof RouteFault
          ? ExitCodes.WRONG_SETTINGS
          : ExitCodes.REFUSED;
    }
    long millis = Duration.ofNanos(System.nanoTime() - begun).toMillis();
    Banner.lines(gateway, millis).forEach(System.out::println);
    return runUntilStopped(gateway, log);
  }

  /// Waits for SIGTERM or Ctrl-C. The JVM goes down when the hook returns, so the hook is what
  /// stops the gateway.
  private static int runUntilStopped(Gateway gateway, Logger log) {
    CountDownLatch stopped = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            Thread.ofPlatform()
                .name("stop")
                .unstarted(() -> {
                  log.info("stopping");
                  gateway.close();
                  log.info("stopped");
                  stopped.countDown();
                }));
    try {
      stopped.await();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    return ExitCodes.DONE;
  }

  @Override
  public Local local(Optional<Path> settings) throws CommandFailure {
    try {
      GatewayConfig config = SettingsFile.read(settings, environment);
      Foundation foundation = new Foundation(config, clock, new SecureRandom());
      return new Here(config, foundation, foundation.addressing(new NoStore()));
    } catch (SettingsException | MappingException wrong) {
      throw new CommandFailure(ExitCodes.WRONG_SETTINGS, String.valueOf(wrong.getMessage()));
    }
  }

  /// What is set here.
  private record Here(GatewayConfig config, Foundation foundation, Addressing addressing)
      implements Local {
    @Override
    public Path data() {
      return config.data();
    }

    @Override
    public InetSocketAddress esmp() throws CommandFailure {
      try {
        return foundation.esmp();
      } catch (UnknownHostException nowhere) {
        throw new CommandFailure(
            ExitCodes.WRONG_SETTINGS, "emsg.host: there is no " + nowhere.getMessage());
      }
    }

    @Override
    public TlsContexts tls() throws CommandFailure {
      try {
        return foundation.clientTls();
      } catch (SettingsException wrong) {
        throw new CommandFailure(ExitCodes.WRONG_SETTINGS, String.valueOf(wrong.getMessage()));
      } catch (IOException unreadable) {
        throw new CommandFailure(
            ExitCodes.WRONG_SETTINGS, "tls: " + String.valueOf(unreadable.getMessage()));
      }
    }

    @Override
    public DomainKeys domainKeys() {
      return foundation.domainKeys(addressing, Ed25519.best());
    }

    @Override
    public Optional<String> mailRelay() {
      return Optional.of(config.smtp().relay().host()).filter(host -> !host.isEmpty());
    }

    @Override
    public List<String> dkimSelectors() {
      return config.smtp().selectors();
    }
  }

  /// Aliases that are too long to be read back need the store, which only the gateway opens.
  private static final class NoStore implements HashedAliases {
    @Override
    public boolean put(String alias, Address address) {
      return true;
    }

    @Override
    public Optional<Address> find(Network network, String alias) {
      return Optional.empty();
    }
  }
}
