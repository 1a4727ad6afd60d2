package org.emsg.gateway.emsg;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.util.List;

/// Cuts the byte stream into lines (profile §3): `byte[]` without the line feed and without a
/// carriage return before it. Empty lines are skipped. A line over `max` bytes gives one [TooLong],
/// and nothing after it is looked at.
final class LineDecoder extends ByteToMessageDecoder {
  /// A line went over the limit: the stream cannot be understood from here on.
  enum TooLong {
    LINE
  }

  private final int max;
  private int scanned;
  private boolean lost;

  LineDecoder(int max) {
    this.max = max;
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
      giveUp(in, out);
      return;
    }
    if (end < 0) {
      scanned = length;
      return;
    }
    scanned = 0;
    int content =
        length > 0 && in.getByte(in.readerIndex() + length - 1) == '\r' ? length - 1 : length;
    if (content > max) {
      giveUp(in, out);
      return;
    }
    if (content > 0) {
      byte[] line = new byte[content];
      in.getBytes(in.readerIndex(), line);
      out.add(line);
    }
    in.skipBytes(length + 1);
  }

  private void giveUp(ByteBuf in, List<Object> out) {
    lost = true;
    in.skipBytes(in.readableBytes());
    out.add(TooLong.LINE);
  }
}
