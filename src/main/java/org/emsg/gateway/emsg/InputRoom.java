package org.emsg.gateway.emsg;

import io.netty.channel.Channel;
import java.util.function.BooleanSupplier;
import org.emsg.gateway.net.MemoryBudget;

/// What one connection's input takes up in memory, each line counted from when it is read until it
/// is done with. While that is too much, the channel is not read.
///
/// A little is every connection's own; what goes beyond is borrowed from a budget that many share.
/// Whoever gets no more waits until lines of its own are done with, which needs nobody else. Only
/// the beginning of a line that finds no room cannot wait: its rest would never come. Thread-safe.
final class InputRoom {
  /// Bytes that no connection has to borrow.
  static final int OWN = 16 * 1024;

  private static final int STEP = 16 * 1024;

  /// What a line costs besides its bytes.
  private static final int LINE = 64;

  private final Channel channel;
  private final int maxLines;
  private final long maxBytes;
  private final BooleanSupplier alsoReady;
  private MemoryBudget budget;
  private int lines;
  private long bytes;
  private long begun;
  private long borrowed;
  private boolean covered = true;

  /// @param maxLines after which nothing is read on
  /// @param maxBytes the same; what one reading brings may come on top
  /// @param budget what is borrowed from
  /// @param alsoReady what else has to hold for reading on; who changes that calls `regulate`
  InputRoom(
      Channel channel,
      int maxLines,
      long maxBytes,
      MemoryBudget budget,
      BooleanSupplier alsoReady) {
    this.channel = channel;
    this.maxLines = maxLines;
    this.maxBytes = maxBytes;
    this.budget = budget;
    this.alsoReady = alsoReady;
  }

  /// A line of `size` bytes is there.
  void take(int size) {
    synchronized (this) {
      lines++;
      bytes += size + LINE;
      borrow();
    }
    regulate();
  }

  /// A line that was taken is done with.
  void release(int size) {
    synchronized (this) {
      lines--;
      bytes -= size + LINE;
      borrow();
    }
    regulate();
  }

  /// So much of a line is there whose end is not. False where that finds no room.
  boolean begun(int size) {
    boolean fits;
    synchronized (this) {
      begun = size;
      borrow();
      fits = covered || size <= OWN;
    }
    regulate();
    return fits;
  }

  /// Borrows from `other` from now on.
  void borrowFrom(MemoryBudget other) {
    synchronized (this) {
      budget.give(borrowed);
      borrowed = 0;
      budget = other;
      borrow();
    }
    regulate();
  }

  private void borrow() {
    long needed = Math.max(0, bytes + begun - OWN);
    long steps = (needed + STEP - 1) / STEP * STEP;
    if (steps < borrowed) {
      budget.give(borrowed - steps);
      borrowed = steps;
    } else if (steps > borrowed && budget.take(steps - borrowed)) {
      borrowed = steps;
    }
    covered = borrowed >= needed;
  }

  private boolean hasRoom() {
    synchronized (this) {
      if (lines >= maxLines || bytes >= maxBytes || !covered) {
        return false;
      }
    }
    return alsoReady.getAsBoolean();
  }

  /// Switches reading on or off, as it has to be now.
  void regulate() {
    if (channel.config().isAutoRead() == hasRoom()) {
      return;
    }
    if (channel.eventLoop().inEventLoop()) {
      switchReading();
    } else {
      channel.eventLoop().execute(this::switchReading);
    }
  }

  private void switchReading() {
    channel.config().setAutoRead(hasRoom());
    // What made room between the look and the switch did not see the need to call again.
    if (hasRoom()) {
      channel.config().setAutoRead(true);
    }
  }
}
