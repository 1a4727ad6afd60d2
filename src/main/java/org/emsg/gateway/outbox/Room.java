package org.emsg.gateway.outbox;

import java.util.concurrent.atomic.AtomicLong;

/// The memory for what is being sent over one network, all lanes together, in bytes. Thread-safe.
final class Room {
  private final long size;
  private final AtomicLong taken = new AtomicLong();

  Room(long size) {
    this.size = size;
  }

  /// What a message takes of it. At most half, so that one larger than the room is sent too, and
  /// need not wait until everybody else has left.
  long weigh(OutboundMessage message) {
    return Math.min(message.weight(), size / 2);
  }

  /// What one lane takes at most, and a message: a quarter, lest one slow server have all.
  long share() {
    return size / 4;
  }

  /// False, and nothing is taken, where so much is not free.
  boolean enter(long bytes) {
    long now = taken.get();
    while (now + bytes <= size) {
      if (taken.compareAndSet(now, now + bytes)) {
        return true;
      }
      now = taken.get();
    }
    return false;
  }

  void leave(long bytes) {
    taken.addAndGet(-bytes);
  }

  long taken() {
    return taken.get();
  }
}
