package org.emsg.gateway.emsg;

import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.emsg.gateway.gateway.IntakeResult;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.TraceId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One connection to the server, from its first line on: the protocol's state machine.
///
/// Lines are handled by [LineQueue] one after the other, so that what a line changes here needs no
/// lock; `volatile` fields are also read by the server's sweeps. Requests about mail that was
/// stored are in [DeviceRequests], who may be whom in [Authentication].
final class EsmpSession {
  private static final Logger LOG = LoggerFactory.getLogger(EsmpSession.class);
  private static final int NONCE_SIZE = 32;
  private static final int MAX_MALFORMED = 10;
  private static final Duration NO_ROOM = Duration.ofSeconds(10);
  private static final long MALFORMED_WINDOW = TimeUnit.MINUTES.toNanos(1);

  private final SessionContext context;
  private final LineChannel out;
  private final Runnable proven;
  private final Authentication authentication;
  private final InputRoom room;
  private final LineQueue lines;
  private final AtomicInteger inFlight = new AtomicInteger();
  private final String nonce;
  private final long began;

  private volatile Peer peer = new Peer.Anonymous();
  private volatile boolean greeted;
  private volatile long lastHeard;
  private volatile long lastAsked;
  private volatile boolean asked;
  private volatile long askedAt;
  private volatile boolean closed;
  private volatile Optional<DeviceRequests> device = Optional.empty();
  private String ours = "";
  private Optional<String> saidFor = Optional.empty();
  private Optional<String> claimedServer = Optional.empty();
  private int malformed;
  private long malformedSince;

  /// @param channelBinding `tls-server-end-point` of this connection, empty on plain text
  /// @param proven called once the peer has proved who it is
  EsmpSession(SessionContext context, LineChannel out, String channelBinding, Runnable proven) {
    this.context = context;
    this.out = out;
    this.proven = proven;
    this.began = context.ticker().getAsLong();
    this.lastHeard = began;
    this.lastAsked = began;
    this.authentication = new Authentication(context, channelBinding);
    this.room =
        new InputRoom(
            out.channel(),
            context.config().maxInFlight(),
            context.config().maxLine(),
            context.budgets().strangers(),
            this::isHeard);
    this.lines =
        new LineQueue(context.workers(), this::isReady, this::handle, room::release, out::close);
    byte[] bytes = new byte[NONCE_SIZE];
    context.random().nextBytes(bytes);
    this.nonce = Base64.getEncoder().encodeToString(bytes);
  }

  /// A line came in: on the event loop.
  void received(byte[] line) {
    lastHeard = context.ticker().getAsLong();
    asked = false;
    room.take(line.length);
    lines.add(line);
  }

  /// So much of a line is there without its end: on the event loop. False where there is no room.
  boolean begun(int size) {
    lastHeard = context.ticker().getAsLong();
    return room.begun(size);
  }

  /// There is no room for the rest of a line: on the event loop.
  void noRoom() {
    out.sendLast(
        Replies.retry(
            Optional.empty(),
            Code.TRY_LATER,
            "There is no room for so long a line just now.",
            NO_ROOM));
  }

  /// A line went over the limit: on the event loop.
  void tooLong() {
    out.sendLast(
        Replies.plain(
            Optional.empty(),
            Code.TOO_LARGE,
            "A line has at most " + context.config().maxLine() + " bytes."));
  }

  void drained() {
    device.ifPresent(DeviceRequests::drained);
    lines.resume();
    room.regulate();
  }

  void closed() {
    closed = true;
    lines.stop();
    room.begun(0);
    device.ifPresent(DeviceRequests::close);
  }

