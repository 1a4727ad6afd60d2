package org.emsg.gateway.xmpp.stream;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.emsg.gateway.model.Outcome;

/// The messages of one stream that the server has not been seen to have taken.
///
/// XEP-0114 acknowledges nothing, but a stream keeps order: once a ping (XEP-0199) sent after a
/// message is answered, the server has read the message. One ping is under way at a time, and
/// stands for all that was sent before it; what was sent since waits for the next:
///
/// ```
/// sent      m1 ping1 m2 m3      ping2 m4
/// received             pong1           pong2 …
/// confirms             m1              m2 m3
/// ```
///
/// Not thread-safe: [Confirmations] calls it under the lock that also orders what is written.
final class InFlight {
  private record Sent(long number, String key, Consumer<Outcome> done) {}

  private record Ping(String id, long covers, long sentAt) {}

  private final ArrayDeque<Sent> sent = new ArrayDeque<>();
  private Optional<Ping> ping = Optional.empty();
  private long last;

  int size() {
    return sent.size();
  }

  /// Notes a message as written. `key` is what an error about it bears.
  void add(String key, Consumer<Outcome> done) {
    sent.add(new Sent(++last, key, done));
  }

  /// Whether a ping would tell something: there is something to confirm, and none is under way.
  boolean wantsPing() {
    return ping.isEmpty() && !sent.isEmpty();
  }

  boolean pinging() {
    return ping.isPresent();
  }

  /// Notes a ping as written after all that was added so far.
  void pinged(String id, long now) {
    ping = Optional.of(new Ping(id, last, now));
  }

  /// How long the ping under way has waited, in the unit of `now`; 0 where there is none.
  long waitedFor(long now) {
    return ping.map(p -> now - p.sentAt()).orElse(0L);
  }

  boolean isPing(String id) {
    return ping.isPresent() && ping.get().id().equals(id);
  }

  /// The ping under way was answered: those whom it confirms.
  List<Consumer<Outcome>> confirmed() {
    long covers = ping.orElseThrow().covers();
    ping = Optional.empty();
    List<Consumer<Outcome>> done = new ArrayList<>();
    while (!sent.isEmpty() && sent.peekFirst().number() <= covers) {
      done.add(sent.removeFirst().done());
    }
    return done;
  }

  /// An error came for a message in flight: the one who waits for it, the oldest of that key.
  Optional<Consumer<Outcome>> failed(String key) {
    for (Iterator<Sent> all = sent.iterator(); all.hasNext(); ) {
      Sent each = all.next();
      if (each.key().equals(key)) {
        all.remove();
        return Optional.of(each.done());
      }
    }
    return Optional.empty();
  }

  /// The stream is over: everybody who still waits.
  List<Consumer<Outcome>> drain() {
    List<Consumer<Outcome>> waiting = sent.stream().map(Sent::done).toList();
    sent.clear();
    ping = Optional.empty();
    return waiting;
  }
}
