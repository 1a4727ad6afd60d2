package org.emsg.gateway.xmpp.stream;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.emsg.gateway.model.Bytes;

/// What goes out on one stream: a queue with a bound, and the loop that empties it. Whoever has
/// something offers it, one thread runs.
final class StreamWriter {
  private final Socket socket;
  private final int maxBytes;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final ArrayDeque<Bytes> queue = new ArrayDeque<>();
  private long queued;
  private boolean ended;

  StreamWriter(Socket socket, int maxBytes) {
    this.socket = socket;
    this.maxBytes = maxBytes;
  }

  /// False where there is no room, or no stream any more.
  boolean offer(Bytes bytes) {
    lock.lock();
    try {
      if (ended || queued + bytes.size() > maxBytes) {
        return false;
      }
      queue.add(bytes);
      queued += bytes.size();
      changed.signalAll();
      return true;
    } finally {
      lock.unlock();
    }
  }

  /// Takes nothing more; what waits is written still.
  void end() {
    lock.lock();
    try {
      ended = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// Writes until the end and the end tag.
  void run() throws IOException, InterruptedException {
    OutputStream out = socket.getOutputStream();
    for (Optional<Bytes> next = next(); next.isPresent(); next = next()) {
      out.write(next.get().view());
    }
    // The peer's end tag is not waited for: whoever reads may not be there any more.
    out.write(XmppCodec.end(Optional.empty()).view());
    out.flush();
    socket.shutdownOutput();
  }

  /// All that waits, as one run of bytes; empty when the stream has ended and all is written.
  private Optional<Bytes> next() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (queue.isEmpty() && !ended) {
        changed.await();
      }
      if (queue.isEmpty()) {
        return Optional.empty();
      }
      byte[] run = new byte[(int) queued];
      int length = 0;
      for (Bytes each : queue) {
        System.arraycopy(each.view(), 0, run, length, each.size());
        length += each.size();
      }
      queue.clear();
      queued = 0;
      return Optional.of(Bytes.wrap(run));
    } finally {
      lock.unlock();
    }
  }
}
