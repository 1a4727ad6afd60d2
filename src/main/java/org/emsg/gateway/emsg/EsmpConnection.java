package org.emsg.gateway.emsg;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.emsg.gateway.crypto.Ed25519;

/// A connection to an ESMP server, from the client's end: requests and their answers, and lines
/// that the server pushes. [EsmpClient] and [EsmpLinks] are made of it. Thread-safe.
final class EsmpConnection {
  private static final int ID_ROOM = 32;
  private static final int MAX_WAITING = 256 * 1024;
  private static final int LINE_OVERHEAD = 64;
  private static final int DEFAULT_MAX_LINE = 1 << 20;
  private static final Duration HELLO_TIMEOUT = Duration.ofSeconds(15);

  private final Executor workers;
  private final EsmpCodec codec;
  private final Consumer<EsmpLine.Message> pushes;
  private final CompletableFuture<EsmpConnection> ready = new CompletableFuture<>();
  private final CompletableFuture<Boolean> gone = new CompletableFuture<>();
  private final Map<String, CompletableFuture<EsmpLine.Response>> waiting = new LinkedHashMap<>();
  private final CompletableFuture<EsmpLine.Response> theirHello = new CompletableFuture<>();
  private final LineChannel out;
  private final LineQueue lines;
  private final Channel channel;
  private final AtomicLong unhandled = new AtomicLong();
  private volatile long lastUsed = System.nanoTime();
  private volatile String channelBinding = "";
  private volatile int peersMaxLine = DEFAULT_MAX_LINE;
  private long lastId;
  private boolean namesAnswers;

  /// How to connect.
  ///
  /// @param tls empty for plain text
  /// @param sni the name that the certificate is to bear
  /// @param timeout of the TCP and of the TLS handshake each
  record Dial(
      InetSocketAddress address,
      Optional<SslContext> tls,
      String sni,
      Duration timeout,
      int maxLine) {}