  /// Looks at the clock, once in a while: a handshake that takes too long, a peer that went away.
  void sweep(long now) {
    if (inFlight.get() > 0 || lines.isBusy()) {
      // It waits for us, and perhaps we do not read for that reason.
      return;
    }
    EmsgConfig config = context.config();
    // What went out only because there was room again tells that somebody takes it.
    long silence = Math.min(now - lastHeard, now - out.lastTaken());
    long pingTimeout = config.pingTimeout().toNanos();
    if (isOverdue(now) || (asked && now - askedAt > pingTimeout && silence > pingTimeout)) {
      out.close();
    } else if (!asked && silence > config.pingAfter().toNanos()) {
      asked = true;
      askedAt = now;
      out.send("{\"type\":\"ping\"}\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
    }
  }

  /// Whoever proves nothing does not stay for ever: a client has a handshake's time for its hello
  /// and as long again for its proof, a server goes when it has asked for nothing for a while. That
  /// it answers pings is not enough.
  private boolean isOverdue(long now) {
    EmsgConfig config = context.config();
    return switch (peer) {
      case Peer.Anonymous _ ->
          now - began > (greeted ? 2 : 1) * config.handshakeTimeout().toNanos();
      case Peer.Stranger _ ->
          now - lastAsked > config.pingAfter().plus(config.pingTimeout()).toNanos();
      case Peer.Server _, Peer.Device _ -> false;
    };
  }

  /// Whether the peer takes what it is told.
  private boolean isHeard() {
    return out.pending() < context.config().maxPending();
  }

  /// Whether another line may be begun: whoever does not take its answers gets no more of them.
  private boolean isReady() {
    return isHeard() && inFlight.get() < context.config().maxInFlight();
  }

  private Optional<CompletionStage<?>> handle(byte[] line) {
    if (closed) {
      return Optional.empty();
    }
    return switch (context.codec().decode(line)) {
      case EsmpLine.Fault fault -> now(() -> fault(fault));
      case EsmpLine.Message message -> message(message, line);
      case EsmpLine.Hello hello -> now(() -> hello(hello));
      case EsmpLine.Auth auth -> auth(auth);
      case EsmpLine.Sync sync -> forDevice(sync.id(), mine -> mine.sync(sync));
      case EsmpLine.Ack ack -> forDevice(ack.id(), mine -> mine.acknowledge(ack));
      case EsmpLine.Resolve resolve -> forDevice(resolve.id(), mine -> mine.resolve(resolve));
      case EsmpLine.GetProfile get -> profile(get);
      case EsmpLine.Ping ping -> now(() -> out.send(pong(ping)));
      case EsmpLine.Pong _, EsmpLine.Response _ -> Optional.empty();
      case EsmpLine.Unknown unknown ->
          now(() ->
              out.send(
                  Replies.plain(
                      unknown.id(), Code.NOT_IMPLEMENTED, "An unknown type of request.")));
    };
  }

  private Optional<CompletionStage<?>> profile(EsmpLine.GetProfile get) {
    lastAsked = lastHeard;
    return context.lookups().profile(get, peer, out);
  }

  private static Optional<CompletionStage<?>> now(Runnable action) {
    action.run();
    return Optional.empty();
  }

  private static byte[] pong(EsmpLine.Ping ping) {
    StringBuilder text = new StringBuilder("{\"type\":\"pong\"");
    ping.id()
        .ifPresent(id -> {
          text.append(",\"id\":");
          EsmpCodec.quote(text, id);
        });
    return text.append("}\n").toString().getBytes(java.nio.charset.StandardCharsets.UTF_8);
  }

  private void fault(EsmpLine.Fault fault) {
    if (fault.code() == Code.BAD_REQUEST && isOneTooMany()) {
      out.sendLast(
          Replies.retry(
              fault.id(), Code.SLOW_DOWN, "Too many malformed lines.", Duration.ofMinutes(1)));
      lines.stop();
      return;
    }
    out.send(Replies.fault(fault));
  }

  private boolean isOneTooMany() {
    long now = context.ticker().getAsLong();
    if (malformed == 0 || now - malformedSince > MALFORMED_WINDOW) {
      malformed = 0;
      malformedSince = now;
    }
    return ++malformed >= MAX_MALFORMED;
  }

  private void hello(EsmpLine.Hello hello) {
    if (greeted) {
      out.send(Replies.plain(hello.id(), Code.BAD_REQUEST, "We have met."));
      return;
    }
    switch (context.handshake().greet(hello, nonce)) {
      case Handshake.Greeting.Welcome welcome -> {
        greeted = true;
        ours = welcome.ours();
        saidFor = hello.to().map(_ -> ours);
        claimedServer = welcome.server();
        peer = claimedServer.isPresent() ? new Peer.Stranger() : new Peer.Anonymous();
        out.send(EsmpCodec.line(welcome.answer()));
      }
      case Handshake.Greeting.Refusal refusal -> {
        if (refusal.closes()) {
          lines.stop();
          out.sendLast(EsmpCodec.line(refusal.answer()));
        } else {
          out.send(EsmpCodec.line(refusal.answer()));
        }
      }
    }
  }

  private Optional<CompletionStage<?>> auth(EsmpLine.Auth auth) {
    lastAsked = lastHeard;
    if (!greeted || !(peer instanceof Peer.Anonymous || peer instanceof Peer.Stranger)) {
      return now(() ->
          out.send(
              Replies.plain(
                  auth.id(),
                  Code.BAD_REQUEST,
                  greeted ? "You are authenticated." : "Say hello first.")));
    }
    long asked = System.nanoTime();
    CompletableFuture<?> done =
        authentication
            .check(auth, ours, claimedServer, nonce)
            .thenAccept(result -> authenticated(auth, result, asked))
            .toCompletableFuture();
    return done.isDone() ? Optional.empty() : Optional.of(done);
  }

  private void authenticated(EsmpLine.Auth auth, Authentication.Result result, long asked) {
    switch (result) {
      case Authentication.Result.Proven(Peer who, String keyId) -> {
        peer = who;
        proven.run();
        room.borrowFrom(context.budgets().of(who));
        if (who instanceof Peer.Device mine) {
          device = Optional.of(new DeviceRequests(context, mine, keyId, out));
          if (closed) {
            closed();
          }
        }
        out.send(Replies.plain(auth.id(), Code.OK, Code.OK.phrase()));
      }
      case Authentication.Result.Unproven(boolean last) -> {
        // The same delay for every cause, counted from the request.
        long delay = Authentication.DELAY.toNanos() - (System.nanoTime() - asked);
        byte[] answer = Replies.plain(auth.id(), Code.UNAUTHORIZED, Code.UNAUTHORIZED.phrase());
        var _ =
            out.channel()
                .eventLoop()
                .schedule(
                    () -> {
                      if (last) {
                        out.sendLast(answer);
                      } else {
                        out.send(answer);
                      }
                    },
                    Math.max(0, delay),
                    TimeUnit.NANOSECONDS);
      }
      case Authentication.Result.Later(String why, Duration retryAfter) ->
          out.send(Replies.retry(auth.id(), Code.TRY_LATER, why, retryAfter));
    }
  }

  /// One such request at a time: whoever asks for more has to wait, and costs no more.
  private Optional<CompletionStage<?>> forDevice(
      Optional<String> id, Function<DeviceRequests, CompletionStage<?>> action) {
    if (device.isEmpty()) {
      out.send(Replies.plain(id, Code.UNAUTHORIZED, "Authenticate first."));
      return Optional.empty();
    }
    CompletableFuture<?> done = action.apply(device.get()).toCompletableFuture();
    return done.isDone() ? Optional.empty() : Optional.of(done);
  }

  private Optional<CompletionStage<?>> message(EsmpLine.Message message, byte[] line) {
    lastAsked = lastHeard;
    if (!greeted) {
      // A peer of plain v0.2, which has no handshake (profile §4): its first line has the version.
      Optional<String> version = EsmpCodec.text(message.json(), "version");
      if (version.filter(theirs -> !Version.isSpoken(theirs)).isPresent()) {
        lines.stop();
        out.sendLast(Replies.unsupportedVersion(message.id()));
        return Optional.empty();
      }
      greeted = true;
      peer = new Peer.Stranger();
    }
    Optional<Address.Emsg> sender =
        context.addresses().parse(message.json().get("sender").textValue());
    if (sender.isEmpty()) {
      out.send(Replies.plain(message.id(), Code.BAD_REQUEST, "The sender is no address."));
      return Optional.empty();
    }
    Instant received = context.clock().instant();
    CompletableFuture<KeysFound> keys = keys(sender.get(), message).toCompletableFuture();
    if (keys.isDone()) {
      submit(message, line.length, sender.get(), keys.join(), received);
      return Optional.empty();
    }
    // While it waits only its bytes are kept: what they say, taken apart, may be many times as
    // large.
    return Optional.of(
        keys.thenAccept(found -> {
          if (context.codec().decode(line) instanceof EsmpLine.Message again) {
            submit(again, line.length, sender.get(), found, received);
          }
        }));
  }

  /// No key is fetched for a message that this peer may not bring anyway.
  private CompletionStage<KeysFound> keys(Address.Emsg sender, EsmpLine.Message message) {
    boolean worthIt =
        switch (peer) {
          case Peer.Anonymous() -> false;
          case Peer.Device(var user, var _) -> user.equals(sender);
          case Peer.Server(String domain) -> domain.equals(sender.domain());
          case Peer.Stranger() -> true;
        };
    return worthIt
        ? context.keys().keysFor(sender, message.json().path("signatures"))
        : CompletableFuture.completedStage(new KeysFound.Published(java.util.List.of()));
  }

  private void submit(
      EsmpLine.Message message, int size, Address.Emsg sender, KeysFound keys, Instant received) {
    inFlight.incrementAndGet();
    room.take(size);
    TraceId trace = TraceId.next(received, context.random());
    // Not the message: what waits for its commit is kept by the intake, and once is enough.
    Optional<String> id = message.id();
    try {
      context
          .inbox()
          .submit(
              new EsmpInbound(message, saidFor, peer, sender, keys, trace, received),
              result -> answer(id, size, result));
    } catch (RuntimeException e) {
      LOG.error("{}: the route failed; the sender is asked to try again", trace, e);
      answer(id, size, Inbox.failed());
    }
  }

  private void answer(Optional<String> id, int size, IntakeResult result) {
    out.send(Replies.of(id, result));
    if (inFlight.getAndDecrement() >= context.config().maxInFlight()) {
      lines.resume();
    }
    room.release(size);
  }
}
