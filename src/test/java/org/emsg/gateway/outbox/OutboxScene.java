package org.emsg.gateway.outbox;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.emsg.gateway.fixtures.Envelopes;
import org.emsg.gateway.fixtures.FakeClock;
import org.emsg.gateway.fixtures.FakeOutbox;
import org.emsg.gateway.fixtures.World;
import org.emsg.gateway.gateway.PlannedEnvelope.Delivery;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Bytes;
import org.emsg.gateway.model.ConversationId;
import org.emsg.gateway.model.Envelope;
import org.emsg.gateway.model.MessageId;
import org.emsg.gateway.model.Network;
import org.emsg.gateway.model.Outcome;
import org.emsg.gateway.model.Reason;

/// An outbox, a peer that does as a test says, and sends that go when the test lets them.
final class OutboxScene {
  static final LaneKey LANE = new LaneKey("emsg.a.test", Network.XMPP, "xmpp.test");
  static final Reason DOWN = Reason.of(Reason.Kind.UNAVAILABLE, "The server is down.");
  static final Reason NOBODY = Reason.of(Reason.Kind.NO_SUCH_USER, "There is no such user.");

  final FakeClock clock = FakeClock.atNoon();
  final FakeOutbox outbox = new FakeOutbox(clock);
  final RandomGenerator random;

  /// Sends that were started and have not gone out yet.
  final List<Runnable> pending = new ArrayList<>();

  /// The native ids of what reached the peer, in order.
  final List<String> arrived = new ArrayList<>();

  /// How often rows were said to have failed.
  int failedTold;

  boolean crowded;

  Executor senders = pending::add;
  Room room = new Room(64 << 20);
  Function<OutboundMessage, Outcome> peer = _ -> Outcome.Delivered.plain();
  private final Map<String, Integer> written = new HashMap<>();

  OutboxScene() {
    this(1);
  }

  OutboxScene(long seed) {
    random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
  }

  /// Queues the next message of a conversation with `dave-N`: its native id is `N/count`.
  OutboxId queue(int conversation) {
    return queue(conversation, LANE, List.of());
  }

  OutboxId queue(int conversation, LaneKey lane, List<Network> next) {
    return queue(conversation, lane, next, "hello");
  }

  /// The same with a long text: it weighs two bytes a character, and a little.
  OutboxId queueLarge(int conversation, LaneKey lane, int characters) {
    return queue(conversation, lane, List.of(), "x".repeat(characters));
  }

  private OutboxId queue(int conversation, LaneKey lane, List<Network> next, String text) {
    Address.Xmpp to = new Address.Xmpp("dave-" + conversation, "xmpp.test");
    int count = written.merge(lane.remote() + conversation, 1, Integer::sum);
    String id = conversation + "/" + count;
    Envelope envelope = Envelopes.from(World.ALICE).to(to).id(id).text(text).envelope();
    return outbox.add(
        envelope,
        new Delivery.ToLane(
            Bytes.utf8(id),
            lane,
            ConversationId.of(World.ALICE, to),
            to,
            to,
            new MessageId(id),
            next,
            "test"));
  }

  /// A run of the lane on this node, if the lane is to be had.
  Optional<LaneRun> run(String node, OutboxSettings settings) {
    long asked = clock.nanos();
    return outbox.lease(node, Network.XMPP, 1, settings.lease()).stream()
        .map(lease -> new LaneRun(lease, asked, outbox, this::send, settings, tools()))
        .findFirst();
  }

  LaneRun run() {
    return run("node-1", OutboxSettings.DEFAULT).orElseThrow();
  }

  LaneRun.Tools tools() {
    return new LaneRun.Tools(
        clock, clock::nanos, random, senders, room, () -> crowded, () -> failedTold++);
  }

  Outcome send(OutboundMessage message) {
    Outcome outcome = peer.apply(message);
    if (outcome instanceof Outcome.Delivered) {
      arrived.add(message.nativeId().value());
    }
    return outcome;
  }

  /// Lets all started sends go out.
  void flush() {
    while (!pending.isEmpty()) {
      pending.removeFirst().run();
    }
  }

  /// Steps a run and lets its sends go until it is over or has nothing more to do.
  void drain(LaneRun run) {
    for (int i = 0; i < 100_000; i++) {
      Optional<Duration> wait = run.step();
      if (wait.isEmpty() || (pending.isEmpty() && wait.get().equals(Duration.ofSeconds(1)))) {
        return;
      }
      flush();
    }
    throw new AssertionError("the run does not come to rest");
  }
}
