package org.emsg.gateway.emsg;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.util.concurrent.ScheduledFuture;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.emsg.gateway.net.TlsContexts;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Listens for ESMP, and holds the limits on connections.
final class EsmpServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EsmpServer.class);
  private static final int BACKLOG = 1024;

  private final SessionContext context;
  private final EventLoops loops;
  private final TlsContexts tls;
  private final Set<ServerConnection> open = ConcurrentHashMap.newKeySet();
  private final HalfOpen halfOpen;
  private @Nullable Channel listener;
  private @Nullable ScheduledFuture<?> sweep;

  EsmpServer(SessionContext context, EventLoops loops, TlsContexts tls) {
    this.context = context;
    this.loops = loops;
    this.tls = tls;
    this.halfOpen =
        new HalfOpen(context.config().maxHalfOpen(), context.config().maxHalfOpenPerAddress());
  }

  /// Listens; where is what `address` tells then.
  ///
  /// @throws IllegalStateException if the port cannot be had
  void start() {
    EmsgConfig config = context.config();
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(loops.group())
            .channel(loops.serverChannel())
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(
                ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(32_768, 65_536))
            .childHandler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    accept(channel);
                  }
                });
    var bound = bootstrap.bind(config.host(), config.port()).awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw new IllegalStateException(
          "cannot listen for ESMP on " + config.host() + " port " + config.port(), bound.cause());
    }
    listener = bound.channel();
    long every = sweepMillis(config);
    sweep = loops.group().scheduleWithFixedDelay(this::sweep, every, every, TimeUnit.MILLISECONDS);
  }

  /// Once a second, and several times within the shortest time that it has to keep.
  private static long sweepMillis(EmsgConfig config) {
    long shortest =
        Math.min(
            config.handshakeTimeout().toMillis(),
            Math.min(config.pingAfter().toMillis(), config.pingTimeout().toMillis()));
    return Math.clamp(shortest / 4, 10, 1000);
  }

  InetSocketAddress address() {
    if (listener == null) {
      throw new IllegalStateException("not listening");
    }
    return (InetSocketAddress) listener.localAddress();
  }

  /// Connections just now.
  int connections() {
    return open.size();
  }

  private void accept(Channel channel) {
    InetAddress from = ((InetSocketAddress) channel.remoteAddress()).getAddress();
    ServerConnection connection =
        new ServerConnection(context, tls, from, channel, halfOpen::leave);
    if (open.size() >= context.config().maxConnections() || !halfOpen.enter(connection)) {
      LOG.debug("Too many connections: one from {} is closed", from);
      var _ = channel.close();
      return;
    }
    open.add(connection);
    channel
        .closeFuture()
        .addListener(_ -> {
          open.remove(connection);
          halfOpen.leave(connection);
        });
    channel.pipeline().addLast(connection);
  }

  private void sweep() {
    long now = context.ticker().getAsLong();
    open.forEach(connection -> connection.sweep(now));
  }

  @Override
  public void close() {
    if (sweep != null) {
      sweep.cancel(false);
    }
    if (listener != null) {
      listener.close().awaitUninterruptibly();
    }
    open.forEach(ServerConnection::close);
  }
}