  /// Connects; the stage fails with an [IOException] that says why where that cannot be done.
  static CompletionStage<EsmpConnection> open(
      EventLoops loops,
      Dial dial,
      EsmpCodec codec,
      Executor workers,
      Consumer<EsmpLine.Message> pushes) {
    CompletableFuture<EsmpConnection> opened = new CompletableFuture<>();
    ChannelFuture connecting =
        new Bootstrap()
            .group(loops.group())
            .channel(loops.clientChannel())
            .option(ChannelOption.TCP_NODELAY, true)
            .option(
                ChannelOption.CONNECT_TIMEOUT_MILLIS, Math.toIntExact(dial.timeout().toMillis()))
            .handler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    EsmpConnection connection =
                        new EsmpConnection(channel, dial, codec, workers, pushes);
                    var _ =
                        connection.ready.whenComplete((value, fault) -> {
                          if (fault == null) {
                            opened.complete(value);
                          } else {
                            opened.completeExceptionally(fault);
                          }
                        });
                  }
                })
            .connect(dial.address());
    connecting.addListener(done -> {
      if (!done.isSuccess()) {
        opened.completeExceptionally(
            new IOException("cannot connect to " + dial.address(), done.cause()));
      }
    });
    return opened;
  }

  private EsmpConnection(
      Channel channel,
      Dial dial,
      EsmpCodec codec,
      Executor workers,
      Consumer<EsmpLine.Message> pushes) {
    this.channel = channel;
    this.workers = workers;
    this.codec = codec;
    this.pushes = pushes;
    this.out = new LineChannel(channel, () -> {});
    this.lines = new LineQueue(workers, () -> true, this::handle, this::handled, out::close);
    dial.tls()
        .ifPresent(context -> {
          SslHandler handler =
              context.newHandler(channel.alloc(), dial.sni(), dial.address().getPort());
          handler.setHandshakeTimeout(dial.timeout().toMillis(), TimeUnit.MILLISECONDS);
          handler
              .handshakeFuture()
              .addListener(done -> {
                if (done.isSuccess()) {
                  channelBinding = bindingOf(handler);
                  ready.complete(this);
                } else {
                  ready.completeExceptionally(
                      new IOException(
                          "no TLS with " + dial.sni() + " at " + dial.address(), done.cause()));
                }
              });
          channel.pipeline().addLast(handler);
        });
    // A stored message comes back with its cursor, and in a page with an answer around it.
    channel.pipeline().addLast(new LineDecoder(dial.maxLine() + 4096), new Handler(dial));
  }

  private static String bindingOf(SslHandler handler) {
    try {
      return handler.engine().getSession().getPeerCertificates()[0]
              instanceof X509Certificate certificate
          ? AuthProof.channelBinding(certificate)
          : "";
    } catch (SSLPeerUnverifiedException e) {
      return "";
    }
  }

  private final class Handler extends ChannelInboundHandlerAdapter {
    private final Dial dial;

    Handler(Dial dial) {
      this.dial = dial;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
      if (dial.tls().isEmpty()) {
        ready.complete(EsmpConnection.this);
      }
      ctx.fireChannelActive();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      if (message instanceof byte[] line) {
        // Before the line is queued: whoever handles it looks whether to read on.
        if (unhandled.addAndGet(weight(line.length)) > MAX_WAITING) {
          channel.config().setAutoRead(false);
        }
        lines.add(line);
      } else {
        var _ = ctx.close();
      }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
      out.writable();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      lost(new IOException("the connection was closed"));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      ready.completeExceptionally(cause);
      var _ = ctx.close();
    }
  }

  private void lost(IOException why) {
    ready.completeExceptionally(why);
    synchronized (waiting) {
      gone.complete(true);
    }
    // Behind what was read already, which may still answer some of them.
    workers.execute(() -> {
      List<CompletableFuture<EsmpLine.Response>> unanswered;
      synchronized (waiting) {
        unanswered = List.copyOf(waiting.values());
        waiting.clear();
      }
      unanswered.forEach(request -> request.completeExceptionally(why));
    });
  }

  /// Completes when the connection is gone.
  CompletionStage<Boolean> gone() {
    return gone;
  }

  boolean isOpen() {
    return !gone.isDone();
  }

  /// When it was last written to or read from, by `System.nanoTime`.
  long lastUsed() {
    return lastUsed;
  }

  boolean isIdle() {
    synchronized (waiting) {
      return waiting.isEmpty();
    }
  }

  /// `tls-server-end-point`, as the server's certificate came; empty on plain text.
  String channelBinding() {
    return channelBinding;
  }

  void close() {
    var _ = channel.close();
  }

  /// Sends `json` with an id of ours; the stage fails with an [IOException] where the connection is
  /// lost before the answer, with a [TimeoutException] where there is none in time.
  CompletableFuture<EsmpLine.Response> request(ObjectNode json, Duration timeout) {
    return request(json.toString().getBytes(StandardCharsets.UTF_8), timeout);
  }

  /// The same, of a JSON object whose last byte is its brace; it stays as it is but for the id.
  CompletableFuture<EsmpLine.Response> request(byte[] object, Duration timeout) {
    return request(object, timeout, new CompletableFuture<>());
  }

  private CompletableFuture<EsmpLine.Response> request(
      byte[] object, Duration timeout, CompletableFuture<EsmpLine.Response> answer) {
    lastUsed = System.nanoTime();
    String id;
    synchronized (waiting) {
      if (gone.isDone()) {
        answer.completeExceptionally(new IOException("the connection is closed"));
        return answer;
      }
      id = Long.toString(++lastId);
      byte[] tail = (",\"id\":\"" + id + "\"}\n").getBytes(StandardCharsets.US_ASCII);
      byte[] line = new byte[object.length - 1 + tail.length];
      System.arraycopy(object, 0, line, 0, object.length - 1);
      System.arraycopy(tail, 0, line, object.length - 1, tail.length);
      waiting.put(id, answer);
      out.send(line);
    }
    return answer
        .orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
        .whenComplete((_, fault) -> {
          if (fault != null) {
            synchronized (waiting) {
              waiting.remove(id);
            }
          }
          if (fault instanceof TimeoutException) {
            // A peer that does not answer is as good as gone; the next request dials anew.
            close();
          }
        });
  }

  /// Whether the peer takes an object of `size` bytes, with an id, as a line.
  boolean hasRoomFor(int size) {
    return size + ID_ROOM <= peersMaxLine;
  }

  /// Sends a line that nobody answers.
  void send(byte[] line) {
    lastUsed = System.nanoTime();
    out.send(line);
  }

  private static int weight(int length) {
    return length + LINE_OVERHEAD;
  }

  /// Whether more is read, or what was read waits to be handled: a server says what it likes,
  /// however fast.
  boolean isReading() {
    return channel.config().isAutoRead();
  }

  private void handled(int length) {
    if (unhandled.addAndGet(-weight(length)) <= MAX_WAITING / 2 && !isReading()) {
      channel.eventLoop().execute(this::readOn);
    }
  }

  private void readOn() {
    if (unhandled.get() <= MAX_WAITING) {
      channel.config().setAutoRead(true);
    }
  }

  private Optional<CompletionStage<?>> handle(byte[] line) {
    switch (codec.decode(line)) {
      case EsmpLine.Response response -> answered(response);
      case EsmpLine.Message message -> pushes.accept(message);
      case EsmpLine.Hello hello -> greeted(hello);
      case EsmpLine.Ping _ -> pong();
      case EsmpLine.Fault _,
          EsmpLine.Auth _,
          EsmpLine.Sync _,
          EsmpLine.Ack _,
          EsmpLine.Resolve _,
          EsmpLine.GetProfile _,
          EsmpLine.Pong _,
          EsmpLine.Unknown _ -> {}
    }
    return Optional.empty();
  }

  /// Not to a peer that asks and asks, and does not read.
  private void pong() {
    if (out.pending() < MAX_WAITING) {
      out.send("{\"type\":\"pong\"}\n".getBytes(StandardCharsets.US_ASCII));
    }
  }

  /// An answer without an id is for the oldest request, of a peer of plain v0.2, which knows no
  /// ids; of any other it is a word about the connection. `100 Continue` and its like (spec §10)
  /// are no answers yet: the request waits on.
  private void answered(EsmpLine.Response response) {
    lastUsed = System.nanoTime();
    if (response.code() < Code.OK.number()) {
      return;
    }
    CompletableFuture<EsmpLine.Response> request = null;
    synchronized (waiting) {
      namesAnswers |= response.id().isPresent();
      if (response.id().isPresent()) {
        request = waiting.remove(response.id().get());
      } else if (!namesAnswers && !waiting.isEmpty()) {
        request = waiting.remove(waiting.keySet().iterator().next());
      }
    }
    if (request != null) {
      request.complete(response);
    }
  }

  /// A peer of plain v0.2 says hello itself instead of answering ours with a code (spec §4): its
  /// first one is our welcome, whichever comes first.
  private void greeted(EsmpLine.Hello hello) {
    lastUsed = System.nanoTime();
    theirHello.complete(
        new EsmpLine.Response(
            hello.id(), Code.OK.number(), Code.OK.phrase(), Optional.empty(), hello.json()));
  }

  /// `hello`, and the answer to it; the stage fails with an [IOException] where the peer speaks
  /// another major version (spec §11).
  CompletableFuture<EsmpLine.Response> hello(String role, String to, Optional<String> from) {
    ObjectNode hello = JsonNodeFactory.instance.objectNode();
    hello.put("type", "hello");
    hello.put("version", Version.OURS.toString());
    hello.put("role", role);
    hello.put("to", to);
    from.ifPresent(domain -> hello.put("from", domain));
    hello.putArray("capabilities").add("sync").add("receipts");
    return request(hello.toString().getBytes(StandardCharsets.UTF_8), HELLO_TIMEOUT, theirHello)
        .whenComplete((_, _) -> {
          synchronized (waiting) {
            waiting.values().removeIf(CompletableFuture::isDone);
          }
        })
        .thenCompose(welcome -> {
          Optional<String> strange =
              EsmpCodec.text(welcome.json(), "version").filter(theirs -> !Version.isSpoken(theirs));
          if (welcome.code() == Code.OK.number() && strange.isPresent()) {
            out.sendLast(Replies.unsupportedVersion(Optional.empty()));
            return CompletableFuture.failedFuture(
                new IOException("the server speaks version " + strange.get() + " of EMSG"));
          }
          peersMaxLine = welcome.json().path("max_line").asInt(DEFAULT_MAX_LINE);
          return CompletableFuture.completedFuture(welcome);
        });
  }

  /// Proves `user`'s key, after a hello that was answered with `welcome`.
  CompletableFuture<EsmpLine.Response> authenticate(
      EsmpLine.Response welcome,
      String role,
      String user,
      String to,
      Optional<String> device,
      Ed25519.SigningKey key,
      Duration timeout) {
    JsonNode nonce = welcome.json().path("nonce");
    AuthProof proof = new AuthProof(role, user, to, nonce.asText(), channelBinding);
    ObjectNode auth = JsonNodeFactory.instance.objectNode();
    auth.put("type", "auth");
    auth.put("user", user);
    auth.put("mechanism", Signatures.ED25519);
    auth.put("signature", Base64.getEncoder().encodeToString(key.sign(proof.signedForm())));
    device.ifPresent(name -> auth.put("device", name));
    return request(auth, timeout);
  }
}
