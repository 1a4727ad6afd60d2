package org.emsg.gateway.emsg;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.util.List;
import java.util.function.IntPredicate;

/// Cuts the byte stream into lines (profile §3): `byte[]` without the line feed and without a
/// carriage return before it. Empty lines are skipped. A line over `max` bytes, or one that there
/// is no room for, gives one [TooLong], and nothing after it is looked at.
final class LineDecoder extends ByteToMessageDecoder {
  /// A line went over the limit: the stream cannot be understood from here on.
  enum TooLong {
    LINE,
    /// Longer than there is room for just now.
    NOW
  }

  private final int max;
  private final IntPredicate room;
  private int scanned;
  private boolean lost;

  LineDecoder(int max) {
    this(max, _ -> true);
  }

  /// @param room told how much of a line is there without its end, 0 once that has come; whether it
  ///   may go on
  LineDecoder(int max, IntPredicate room) {
    this.max = max;
    this.room = room;
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
    if (lost) {
      in.skipBytes(in.readableBytes());
      return;
    }
    int end = in.indexOf(in.readerIndex() + scanned, in.writerIndex(), (byte) '\n');
    int length = end < 0 ? in.readableBytes() : end - in.readerIndex();
    // One more than the limit, for the carriage return that may end a line of just that size.
    if (length > max + 1) {
      giveUp(in, out, TooLong.LINE);
      return;
    }
    if (end < 0) {
      scanned = length;
      if (!room.test(length)) {
        giveUp(in, out, TooLong.NOW);
      }
      return;
    }
    if (scanned > 0) {
      scanned = 0;
      var _ = room.test(0);
    }
    int content =
        length > 0 && in.getByte(in.readerIndex() + length - 1) == '\r' ? length - 1 : length;
    if (content > max) {
      giveUp(in, out, TooLong.LINE);
      return;
    }
    if (content > 0) {
      byte[] line = new byte[content];
      in.getBytes(in.readerIndex(), line);
      out.add(line);
    }
    in.skipBytes(length + 1);
  }

  private void giveUp(ByteBuf in, List<Object> out, TooLong why) {
    lost = true;
    in.skipBytes(in.readableBytes());
    var _ = room.test(0);
    out.add(why);
  }
}
