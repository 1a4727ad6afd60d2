package org.emsg.gateway.xmpp.stream;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.emsg.gateway.model.Bytes;
import org.emsg.gateway.model.Outcome;
import org.emsg.gateway.model.Reason;
import org.jivesoftware.smack.packet.Message;
import org.jivesoftware.smack.packet.Stanza;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps one component joined to its server: one stream after another, for as long as it is open.
/// Thread-safe.
public final class ComponentLink {
  private static final Logger LOG = LoggerFactory.getLogger(ComponentLink.class);

  /// A stream that lived this long was a good one: the next failure counts as the first.
  private static final Duration GOOD = Duration.ofSeconds(30);

  /// The least wait of a message that found no stream, or no room on it.
  private static final Duration SOON = Duration.ofSeconds(1);

  private final StreamSettings settings;
  private final Backoff backoff;
  private final XmppCodec codec;
  private final StreamListener listener;
  private final Runnable connected;
  private final LongSupplier nanos;
  private final RandomGenerator random;
  private final Executor callbacks = Executors.newVirtualThreadPerTaskExecutor();
  private final CountDownLatch stopped = new CountDownLatch(1);
  private final Thread thread;

  private volatile Optional<ComponentStream> stream = Optional.empty();
  private volatile Status status = new Status(false, "not yet connected", Duration.ZERO);

  /// Whether it is joined; if not, why not and after how long it tries again.
  public record Status(boolean connected, String why, Duration retryAfter) {}

  /// @param connected called at each completed handshake, on the reading thread
  public ComponentLink(
      StreamSettings settings,
      Backoff backoff,
      StreamListener listener,
      Runnable connected,
      LongSupplier nanos,
      RandomGenerator random) {
    this.settings = settings;
    this.backoff = backoff;
    this.codec = new XmppCodec(settings.limits());
    this.listener = listener;
    this.connected = connected;
    this.nanos = nanos;
    this.random = random;
    this.thread = Thread.ofVirtual().name("xmpp-" + settings.domain()).unstarted(this::run);
  }

  public void start() {
    thread.start();
  }

  public String domain() {
    return settings.domain();
  }

  public Status status() {
    return status;
  }

  /// Sends a message; `done` is called once, perhaps before this returns, with what became of it.
  public void send(Message message, Consumer<Outcome> done) {
    Optional<Bytes> bytes = codec.encode(message);
    if (bytes.isEmpty()) {
      done.accept(
          new Outcome.Rejected(
              Reason.of(
                  Reason.Kind.TOO_LARGE,
                  "the message is larger than " + settings.limits().stanzaBytes() + " bytes")));
      return;
    }
    Optional<ComponentStream> current = stream;
    // An error bears somebody else's id, or none: nothing can come back for it.
    String key =
        message.getType() == Message.Type.error || message.getStanzaId() == null
            ? ""
            : Confirmations.key(message.getTo(), message.getStanzaId());
    if (current.isEmpty() || !current.get().send(bytes.get(), key, done)) {
      Status now = status;
      done.accept(
          new Outcome.Deferred(
              Reason.of(Reason.Kind.UNAVAILABLE, "no stream to the XMPP server at the moment"),
              Outcome.Deferred.Scope.LANE,
              Optional.of(now.retryAfter().compareTo(SOON) > 0 ? now.retryAfter() : SOON),
              true));
    }
  }

  /// Sends what nobody waits for: answers and errors. False where it could not be queued.
  public boolean write(Stanza stanza) {
    Optional<ComponentStream> current = stream;
    return current.isPresent()
        && codec.encode(stanza).map(bytes -> current.get().write(bytes)).orElse(false);
  }

  /// Takes no more, waits at most `grace` for what is in flight, and does not come back.
  public void close(Duration grace) {
    stopped.countDown();
    try {
      Optional<ComponentStream> current = stream;
      if (current.isPresent()) {
        current.get().close(grace);
      }
      if (thread.isAlive()) {
        thread.join(grace.plusSeconds(5));
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    int failures = 0;
    while (stopped.getCount() > 0) {
      long began = nanos.getAsLong();
      String why = oneStream();
      boolean good = nanos.getAsLong() - began > GOOD.toNanos();
      failures = good ? 1 : failures + 1;
      Duration wait = backoff.after(failures, random);
      status = new Status(false, why, wait);
      try {
        if (stopped.getCount() > 0) {
          LOG.warn(
              "component {} is not joined: {}; tries again in {} ms",
              settings,
              why,
              wait.toMillis());
          stopped.await(wait.toMillis(), TimeUnit.MILLISECONDS);
        }
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  private String oneStream() {
    try {
      ComponentStream opened = ComponentStream.connect(settings, codec, nanos, random, callbacks);
      return opened.run(
          listener,
          () -> {
            stream = Optional.of(opened);
            status = new Status(true, "joined", Duration.ZERO);
            LOG.info("component {} is joined to its server", settings);
            connected.run();
          });
    } catch (IOException failed) {
      return "cannot connect: " + failed.getMessage();
    } catch (RuntimeException bug) {
      LOG.error("the stream of {} failed", settings, bug);
      return "internal error";
    } finally {
      stream = Optional.empty();
    }
  }
}
