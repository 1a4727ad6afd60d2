package org.emsg.gateway.emsg;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.emsg.gateway.net.Origin;
import org.emsg.gateway.net.TlsContexts;
import org.jspecify.annotations.Nullable;

/// The Netty side of one accepted connection: finds out by the first byte whether it speaks TLS,
/// and hands its lines to an [EsmpSession]. Everything but `sweep` and `close` runs on the
/// connection's event loop.
final class ServerConnection extends ChannelInboundHandlerAdapter {
  private static final int TLS_HANDSHAKE = 0x16;

  private final SessionContext context;
  private final TlsContexts tls;
  private final InetAddress from;
  private final Origin origin;
  private final Channel channel;
  private final Consumer<ServerConnection> proven;
  private final LineChannel out;
  private final long began;
  private volatile @Nullable EsmpSession session;

  /// @param proven called once the other end has proved who it is
  ServerConnection(
      SessionContext context,
      TlsContexts tls,
      InetAddress from,
      Channel channel,
      Consumer<ServerConnection> proven) {
    this.context = context;
    this.tls = tls;
    this.from = from;
    this.origin = Origin.of(from);
    this.proven = proven;
    this.channel = channel;
    this.began = context.ticker().getAsLong();
    this.out = new LineChannel(channel, this::drained, context.ticker());
  }

  Origin origin() {
    return origin;
  }

  /// Bytes that wait to be taken at the other end.
  long pending() {
    return out.pending();
  }

  void sweep(long now) {
    EsmpSession current = session;
    if (current != null) {
      current.sweep(now);
    } else if (now - began > context.config().handshakeTimeout().toNanos()) {
      var _ = channel.close();
    }
  }

  void close() {
    var _ = channel.close();
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    ctx.pipeline().addBefore(ctx.name(), "sniff", new Sniffer());
  }

  /// Looks at the first byte, and puts into the pipeline what reads the rest.
  private final class Sniffer extends ByteToMessageDecoder {
    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
      if (!in.isReadable()) {
        return;
      }
      if (in.getUnsignedByte(in.readerIndex()) == TLS_HANDSHAKE) {
        SslHandler handler = tls.nettyServer("esmp").newHandler(ctx.alloc());
        handler.setHandshakeTimeout(
            context.config().handshakeTimeout().toMillis(), TimeUnit.MILLISECONDS);
        ctx.pipeline().addBefore(ServerConnection.this.name(ctx), "tls", handler);
      } else if (mayBePlain()) {
        begin(ctx, "");
      } else {
        in.skipBytes(in.readableBytes());
        ServerConnection.this.out.sendLast(
            Replies.plain(
                java.util.Optional.empty(), Code.TLS_REQUIRED, Code.TLS_REQUIRED.phrase()));
        return;
      }
      // Hands what was read to the handler that comes next.
      ctx.pipeline().remove(this);
    }
  }

  private String name(ChannelHandlerContext ctx) {
    return ctx.pipeline().context(this).name();
  }

  private boolean mayBePlain() {
    return from.isLoopbackAddress()
        || context.config().plainTextPeers().stream().anyMatch(block -> block.contains(from));
  }

  private void begin(ChannelHandlerContext ctx, String channelBinding) {
    EsmpSession begins = new EsmpSession(context, out, channelBinding, () -> proven.accept(this));
    ctx.pipeline()
        .addBefore(name(ctx), "lines", new LineDecoder(context.config().maxLine(), begins::begun));
    session = begins;
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof SslHandshakeCompletionEvent handshake) {
      if (handshake.isSuccess()) {
        begin(ctx, AuthProof.channelBinding(tls.certificate()));
      } else {
        var _ = ctx.close();
      }
    }
    ctx.fireUserEventTriggered(event);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    EsmpSession current = session;
    if (current != null && message instanceof byte[] line) {
      current.received(line);
    } else if (current != null && message == LineDecoder.TooLong.LINE) {
      current.tooLong();
    } else if (current != null && message == LineDecoder.TooLong.NOW) {
      current.noRoom();
    } else {
      io.netty.util.ReferenceCountUtil.release(message);
    }
  }

  private void drained() {
    EsmpSession current = session;
    if (current != null) {
      current.drained();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    out.writable();
    ctx.fireChannelWritabilityChanged();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    EsmpSession current = session;
    if (current != null) {
      current.closed();
    }
    ctx.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    // A reset, a broken TLS record: the connection is of no more use, and it is not our fault.
    var _ = ctx.close();
  }
}
