package org.emsg.gateway.xmpp.stream;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.emsg.gateway.model.Bytes;
import org.emsg.gateway.model.Outcome;
import org.emsg.gateway.model.Reason;
import org.jivesoftware.smack.packet.Stanza;
import org.jxmpp.stringprep.XmppStringprepException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One connection of one component, from its first byte to its last (XEP-0114).
///
/// Two threads: whoever calls [#run] reads, a virtual thread writes. Nobody waits without a limit:
/// the reader wakes up to see whether a ping is overdue, and a writer that hangs hangs on a socket
/// that the overdue ping closes.
final class ComponentStream {
  private static final Logger LOG = LoggerFactory.getLogger(ComponentStream.class);
  private static final int PATIENCE = 8;

  private final StreamSettings settings;
  private final XmppCodec codec;
  private final LongSupplier nanos;
  private final Socket socket;
  private final StreamWriter writer;
  private final Confirmations confirmations;
  private volatile Optional<String> end = Optional.empty();

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
    this.socket = socket;
    this.writer = new StreamWriter(socket, settings.maxQueuedBytes());
    this.confirmations = new Confirmations(settings, codec, nanos, random, callbacks, writer);
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
    writer.offer(XmppCodec.header(settings.domain()));
    Thread writing = Thread.ofVirtual().name("xmpp-write-" + settings.domain()).start(this::write);
    try {
      socket.setSoTimeout(Math.clamp(settings.answer().toMillis() / 4, 5, 1000));
      new Reading(listener, ready).untilTheEnd(socket.getInputStream());
    } catch (IOException broken) {
      end("connection lost: " + broken.getMessage());
    } finally {
      end("closed");
      try {
        writing.join(Duration.ofSeconds(5));
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
      }
      closeSocket();
    }
    return end.orElseThrow();
  }

  /// Writes a message and tells `done` once what became of it: confirmed, refused, or unknown with
  /// the end of the stream. False, and `done` is never called, where there is no room or no stream.
  boolean send(Bytes stanza, String key, Consumer<Outcome> done) {
    return confirmations.send(stanza, key, done);
  }

  /// Writes what needs no confirmation. False where there is no room or no stream.
  boolean write(Bytes stanza) {
    return writer.offer(stanza);
  }

  /// Takes no more messages, waits at most `grace` for those in flight, and ends the stream.
  void close(Duration grace) throws InterruptedException {
    confirmations.close(grace);
    end("stopped");
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
      while (!over && end.isEmpty()) {
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
      if (established) {
        Duration longest = settings.answer().multipliedBy(patience);
        if (!confirmations.inTime(heard, longest)) {
          end("no answer to a ping in " + longest.toMillis() + " ms");
        }
      } else if (nanos.getAsLong() - began > settings.connect().toNanos()) {
        end("no handshake in time");
      }
    }

    private void event(StreamEvent event) {
      if (over) {
        return;
      }
      switch (event) {
        case StreamEvent.Opened(String id, String from) ->
            writer.offer(XmppCodec.handshake(id, settings.secret()));
        case StreamEvent.Handshaken() -> {
          if (!established) {
            established = true;
            ready.run();
          }
        }
        case StreamEvent.Received(Stanza stanza) -> {
          if (established && !confirmations.concerns(stanza, listener::refused)) {
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
          writer.offer(XmppCodec.end(Optional.of(condition)));
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

  /// The first reason counts. What is in flight may have arrived or not.
  private void end(String why) {
    if (endsFor(why)) {
      writer.end();
      confirmations.end(
          Outcome.Deferred.lane(
                  Reason.of(Reason.Kind.UNAVAILABLE, "the stream to the XMPP server ended"))
              .uncertain());
    }
  }

  private synchronized boolean endsFor(String why) {
    if (end.isPresent()) {
      return false;
    }
    end = Optional.of(why);
    return true;
  }

  private void write() {
    try {
      writer.run();
    } catch (IOException broken) {
      end("connection lost: " + broken.getMessage());
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      end("stopped");
    }
    closeSocket();
  }

  private void closeSocket() {
    try {
      socket.close();
    } catch (IOException e) {
      LOG.debug("closing the socket of {}: {}", settings, e.getMessage());
    }
  }
}
