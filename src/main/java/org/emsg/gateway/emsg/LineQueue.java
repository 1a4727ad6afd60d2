package org.emsg.gateway.emsg;

import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.IntConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The lines of one connection, worked off one after the other on an executor: in order, never two
/// at once, and some at a time before others have their turn.
///
/// A handler that has to wait gives a stage back; nothing more of this connection is looked at
/// until that completes. Nor is it while the connection is not ready for more.
final class LineQueue implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(LineQueue.class);
  private static final int TURN = 64;

  private final Executor workers;
  private final BooleanSupplier ready;
  private final Function<byte[], Optional<CompletionStage<?>>> handler;
  private final IntConsumer done;
  private final Runnable failed;
  private final ArrayDeque<byte[]> lines = new ArrayDeque<>();
  private boolean running;
  private boolean stopped;

  /// @param ready whether another line may be begun; whoever makes that true calls `resume`
  /// @param done gets the size of each line that was handled, or will never be
  /// @param failed called when the handler threw, which is a bug: the connection cannot go on
  LineQueue(
      Executor workers,
      BooleanSupplier ready,
      Function<byte[], Optional<CompletionStage<?>>> handler,
      IntConsumer done,
      Runnable failed) {
    this.workers = workers;
    this.ready = ready;
    this.handler = handler;
    this.done = done;
    this.failed = failed;
  }

  void add(byte[] line) {
    synchronized (lines) {
      if (!stopped) {
        lines.add(line);
        start();
        return;
      }
    }
    done.accept(line.length);
  }

  /// The connection may be ready again.
  void resume() {
    synchronized (lines) {
      if (!lines.isEmpty()) {
        start();
      }
    }
  }

  private void start() {
    if (!running) {
      running = true;
      workers.execute(this);
    }
  }

  /// Whether a line is being handled; false also where those that wait may not be begun.
  boolean isBusy() {
    synchronized (lines) {
      return running;
    }
  }

  /// Forgets what waits, and takes nothing more.
  void stop() {
    int[] forgotten;
    synchronized (lines) {
      stopped = true;
      forgotten = lines.stream().mapToInt(line -> line.length).toArray();
      lines.clear();
    }
    for (int size : forgotten) {
      done.accept(size);
    }
  }

  @Override
  public void run() {
    for (int i = 0; i < TURN; i++) {
      byte[] line;
      synchronized (lines) {
        // Asked under the lock: who makes it ready meanwhile finds us at rest, and wakes us.
        line = ready.getAsBoolean() ? lines.poll() : null;
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
        done.accept(line.length);
        stop();
        failed.run();
        continue;
      }
      if (wait.isPresent()) {
        int size = line.length;
        wait.get()
            .whenComplete((_, _) -> {
              done.accept(size);
              workers.execute(this);
            });
        return;
      }
      done.accept(line.length);
    }
    workers.execute(this);
  }
}
