package org.emsg.gateway.smtp;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// The client's connections: at most so many to one server at once. One that has nothing to do is
/// kept for a while for the next message, one that hangs is cut, and a server to which there is
/// none is forgotten. Thread-safe.
final class SmtpPool implements AutoCloseable {
  private static final Duration SWEEP = Duration.ofSeconds(5);

  private final int perServer;
  private final Duration idle;
  private final Map<String, Server> servers = new ConcurrentHashMap<>();
  private final Set<SmtpLink> open = ConcurrentHashMap.newKeySet();
  private final ScheduledExecutorService sweeper =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("smtp-idle").daemon().factory());
  private volatile boolean closed;

  /// @param idle how long a connection without work is kept
  SmtpPool(int perServer, Duration idle) {
    this.perServer = perServer;
    this.idle = idle;
    long every = Math.clamp(idle.toMillis() / 2, 1, SWEEP.toMillis());
    var _ = sweeper.scheduleWithFixedDelay(this::sweep, every, every, TimeUnit.MILLISECONDS);
  }

  private record Kept(SmtpLink link, long since) {}

  private static final class Server {
    final Semaphore room;
    private final Deque<Kept> kept = new ArrayDeque<>();

    /// Changed only inside [Map#compute] and its kin.
    private int visitors;

    Server(int connections) {
      this.room = new Semaphore(connections, true);
    }

    synchronized Optional<SmtpLink> take() {
      return Optional.ofNullable(kept.pollLast()).map(Kept::link);
    }

    synchronized void keep(SmtpLink link) {
      kept.addLast(new Kept(link, System.nanoTime()));
    }

    synchronized List<SmtpLink> idleSince(long nanos) {
      List<SmtpLink> old = new ArrayList<>();
      for (Iterator<Kept> i = kept.iterator(); i.hasNext(); ) {
        Kept each = i.next();
        if (each.since() - nanos <= 0) {
          old.add(each.link());
          i.remove();
        }
      }
      return old;
    }

    synchronized boolean isUnused() {
      return visitors == 0 && kept.isEmpty();
    }
  }

  /// A place among those who send to `server`; empty where none gets free within `patience`.
  Optional<Place> enter(String server, Duration patience) throws InterruptedException {
    Server entered =
        servers.compute(
            server,
            (_, known) -> {
              Server there = known == null ? new Server(perServer) : known;
              there.visitors++;
              return there;
            });
    boolean in = false;
    try {
      in = entered.room.tryAcquire(patience.toMillis(), TimeUnit.MILLISECONDS);
      return in ? Optional.of(new Place(server, entered)) : Optional.empty();
    } finally {
      if (!in) {
        leave(server);
      }
    }
  }

  private void leave(String server) {
    servers.computeIfPresent(
        server,
        (_, there) -> {
          there.visitors--;
          return there.isUnused() ? null : there;
        });
  }

  /// How many servers there are connections to, or somebody who wants one.
  int servers() {
    return servers.size();
  }

  /// The right to one connection at a time, for one thread, until it is closed.
  final class Place implements AutoCloseable {
    private final String name;
    private final Server server;

    private Place(String name, Server server) {
      this.name = name;
      this.server = server;
    }

    /// A connection that was kept.
    Optional<SmtpLink> take() {
      return server.take();
    }

    /// A new connection, greeted and ready.
    SmtpLink open(SmtpLink.Opening opening) throws IOException {
      SmtpLink link = SmtpLink.connect(opening);
      open.add(link);
      boolean begun = false;
      try {
        link.begin();
        begun = true;
        return link;
      } finally {
        if (!begun) {
          drop(link);
        }
      }
    }

    /// Ends the use of a connection.
    void giveBack(SmtpLink link, boolean keep) {
      if (keep && !closed) {
        link.rest();
        server.keep(link);
      } else {
        drop(link);
      }
    }

    @Override
    public void close() {
      server.room.release();
      leave(name);
    }
  }

  private void drop(SmtpLink link) {
    link.close();
    open.remove(link);
  }

  private void sweep() {
    open.forEach(SmtpLink::abortIfLate);
    long before = System.nanoTime() - idle.toNanos();
    for (String name : servers.keySet()) {
      servers.computeIfPresent(
          name,
          (_, server) -> {
            // A goodbye is written, which may take its time: not here.
            server.idleSince(before).forEach(link -> Thread.startVirtualThread(() -> drop(link)));
            return server.isUnused() ? null : server;
          });
    }
  }

  /// Keeps nothing any more, and says goodbye on idle connections.
  @Override
  public void close() {
    closed = true;
    sweeper.shutdownNow();
    servers.values().forEach(server -> server.idleSince(System.nanoTime()).forEach(this::drop));
  }
}
