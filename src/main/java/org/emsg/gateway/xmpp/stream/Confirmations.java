package org.emsg.gateway.xmpp.stream;

import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.emsg.gateway.model.Bytes;
import org.emsg.gateway.model.Outcome;
import org.jivesoftware.smack.packet.IQ;
import org.jivesoftware.smack.packet.Message;
import org.jivesoftware.smack.packet.Stanza;
import org.jivesoftware.smack.packet.StanzaError;
import org.jivesoftware.smackx.ping.packet.Ping;
import org.jxmpp.jid.Jid;
import org.jxmpp.jid.impl.JidCreate;
import org.jxmpp.stringprep.XmppStringprepException;

/// The messages of one stream that wait for their outcome, and the pings that bring it (see
/// [InFlight]). Thread-safe: one lock makes the order on the wire that of what waits.
final class Confirmations {
  private static final int MAX_IN_FLIGHT = 4096;

  private final StreamSettings settings;
  private final XmppCodec codec;
  private final LongSupplier nanos;
  private final RandomGenerator random;
  private final Executor callbacks;
  private final StreamWriter writer;
  private final Jid own;
  private final Jid pingTarget;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final InFlight inFlight = new InFlight();
  private boolean closing;
  private boolean over;

  Confirmations(
      StreamSettings settings,
      XmppCodec codec,
      LongSupplier nanos,
      RandomGenerator random,
      Executor callbacks,
      StreamWriter writer)
      throws XmppStringprepException {
    this.settings = settings;
    this.codec = codec;
    this.nanos = nanos;
    this.random = random;
    this.callbacks = callbacks;
    this.writer = writer;
    this.own = JidCreate.domainBareFrom(settings.domain());
    this.pingTarget = JidCreate.domainBareFrom(settings.pingTarget());
  }

  /// Writes a message and tells `done` once what became of it. False, and `done` is never called,
  /// where there is no room or no stream.
  boolean send(Bytes stanza, String key, Consumer<Outcome> done) {
    return locked(() -> {
      if (closing || inFlight.size() >= MAX_IN_FLIGHT || !writer.offer(stanza)) {
        return false;
      }
      inFlight.add(key, done);
      pingIfWanted();
      return true;
    });
  }

  /// What an error about a message bears: the one it came back from, and its id.
  static String key(Jid party, String id) {
    return party.asBareJid().toString().toLowerCase(Locale.ROOT) + '\n' + id;
  }

  /// Whether a stanza was an answer to our ping, our ping itself come back, or an error for a
  /// message in flight.
  ///
  /// @param refused what an error means
  boolean concerns(Stanza stanza, Function<StanzaError, Outcome> refused) {
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
      return refuse(key(from, id), refused.apply(message.getError()));
    }
    return false;
  }

  /// Sends the ping that is due, to confirm something or to hear whether the server is there.
  ///
  /// @param heard when the server last said something
  /// @param longest how long a ping may go unanswered
  /// @return false where one has gone unanswered for longer
  boolean inTime(long heard, Duration longest) {
    return locked(() -> {
      long now = nanos.getAsLong();
      if (inFlight.waitedFor(now) > longest.toNanos()) {
        return false;
      }
      boolean silent = now - heard > settings.silence().toNanos();
      if (inFlight.wantsPing() || (silent && !inFlight.pinging())) {
        ping();
      }
      return true;
    });
  }

  /// Takes no more messages, and waits at most so long for those in flight.
  void close(Duration grace) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      closing = true;
      long left = grace.toNanos();
      while (inFlight.size() > 0 && !over && left > 0) {
        left = changed.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }

  /// Everybody who still waits is told `outcome`. The writer has ended by now, so that nobody comes
  /// after them.
  void end(Outcome outcome) {
    tell(
        locked(() -> {
          over = true;
          changed.signalAll();
          return inFlight.drain();
        }),
        outcome);
  }

  private boolean confirm(String pingId) {
    Optional<List<Consumer<Outcome>>> confirmed =
        locked(() -> {
          if (!inFlight.isPing(pingId)) {
            return Optional.empty();
          }
          List<Consumer<Outcome>> waiting = inFlight.confirmed();
          pingIfWanted();
          changed.signalAll();
          return Optional.of(waiting);
        });
    confirmed.ifPresent(waiting -> tell(waiting, Outcome.Delivered.plain()));
    return confirmed.isPresent();
  }

  private boolean refuse(String key, Outcome outcome) {
    Optional<Consumer<Outcome>> refused =
        locked(() -> {
          changed.signalAll();
          return inFlight.failed(key);
        });
    refused.ifPresent(done -> tell(List.of(done), outcome));
    return refused.isPresent();
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
    if (writer.offer(codec.encode(ping).orElseThrow())) {
      inFlight.pinged(ping.getStanzaId(), nanos.getAsLong());
    }
  }

  private <T> T locked(Supplier<T> step) {
    lock.lock();
    try {
      return step.get();
    } finally {
      lock.unlock();
    }
  }
}
