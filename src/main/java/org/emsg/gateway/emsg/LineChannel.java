package org.emsg.gateway.emsg;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.emsg.gateway.model.Bytes;

/// Sends lines on a Netty channel, from any thread and in the order of the calls of one thread.
///
/// Lines wait in a queue of our own and go out together, many in one buffer and one flush: a task
/// on the event loop and a TLS record for each line would cost more than the line does. While the
/// peer does not read, nothing leaves the queue; `pending` tells its size, and whoever pushes has
/// to look at it.
final class LineChannel {
  private static final int CHUNK = 16 * 1024;

  private final Channel channel;
  private final Runnable drained;
  private final LongSupplier ticker;
  private final Queue<Outgoing> queue = new ConcurrentLinkedQueue<>();
  private final AtomicLong pending = new AtomicLong();
  private final AtomicBoolean scheduled = new AtomicBoolean();
  private volatile boolean closing;
  private volatile long lastTaken;
  private int begun;

  /// @param drained called on the event loop when everything that waited has been handed over
  LineChannel(Channel channel, Runnable drained) {
    this(channel, drained, System::nanoTime);
  }

  LineChannel(Channel channel, Runnable drained, LongSupplier ticker) {
    this.channel = channel;
    this.ticker = ticker;
    this.lastTaken = ticker.getAsLong();
    this.drained = drained;
  }

  /// What waits to be written.
  private sealed interface Outgoing {
    int size();

    /// The bytes at `from`, up to `length` of them; how many.
    int writeTo(ByteBuf buffer, int from, int length);

    /// A line with its line feed.
    record Whole(Bytes line) implements Outgoing {
      @Override
      public int size() {
        return line.size();
      }

      @Override
      public int writeTo(ByteBuf buffer, int from, int length) {
        int some = Math.min(length, line.size() - from);
        buffer.writeBytes(line.view(), from, some);
        return some;
      }
    }

    /// A stored object, to be sent with its cursor as its last member.
    record Stored(Bytes object, Bytes tail) implements Outgoing {
      @Override
      public int size() {
        return object.size() - 1 + tail.size();
      }

      @Override
      public int writeTo(ByteBuf buffer, int from, int length) {
        int head = object.size() - 1;
        boolean inHead = from < head;
        int some = Math.min(length, (inHead ? head : size()) - from);
        buffer.writeBytes((inHead ? object : tail).view(), inHead ? from : from - head, some);
        return some;
      }
    }
  }

  Channel channel() {
    return channel;
  }

  /// Bytes in the queue.
  long pending() {
    return pending.get();
  }

  /// Queues a line, which ends in its line feed.
  void send(byte[] line) {
    enqueue(new Outgoing.Whole(Bytes.wrap(line)));
  }

  /// Queues a stored JSON object, whose last byte is its brace, with `cursor` added.
  void sendStored(Bytes object, long cursor) {
    enqueue(new Outgoing.Stored(object, Bytes.utf8(",\"cursor\":" + cursor + "}\n")));
  }

  /// Queues a line, and closes the connection once it is written.
  void sendLast(byte[] line) {
    send(line);
    closing = true;
    schedule();
  }

  void close() {
    var _ = channel.close();
  }

  /// When the peer last took some of what waited for it, by the ticker.
  long lastTaken() {
    return lastTaken;
  }

  /// The channel can take more, or no more: on its event loop.
  void writable() {
    if (channel.isWritable()) {
      lastTaken = ticker.getAsLong();
    }
    flush();
  }

  private void enqueue(Outgoing outgoing) {
    if (closing) {
      return;
    }
    pending.addAndGet(outgoing.size());
    queue.add(outgoing);
    schedule();
  }

  private void schedule() {
    if (scheduled.compareAndSet(false, true)) {
      channel.eventLoop().execute(this::flush);
    }
  }

  private void flush() {
    scheduled.set(false);
    boolean wrote = false;
    while (channel.isWritable() && !queue.isEmpty()) {
      var _ = channel.write(nextChunk());
      wrote = true;
    }
    if (wrote) {
      channel.flush();
    }
    if (queue.isEmpty()) {
      if (closing) {
        channel.writeAndFlush(channel.alloc().buffer(0)).addListener(ChannelFutureListener.CLOSE);
      } else if (wrote) {
        drained.run();
      }
    } else if (!channel.isActive()) {
      queue.clear();
      begun = 0;
      pending.set(0);
    }
  }

  /// Long lines go in pieces: they cost no more memory for being sent, and what is left of them
  /// tells how the peer gets on.
  private ByteBuf nextChunk() {
    ByteBuf buffer = channel.alloc().ioBuffer((int) Math.min(CHUNK, pending.get()), CHUNK);
    for (Outgoing head = queue.peek();
        head != null && buffer.readableBytes() < CHUNK;
        head = queue.peek()) {
      begun += head.writeTo(buffer, begun, CHUNK - buffer.readableBytes());
      if (begun == head.size()) {
        queue.poll();
        begun = 0;
      }
    }
    pending.addAndGet(-buffer.readableBytes());
    return buffer;
  }
}
