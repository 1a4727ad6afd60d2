package org.emsg.gateway.xmpp.stream;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.emsg.gateway.model.Bytes;
import org.emsg.gateway.model.Outcome;
import org.emsg.gateway.model.Reason;
import org.jivesoftware.smack.packet.IQ;
import org.jivesoftware.smack.packet.Message;
import org.jivesoftware.smack.packet.Stanza;
import org.jivesoftware.smackx.ping.packet.Ping;
import org.jxmpp.jid.Jid;
import org.jxmpp.jid.impl.JidCreate;
import org.jxmpp.stringprep.XmppStringprepException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One connection of one component, from its first byte to its last (XEP-0114).
///
/// Two threads: whoever calls [#run] reads, a virtual thread writes. All else is under one lock,
/// which also makes the order on the wire the order of `InFlight`. Nobody waits without a limit:
/// the reader wakes up to see whether a ping is overdue, and a writer that hangs hangs on a socket
/// that the overdue ping closes.
final class ComponentStream {
  private static final Logger LOG = LoggerFactory.getLogger(ComponentStream.class);
  private static final int MAX_IN_FLIGHT = 4096;
  private static final int PATIENCE = 8;

  private final StreamSettings settings;
  private final XmppCodec codec;
  private final LongSupplier nanos;
  private final RandomGenerator random;
  private final Executor callbacks;
  private final Socket socket;
  private final Jid own;
  private final Jid pingTarget;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final InFlight inFlight = new InFlight();
  private final ArrayDeque<Bytes> queue = new ArrayDeque<>();
  private long queued;
  private boolean closing;
  private Optional<String> end = Optional.empty();

  private ComponentStream(
      StreamSettings settings,
      XmppCodec codec,
      LongSupplier nanos,
      RandomGenerator random,
      Executor callbacks,
      Socket socket)
      throws XmppStringprepException {
    this.settings = settings;
    this.codec = codec;
    this.nanos = nanos;
    this.random = random;
    this.callbacks = callbacks;
    this.socket = socket;
    this.own = JidCreate.domainBareFrom(settings.domain());
    this.pingTarget = JidCreate.domainBareFrom(settings.pingTarget());
  }

  /// Connects to the first address of the host that answers.
  static ComponentStream connect(
      StreamSettings settings,
      XmppCodec codec,
      LongSupplier nanos,
      RandomGenerator random,
      Executor callbacks)
      throws IOException {
    IOException last = new IOException("no address");
    for (InetAddress address : InetAddress.getAllByName(settings.host())) {
      Socket socket = new Socket();
      try {
        socket.setTcpNoDelay(true);
        socket.connect(
            new InetSocketAddress(address, settings.port()), (int) settings.connect().toMillis());
        return new ComponentStream(settings, codec, nanos, random, callbacks, socket);
      } catch (IOException failed) {
        last = failed;
        socket.close();
      }
    }
    throw last;
  }

  /// Shakes hands, calls `ready`, and then reads until the stream ends: why it did. In flight then
  /// is nothing any more.
  String run(StreamListener listener, Runnable ready) {
    offer(XmppCodec.header(settings.domain()));
    Thread writer = Thread.ofVirtual().name("xmpp-write-" + settings.domain()).start(this::write);
    try {
      socket.setSoTimeout(Math.clamp(settings.answer().toMillis() / 4, 5, 1000));
      Reading reading = new Reading(listener, ready);
      reading.untilTheEnd(socket.getInputStream());
    } catch (IOException broken) {
      end("connection lost: " + broken.getMessage());
    } finally {
      end("closed");
      try {
        writer.join(Duration.ofSeconds(5));
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
      }
      closeSocket();
    }
    lock.lock();
    try {
      return end.orElseThrow();
    } finally {
      lock.unlock();
    }
  }

  /// Writes a message and tells `done` once what became of it: confirmed, refused, or unknown with
  /// the end of the stream. False, and `done` is never called, where there is no room or no stream.
  boolean send(Bytes stanza, String key, Consumer<Outcome> done) {
    lock.lock();
    try {
      if (closing || inFlight.size() >= MAX_IN_FLIGHT || !offer(stanza)) {
        return false;
      }
      inFlight.add(key, done);
      pingIfWanted();
      return true;
    } finally {
      lock.unlock();
    }
  }

