package org.emsg.gateway.net;

import java.util.concurrent.atomic.AtomicLong;

/// How many bytes of input may be in memory at once, over all connections that share it.
/// Thread-safe.
public final class MemoryBudget {
  private final AtomicLong left;

  public MemoryBudget(long bytes) {
    this.left = new AtomicLong(bytes);
  }

  /// Takes `bytes` out, or nothing and answers false.
  public boolean take(long bytes) {
    if (left.addAndGet(-bytes) >= 0) {
      return true;
    }
    left.addAndGet(bytes);
    return false;
  }

  public void give(long bytes) {
    left.addAndGet(bytes);
  }

  public long left() {
    return left.get();
  }
}
