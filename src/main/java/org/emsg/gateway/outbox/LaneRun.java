package org.emsg.gateway.outbox;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.emsg.gateway.model.ConversationId;
import org.emsg.gateway.model.Outcome;
import org.emsg.gateway.model.Outcome.Deferred.Scope;
import org.emsg.gateway.model.Reason;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One lane while this node has its lease. One thread calls `step` again and again; `wake` and
/// `stop` may come from any.
///
/// The algorithm. A lane's rows are a queue for each conversation, and only a queue's head may be
/// sent: `Outbox.heads` gives heads of conversations that are not busy, so a backlog of any length
/// costs no more memory than what is being sent. A conversation is busy from the moment its head is
/// taken until that head's settlement is committed, not merely until it was sent: else its
/// successor could be settled first, and a crash between would send them in the wrong order.
/// Outcomes that arrive while a settlement is being committed are settled together by the next
/// step: natural group commit once more.
///
/// *The lease* is counted on this node's monotonic clock from before it was asked for, so by our
/// count it never ends later than by the database's. It is renewed at half its time, and no send is
/// started with less than a quarter left: a node that was frozen finds that out before it sends.
/// What it settles is refused by the epoch, and what it had sent is sent again by its successor
/// under the same id.
///
/// *Memory.* What a page weighs is known when it was read, so room for it is taken before, by what
/// the last one weighed, and the difference after. A head that finds no room is dropped, and read
/// again when there is room for one of its weight: a lane that waits for room reads nothing.
///
/// *A lane deferral* (the server is down) ends the run: nothing new is taken, what is under way
/// comes home, the lane rests. Of the deferrals of one run only the first counts as a failure of
/// the lane, since sixteen conversations that meet one dead server are one dead server. The next
/// run begins with a single message, the oldest, until something gets through: a dead peer costs
/// one connection at a time, whatever waits for it.
///
/// *A database that fails* leaves outcomes unsettled. They are kept and settled by a later step, as
/// long as the lease lasts; after that they are the successor's.
final class LaneRun {
  private static final Logger LOG = LoggerFactory.getLogger(LaneRun.class);