  /// Writes what needs no confirmation. False where there is no room or no stream.
  boolean write(Bytes stanza) {
    return offer(stanza);
  }

  /// Takes no more messages, waits at most `grace` for those in flight, and ends the stream.
  void close(Duration grace) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      closing = true;
      long left = grace.toNanos();
      while (inFlight.size() > 0 && end.isEmpty() && left > 0) {
        left = changed.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
    end("stopped");
  }

  /// What an error about a message bears: the one it came back from, and its id.
  static String key(Jid party, String id) {
    return party.asBareJid().toString().toLowerCase(Locale.ROOT) + '\n' + id;
  }

  private final class Reading {
    private final StreamListener listener;
    private final Runnable ready;
    private final long began = nanos.getAsLong();
    private boolean established;
    private boolean over;
    private long heard = began;

    Reading(StreamListener listener, Runnable ready) {
      this.listener = listener;
      this.ready = ready;
    }

    void untilTheEnd(InputStream in) throws IOException {
      XmppCodec.Decoder decoder = codec.decoder();
      byte[] buffer = new byte[16_384];
      while (!over && !ended()) {
        try {
          int count = in.read(buffer);
          if (count < 0) {
            end("connection closed by the server");
            return;
          }
          heard = nanos.getAsLong();
          decoder.feed(buffer, 0, count, this::event);
          lookAtTheClock(PATIENCE);
        } catch (SocketTimeoutException nothingToRead) {
          lookAtTheClock(1);
        }
      }
    }

    /// An answer may lie in the socket behind much else and a listener that takes its time: while
    /// there is something to read, a ping is overdue only after `patience` times as long.
    private void lookAtTheClock(int patience) {
      long now = nanos.getAsLong();
      if (!established) {
        if (now - began > settings.connect().toNanos()) {
          end("no handshake in time");
        }
        return;
      }
      lock.lock();
      try {
        if (inFlight.waitedFor(now) > patience * settings.answer().toNanos()) {
          end("no answer to a ping in " + patience * settings.answer().toMillis() + " ms");
        } else if (inFlight.wantsPing()
            || (now - heard > settings.silence().toNanos() && !inFlight.pinging())) {
          ping();
        }
      } finally {
        lock.unlock();
      }
    }

    private void event(StreamEvent event) {
      if (over) {
        return;
      }
      switch (event) {
        case StreamEvent.Opened(String id, String from) -> offer(XmppCodec.handshake(digest(id)));
        case StreamEvent.Handshaken() -> {
          if (!established) {
            established = true;
            ready.run();
          }
        }
        case StreamEvent.Received(Stanza stanza) -> {
          if (established && !answersOurs(stanza, listener)) {
            guarded(() -> listener.received(stanza));
          }
        }
        case StreamEvent.Unreadable what -> {
          if (established) {
            guarded(() -> listener.unreadable(what));
          }
        }
        case StreamEvent.Failed(String condition, String text) -> {
          over = true;
          end(text.isEmpty() ? condition : condition + " (" + text + ')');
        }
        case StreamEvent.Broken(String condition, String why) -> {
          over = true;
          offer(XmppCodec.end(Optional.of(condition)));
          end(condition + ": " + why);
        }
        case StreamEvent.Closed() -> {
          over = true;
          end("the server closed the stream");
        }
      }
    }
  }

  /// One stanza that somebody cannot handle does not take everybody's stream with it.
  private void guarded(Runnable listening) {
    try {
      listening.run();
    } catch (RuntimeException bug) {
      LOG.error("a stanza on the stream of {} was dropped", settings, bug);
    }
  }

  /// An answer to our ping, our ping itself come back, or an error for a message in flight.
  private boolean answersOurs(Stanza stanza, StreamListener listener) {
    String id = stanza.getStanzaId();
    Jid from = stanza.getFrom();
    if (id == null || from == null) {
      return false;
    }
    if (stanza instanceof IQ iq) {
      boolean echo = iq instanceof Ping && from.equals(own) && own.equals(iq.getTo());
      boolean answer = !iq.isRequestIQ() && from.equals(pingTarget);
      return (echo || answer) && confirm(id);
    }
    if (stanza instanceof Message message
        && message.getType() == Message.Type.error
        && message.getError() != null) {
      return refuse(key(from, id), listener.refused(message.getError()));
    }
    return false;
  }

