package org.emsg.gateway.emsg;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.emsg.gateway.crypto.Ed25519;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.net.PeerCheck;
import org.emsg.gateway.net.TlsContexts;

/// Makes [EsmpClient]s: the threads that they share. The command line, the tests and the benchmark
/// talk to servers with them.
public final class EsmpClients implements AutoCloseable {
  private static final Duration TIMEOUT = Duration.ofSeconds(15);

  /// A page has at most a mebibyte, or one message, which has what a server may be set to take.
  private static final int MAX_LINE = EmsgConfig.MOST_MAX_LINE;

  private final EventLoops loops;
  private final ExecutorService workers;
  private final EsmpCodec codec = new EsmpCodec(new EsmpSchemas());
  private final Clock clock;
  private final RandomGenerator random;

  public EsmpClients(Clock clock, RandomGenerator random) {
    this.clock = clock;
    this.random = random;
    this.loops = new EventLoops("esmp-client-loop", 1);
    this.workers =
        Executors.newFixedThreadPool(
            Runtime.getRuntime().availableProcessors(),
            Thread.ofPlatform().name("esmp-client-", 0).daemon().factory());
  }

  /// Whom to connect to, and as whom.
  ///
  /// @param device the device's name; its cursor is kept under it
  /// @param tls empty for plain text, which servers take from loopback only
  public record Login(
      InetSocketAddress server,
      Address.Emsg user,
      Ed25519.SigningKey key,
      String device,
      Optional<TlsContexts> tls) {}

  /// Connects and authenticates; fails with an `IOException` that says what was answered.
  ///
  /// @param messages gets what the server pushes, in order, on one thread at a time
  public CompletionStage<EsmpClient> connect(Login login, Consumer<EsmpClient.Received> messages) {
    return open(login.server(), login.user().domain(), login.tls(), messages)
        .thenCompose(connection -> {
          EsmpClient client = new EsmpClient(connection, login.user(), login.key(), clock, random);
          return client
              .logIn(login.device())
              .whenComplete((_, fault) -> {
                if (fault != null) {
                  connection.close();
                }
              });
        });
  }

  private CompletionStage<EsmpConnection> open(
      InetSocketAddress server,
      String domain,
      Optional<TlsContexts> tls,
      Consumer<EsmpClient.Received> messages) {
    EsmpConnection.Dial dial =
        new EsmpConnection.Dial(
            server,
            tls.map(contexts -> contexts.nettyClient(PeerCheck.named(domain), "esmp")),
            domain,
            TIMEOUT,
            MAX_LINE);
    return EsmpConnection.open(
        loops, dial, codec, workers, message -> messages.accept(EsmpClient.Received.of(message)));
  }

  @Override
  public void close() {
    loops.close();
    workers.shutdownNow();
  }

  /// Connects without authenticating, for questions that anybody may ask.
  CompletionStage<EsmpConnection> anonymous(
      InetSocketAddress server, String domain, Optional<TlsContexts> tls) {
    return open(server, domain, tls, _ -> {});
  }

  /// The server answered, and said no.
  public static final class Refused extends IOException {
    private static final long serialVersionUID = 1L;

    Refused(String message) {
      super(message);
    }
  }

  /// A stage that failed, with the reason a server gave.
  static <T> CompletionStage<T> refused(String what, EsmpLine.Response answer) {
    return CompletableFuture.failedStage(
        new Refused(what + " was answered with " + answer.code() + ' ' + answer.message()));
  }
}