  /// How long a run waits before it asks again for rows whose time has come meanwhile.
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);

  private static final Duration STARVED = Duration.ofMillis(100);

  private static final long FIRST_WEIGHT = 64 << 10;
  private static final long LEAST_WEIGHT = 4 << 10;

  private static final Outcome OUR_FAULT =
      Outcome.Deferred.conversation(
              Reason.of(Reason.Kind.INTERNAL, "The gateway could not send the message."))
          .uncertain();

  private final Outbox outbox;
  private final Sending sending;
  private final OutboxSettings settings;
  private final Tools tools;
  private final LaneLease lease;
  private final Bell bell = new Bell();

  private final Map<ConversationId, OutboundMessage> busy = new HashMap<>();
  private final Queue<Attempt> returned = new ConcurrentLinkedQueue<>();
  private final List<Attempt> unsettled = new ArrayList<>();
  private long leaseEnd;
  private int failures;
  private boolean resting;
  private boolean mayHaveMore = true;

  /// What a head of this lane is taken to weigh.
  private long each = FIRST_WEIGHT;

  private long lookedAt;
  private long idleSince;
  private volatile boolean woken;
  private volatile boolean stopping;

  /// What a run needs of its surroundings.
  ///
  /// @param nanos a monotonic clock
  /// @param senders runs sends; each blocks until its outcome is known. A run whose send is
  ///   rejected stops
  /// @param room the memory for what is being sent, all lanes together
  /// @param crowded whether other lanes wait for a place on this node
  /// @param failed told when rows have failed for good
  record Tools(
      Clock clock,
      LongSupplier nanos,
      RandomGenerator random,
      Executor senders,
      Room room,
      BooleanSupplier crowded,
      Runnable failed) {}

  /// @param askedAt when the lease was asked for, on the monotonic clock
  LaneRun(
      LaneLease lease,
      long askedAt,
      Outbox outbox,
      Sending sending,
      OutboxSettings settings,
      Tools tools) {
    this.lease = lease;
    this.outbox = outbox;
    this.sending = sending;
    this.settings = settings;
    this.tools = tools;
    this.failures = lease.failures();
    this.leaseEnd = askedAt + lease.remaining().toNanos();
    this.idleSince = askedAt;
    this.lookedAt = askedAt;
  }

  /// There may be a new row, or an outcome.
  void wake() {
    woken = true;
    bell.ring();
  }

  /// Takes nothing new from now on.
  void stop() {
    stopping = true;
    bell.ring();
  }

  /// Waits until there is something to do, at most so long.
  boolean await(Duration atMost) {
    return bell.await(atMost);
  }

  LaneKey lane() {
    return lease.lane();
  }

  /// Settles what came back, keeps the lease, takes and starts what may go. How long to wait for
  /// the next step; empty when the run is over, and the lane given back or lost.
  Optional<Duration> step() {
    long now = tools.nanos.getAsLong();
    if (woken) {
      woken = false;
      mayHaveMore = true;
    }
    if (leaseEnd - now <= 0 || !settle() || !renew()) {
      lose();
      return Optional.empty();
    }
    if (!stopping && !resting) {
      take();
    }
    if (!busy.isEmpty()) {
      idleSince = now;
      return Optional.of(LOOK_AGAIN);
    }
    boolean lingered = now - idleSince >= settings.linger().toNanos();
    boolean idle = !mayHaveMore && (lingered || tools.crowded.getAsBoolean());
    if (stopping || resting || idle) {
      outbox.release(lease);
      return Optional.empty();
    }
    return Optional.of(mayHaveMore ? STARVED : LOOK_AGAIN);
  }

  private void lose() {
    if (!busy.isEmpty()) {
      LOG.warn(
          "{}: the lease is over with {} messages under way; they are sent again under their ids",
          lease.lane(),
          busy.size());
    }
    busy.clear();
  }

  /// False where the lease is lost.
  private boolean settle() {
    for (Attempt one = returned.poll(); one != null; one = returned.poll()) {
      unsettled.add(one);
    }
    if (unsettled.isEmpty()) {
      return true;
    }
    boolean rests = resting;
    boolean alive = false;
    boolean failed = false;
    List<Settlement> settlements = new ArrayList<>(unsettled.size());
    for (Attempt attempt : unsettled) {
      Settlement settlement = attempt.settle(settings.retries(), tools.clock, tools.random);
      if (settlement instanceof Settlement.Again again && again.scope() == Scope.LANE) {
        settlement = rests ? onlyThisConversation(again) : again;
        rests = true;
      }
      alive |= !meetsDeadServer(attempt.outcome());
      failed |= settlement instanceof Settlement.Failed;
      settlements.add(settlement);
    }
    if (!outbox.settle(lease, settlements)) {
      return false;
    }
    for (Attempt attempt : unsettled) {
      busy.remove(attempt.message().conversation());
    }
    unsettled.clear();
    resting = rests;
    failures = alive ? 0 : failures + 1;
    mayHaveMore = true;
    if (failed) {
      tools.failed.run();
    }
    return true;
  }

  private static boolean meetsDeadServer(Outcome outcome) {
    return outcome instanceof Outcome.Deferred deferred && deferred.scope() == Scope.LANE;
  }

  private static Settlement onlyThisConversation(Settlement.Again again) {
    return new Settlement.Again(
        again.id(), Scope.CONVERSATION, again.delay(), again.reason(), again.certain());
  }

  /// False where the lease is lost.
  private boolean renew() {
    long asked = tools.nanos.getAsLong();
    if (leaseEnd - asked > settings.lease().toNanos() / 2) {
      return true;
    }
    if (!outbox.renew(lease, settings.lease())) {
      return false;
    }
    leaseEnd = asked + settings.lease().toNanos();
    return true;
  }

  private void take() {
    long now = tools.nanos.getAsLong();
    if (now - lookedAt >= LOOK_AGAIN.toNanos()) {
      mayHaveMore = true;
    }
    int width = failures > 0 ? 1 : settings.conversations();
    int free = width - busy.size();
    long share = tools.room.share() - busy.values().stream().mapToLong(tools.room::weigh).sum();
    if (!mayHaveMore || free <= 0 || share <= 0) {
      return;
    }
    int places = reserve(Math.clamp(share / each, 1, free));
    if (places == 0) {
      return;
    }
    lookedAt = now;
    take(places, share);
  }

  /// @param places how many heads there is room for, each of the weight that they are taken to have
  /// @param share how much of the room the lane may still take
  private void take(int places, long share) {
    long reserved = places * each;
    long left = share;
    try {
      List<OutboundMessage> heads = outbox.heads(lease, places, busy.keySet());
      mayHaveMore = heads.size() == places;
      if (!heads.isEmpty()) {
        each = LEAST_WEIGHT;
      }
      for (OutboundMessage head : heads) {
        long weight = tools.room.weigh(head);
        each = Math.max(each, weight);
        if (weight > reserved && tools.room.enter(weight - reserved)) {
          reserved = weight;
        }
        if (weight > reserved || left <= 0 || isLeaseShort()) {
          mayHaveMore = true;
          return;
        }
        start(head, weight);
        reserved -= weight;
        left -= weight;
        busy.put(head.conversation(), head);
      }
    } catch (RejectedExecutionException e) {
      LOG.debug("{}: nothing is sent any more on this node", lease.lane(), e);
      stopping = true;
    } finally {
      tools.room.leave(reserved);
    }
  }

  private boolean isLeaseShort() {
    return leaseEnd - tools.nanos.getAsLong() < settings.lease().toNanos() / 4;
  }

  /// Room for so many heads, or half of them, or half of those.
  private int reserve(int wanted) {
    int places = wanted;
    while (places > 0 && !tools.room.enter(places * each)) {
      places /= 2;
    }
    return places;
  }

  private void start(OutboundMessage message, long weight) {
    int before = failures;
    tools.senders.execute(() -> {
      Outcome outcome = OUR_FAULT;
      try {
        outcome = attempt(message);
      } finally {
        tools.room.leave(weight);
        returned.add(new Attempt(message, outcome, before));
        bell.ring();
      }
    });
  }

  private Outcome attempt(OutboundMessage message) {
    try {
      return sending.send(message);
    } catch (Throwable e) {
      LOG.error(
          "{}: sending to {} failed for a reason of our own, again later",
          message.envelope().trace(),
          lease.lane(),
          e);
      return OUR_FAULT;
    }
  }
}
