package org.emsg.gateway.smtp;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import javax.net.ssl.SSLContext;
import org.emsg.gateway.net.MemoryBudget;
import org.emsg.gateway.net.Origin;
import org.emsg.gateway.smtp.wire.SmtpReply;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The listener: accepts connections, counts them, and gives each a session on a virtual thread of
/// its own.
final class SmtpServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SmtpServer.class);
  private static final int BACKLOG = 256;
  private static final Duration GRACE = Duration.ofSeconds(10);
  private static final Duration ROOM_WAIT = Duration.ofMillis(200);
  private static final Duration SWEEP = Duration.ofSeconds(5);

  private final SmtpConfig config;
  private final String name;
  private final SmtpGate gate;
  private final Supplier<Optional<SSLContext>> tls;
  private final Clock clock;
  private final RandomGenerator random;
  private final MemoryBudget budget;
  private final ServerSocket listener;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final ScheduledExecutorService sweeper =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("smtp-sweep").daemon().factory());
  private final Set<SmtpSession> sessions = ConcurrentHashMap.newKeySet();
  private final AtomicInteger connections = new AtomicInteger();
  private final ConcurrentHashMap<Origin, Integer> connectionsFrom = new ConcurrentHashMap<>();

  private SmtpServer(
      ServerSocket listener,
      SmtpConfig config,
      String name,
      SmtpGate gate,
      Supplier<Optional<SSLContext>> tls,
      Clock clock,
      RandomGenerator random) {
    this.listener = listener;
    this.config = config;
    this.name = name;
    this.gate = gate;
    this.tls = tls;
    this.clock = clock;
    this.random = random;
    this.budget = new MemoryBudget(config.memory());
    // A read inside a TLS record does not know the session's deadline; this does.
    var _ =
        sweeper.scheduleWithFixedDelay(
            () -> sessions.forEach(SmtpSession::abortIfLate),
            SWEEP.toSeconds(),
            SWEEP.toSeconds(),
            TimeUnit.SECONDS);
  }

  /// Listens and serves from now on.
  ///
  /// @param tls asked for each connection, so that a renewed certificate is used at once
  /// @throws UncheckedIOException if the port is not to be had
  static SmtpServer start(
      SmtpConfig config,
      String name,
      SmtpGate gate,
      Supplier<Optional<SSLContext>> tls,
      Clock clock,
      RandomGenerator random) {
    try {
      ServerSocket listener = new ServerSocket();
      listener.setReuseAddress(true);
      listener.bind(new InetSocketAddress(config.host(), config.port()), BACKLOG);
      SmtpServer server = new SmtpServer(listener, config, name, gate, tls, clock, random);
      Thread.ofPlatform().name("smtp-accept").daemon().start(server::accept);
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException(
          "SMTP cannot listen on " + config.host() + ":" + config.port(), e);
    }
  }

  InetSocketAddress address() {
    return (InetSocketAddress) listener.getLocalSocketAddress();
  }

  int connections() {
    return connections.get();
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket socket = listener.accept();
        threads.execute(() -> serve(socket));
      } catch (IOException e) {
        if (!listener.isClosed()) {
          // Out of file descriptors, most likely: those that leave make room.
          LOG.warn("a connection could not be accepted, waiting for room: {}", e.toString());
          LockSupport.parkNanos(ROOM_WAIT.toNanos());
        }
      }
    }
  }

  private void serve(Socket socket) {
    Origin from = Origin.of(socket.getInetAddress());
    boolean room = connections.incrementAndGet() <= config.maxConnections();
    boolean fair =
        connectionsFrom.merge(from, 1, Integer::sum) <= config.maxConnectionsPerAddress();
    try {
      if (room && fair && !listener.isClosed()) {
        socket.setTcpNoDelay(true);
        SmtpSession session =
            new SmtpSession(socket, config, name, gate, tls.get(), budget, clock, random);
        sessions.add(session);
        if (listener.isClosed()) {
          session.end();
        }
        try {
          session.run();
        } finally {
          sessions.remove(session);
        }
      } else {
        turnAway(socket);
      }
    } catch (IOException e) {
      LOG.debug("{}: {}", socket.getInetAddress(), e.toString());
    } finally {
      connectionsFrom.computeIfPresent(from, (key, count) -> count == 1 ? null : count - 1);
      connections.decrementAndGet();
    }
  }

  private void turnAway(Socket socket) throws IOException {
    try (socket;
        OutputStream out = socket.getOutputStream()) {
      out.write(SmtpReply.of(421, "4.7.0", name + " has too many connections").encode());
      out.flush();
    }
  }

  /// Listens no more; sessions that wait for a command end at once, others get a few seconds for
  /// the message that they are at.
  @Override
  public void close() {
    try {
      listener.close();
    } catch (IOException e) {
      LOG.warn("closing the listener: {}", e.toString());
    }
    sessions.forEach(SmtpSession::end);
    threads.shutdown();
    sweeper.shutdownNow();
    try {
      if (!threads.awaitTermination(GRACE.toSeconds(), TimeUnit.SECONDS)) {
        sessions.forEach(SmtpSession::abort);
        threads.shutdownNow();
      }
    } catch (InterruptedException e) {
      sessions.forEach(SmtpSession::abort);
      threads.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