  private boolean confirm(String pingId) {
    List<Consumer<Outcome>> confirmed;
    lock.lock();
    try {
      if (!inFlight.isPing(pingId)) {
        return false;
      }
      confirmed = inFlight.confirmed();
      pingIfWanted();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    tell(confirmed, Outcome.Delivered.plain());
    return true;
  }

  private boolean refuse(String key, Outcome outcome) {
    Optional<Consumer<Outcome>> waiting;
    lock.lock();
    try {
      waiting = inFlight.failed(key);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    waiting.ifPresent(done -> tell(List.of(done), outcome));
    return waiting.isPresent();
  }

  private void tell(List<Consumer<Outcome>> waiting, Outcome outcome) {
    waiting.forEach(done -> callbacks.execute(() -> done.accept(outcome)));
  }

  private void pingIfWanted() {
    if (inFlight.wantsPing()) {
      ping();
    }
  }

  /// Under the lock. A ping that finds no room in the queue is written when the next is wanted.
  private void ping() {
    Ping ping = new Ping();
    ping.setStanzaId(
        "ping-"
            + HexFormat.of().toHexDigits(random.nextLong())
            + HexFormat.of().toHexDigits(random.nextLong()));
    ping.setFrom(own);
    ping.setTo(pingTarget);
    if (offer(codec.encode(ping).orElseThrow())) {
      inFlight.pinged(ping.getStanzaId(), nanos.getAsLong());
    }
  }

  private boolean offer(Bytes bytes) {
    lock.lock();
    try {
      if (end.isPresent() || queued + bytes.size() > settings.maxQueuedBytes()) {
        return false;
      }
      queue.add(bytes);
      queued += bytes.size();
      changed.signalAll();
      return true;
    } finally {
      lock.unlock();
    }
  }

  private boolean ended() {
    lock.lock();
    try {
      return end.isPresent();
    } finally {
      lock.unlock();
    }
  }

  /// The first reason counts. What is in flight may have arrived or not.
  private void end(String why) {
    List<Consumer<Outcome>> waiting;
    lock.lock();
    try {
      if (end.isPresent()) {
        return;
      }
      end = Optional.of(why);
      waiting = inFlight.drain();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    tell(
        waiting,
        Outcome.Deferred.lane(
                Reason.of(Reason.Kind.UNAVAILABLE, "the stream to the XMPP server ended"))
            .uncertain());
  }

  private void write() {
    try {
      OutputStream out = socket.getOutputStream();
      while (true) {
        Optional<Bytes> next = next();
        if (next.isEmpty()) {
          break;
        }
        out.write(next.get().view());
      }
      // The peer's end tag is not waited for: whoever reads may not be there any more.
      out.write(XmppCodec.end(Optional.empty()).view());
      out.flush();
      socket.shutdownOutput();
    } catch (IOException broken) {
      end("connection lost: " + broken.getMessage());
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      end("stopped");
    }
    closeSocket();
  }

  /// All that waits, as one run of bytes; empty when the stream has ended and all is written.
  private Optional<Bytes> next() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (queue.isEmpty() && end.isEmpty()) {
        changed.await(1, TimeUnit.SECONDS);
      }
      if (queue.isEmpty()) {
        return Optional.empty();
      }
      byte[] run = new byte[(int) queued];
      int length = 0;
      for (Bytes each : queue) {
        System.arraycopy(each.view(), 0, run, length, each.size());
        length += each.size();
      }
      queue.clear();
      queued = 0;
      return Optional.of(Bytes.wrap(run));
    } finally {
      lock.unlock();
    }
  }

  private void closeSocket() {
    try {
      socket.close();
    } catch (IOException e) {
      LOG.debug("closing the socket of {}: {}", settings, e.getMessage());
    }
  }

  /// XEP-0114 §3: lower-case hex of SHA-1 over stream id and secret.
  private String digest(String streamId) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-1")
              .digest((streamId + settings.secret()).getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-1", e);
    }
  }
}
