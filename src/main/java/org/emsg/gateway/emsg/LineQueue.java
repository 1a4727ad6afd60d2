package org.emsg.gateway.emsg;

import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The lines of one connection, worked off one after the other on an executor: in order, never two
/// at once, and some at a time before others have their turn.
///
/// A handler that has to wait gives a stage back; nothing more of this connection is looked at
/// until that completes.
final class LineQueue implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(LineQueue.class);
  private static final int TURN = 64;

  private final Executor workers;
  private final Function<byte[], Optional<CompletionStage<?>>> handler;
  private final Runnable failed;
  private final ArrayDeque<byte[]> lines = new ArrayDeque<>();
  private boolean running;
  private boolean stopped;

  /// @param failed called when the handler threw, which is a bug: the connection cannot go on
  LineQueue(
      Executor workers, Function<byte[], Optional<CompletionStage<?>>> handler, Runnable failed) {
    this.workers = workers;
    this.handler = handler;
    this.failed = failed;
  }

  /// Adds a line; how many wait now.
  int add(byte[] line) {
    synchronized (lines) {
      if (stopped) {
        return 0;
      }
      lines.add(line);
      if (!running) {
        running = true;
        workers.execute(this);
      }
      return lines.size();
    }
  }

  int size() {
    synchronized (lines) {
      return lines.size();
    }
  }

  /// Forgets what waits, and takes nothing more.
  void stop() {
    synchronized (lines) {
      stopped = true;
      lines.clear();
    }
  }

  @Override
  public void run() {
    for (int i = 0; i < TURN; i++) {
      byte[] line;
      synchronized (lines) {
        line = lines.poll();
        if (line == null) {
          running = false;
          return;
        }
      }
      Optional<CompletionStage<?>> wait;
      try {
        wait = handler.apply(line);
      } catch (RuntimeException e) {
        LOG.error("A line could not be handled; its connection is closed", e);
        stop();
        failed.run();
        continue;
      }
      if (wait.isPresent()) {
        wait.get().whenComplete((_, _) -> workers.execute(this));
        return;
      }
    }
    workers.execute(this);
  }
}
