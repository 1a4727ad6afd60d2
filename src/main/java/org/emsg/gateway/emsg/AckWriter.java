package org.emsg.gateway.emsg;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.emsg.gateway.home.Mailboxes;
import org.emsg.gateway.home.Mailboxes.DeviceRef;

/// Writes devices' acknowledgements: what comes while one transaction runs goes together into the
/// next, and only the furthest cursor of a device is written.
final class AckWriter {
  private final Mailboxes mailboxes;
  private final Executor blocking;
  private Map<DeviceRef, Long> waiting = new HashMap<>();
  private List<CompletableFuture<Boolean>> told = new ArrayList<>();
  private boolean running;

  AckWriter(Mailboxes mailboxes, Executor blocking) {
    this.mailboxes = mailboxes;
    this.blocking = blocking;
  }

  /// Written soon; nobody is told.
  synchronized void note(DeviceRef device, long cursor) {
    waiting.merge(device, cursor, Math::max);
    if (!running) {
      running = true;
      blocking.execute(this::write);
    }
  }

  /// True once it is on stable storage, false where that failed: the device will say it again.
  synchronized CompletionStage<Boolean> acknowledge(DeviceRef device, long cursor) {
    CompletableFuture<Boolean> done = new CompletableFuture<>();
    told.add(done);
    note(device, cursor);
    return done;
  }

  private void write() {
    while (true) {
      Map<DeviceRef, Long> cursors;
      List<CompletableFuture<Boolean>> listeners;
      synchronized (this) {
        if (waiting.isEmpty()) {
          running = false;
          return;
        }
        cursors = waiting;
        listeners = told;
        waiting = new HashMap<>();
        told = new ArrayList<>();
      }
      boolean written = written(cursors);
      listeners.forEach(listener -> listener.complete(written));
    }
  }

  private boolean written(Map<DeviceRef, Long> cursors) {
    try {
      mailboxes.acknowledge(cursors);
      return true;
    } catch (RuntimeException e) {
      org.slf4j.LoggerFactory.getLogger(AckWriter.class)
          .warn(
              "Acknowledgements of {} devices are not written; they will come again",
              cursors.size(),
              e);
      return false;
    }
  }
}
