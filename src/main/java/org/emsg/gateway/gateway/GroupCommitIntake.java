package org.emsg.gateway.gateway;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.LongAdder;
import org.emsg.gateway.gateway.IntakeStore.Arrival;
import org.emsg.gateway.gateway.IntakeStore.Committed;
import org.emsg.gateway.gateway.PlannedEnvelope.Delivery;
import org.emsg.gateway.model.Envelope;
import org.emsg.gateway.model.Reason;
import org.emsg.gateway.model.Verdict;
import org.emsg.gateway.outbox.LaneKey;
import org.emsg.gateway.outbox.Wakeups;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The intake: plans on the caller's thread, commits in groups, answers after the commit.
///
/// How a message passes:
///
/// ```
/// caller ── plan ──▶ queue ──▶ committer: one transaction ──▶ answerer: listeners, then answers
///              └─ still being planned: its sender's later messages line up behind it
/// ```
///
/// - *Natural group commit.* The committer takes what is there, commits, takes what came meanwhile.
///   No timer: under light load a message is alone in its transaction, under heavy load the groups
///   grow until the queue is empty or a limit is met. Answers are given by a second thread, so that
///   the next transaction runs while sockets are written to; the hand-over is one a group.
/// - *Order.* Plans that are complete at once go straight into the queue, so the calls' order is
///   the commits' order; `SenderLines` sees to those that are not.
/// - *Fan-out.* A message of more rows than a transaction may have is committed in parts, one after
///   the other, and answered after the last; should we die between, the sender's repetition finds
///   the first parts done.
/// - *Bounds.* `IntakeGate` counts what is anywhere between call and answer.
/// - *Errors.* Whatever is thrown, an `Error` too, ends one group, plan or listener and neither
///   thread: its senders are told to try again, and their places are free.
public final class GroupCommitIntake implements Intake, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(GroupCommitIntake.class);

  private final Planning planning;
  private final IntakeStore store;
  private final MailboxListener mailboxes;
  private final Wakeups wakeups;
  private final IntakeSettings settings;
  private final IntakeGate gate;

  private final BlockingQueue<Step> queue = new LinkedBlockingQueue<>();
  private final BlockingQueue<Group> commits = new ArrayBlockingQueue<>(4);
  private final SenderLines lines;
  private final Thread committer;
  private final Thread answerer;
  private final LongAdder groups = new LongAdder();
  private final LongAdder parts = new LongAdder();
  private volatile boolean closed;
  private volatile boolean stopped;

  public GroupCommitIntake(
      Planning planning,
      IntakeStore store,
      MailboxListener mailboxes,
      Wakeups wakeups,
      IntakeSettings settings) {
    this.planning = planning;
    this.lines = new SenderLines(planning);
    this.store = store;
    this.mailboxes = mailboxes;
    this.wakeups = wakeups;
    this.settings = settings;
    this.gate = new IntakeGate(settings.waitingEnvelopes(), settings.waitingBytes());
    this.committer = Thread.ofPlatform().name("intake-commit").daemon().unstarted(this::commitAll);
    this.answerer = Thread.ofPlatform().name("intake-answer").daemon().unstarted(this::answerAll);
  }

  public void start() {
    committer.start();
    answerer.start();
  }

  @Override
  public CompletionStage<IntakeResult> accept(Envelope envelope) {
    long weight = IntakeGate.weigh(envelope);
    if (closed || !gate.enter(weight)) {
      String text = closed ? "the gateway is stopping" : "too many messages are waiting";
      return CompletableFuture.completedStage(deferred(Reason.Kind.UNAVAILABLE, text));
    }
    Optional<IntakeResult> refused = admit(envelope);
    if (refused.isPresent()) {
      gate.leave(weight);
      return CompletableFuture.completedStage(refused.get());
    }
    Ticket ticket = new Ticket(envelope, weight);
    lines.plan(envelope, plan -> enqueue(ticket, plan));
    return ticket.answer;
  }

  private Optional<IntakeResult> admit(Envelope envelope) {
    try {
      return switch (planning.admit(envelope)) {
        case Verdict.Allow _ -> Optional.empty();
        case Verdict.Refuse refuse -> Optional.of(new IntakeResult.Refused(refuse.reason()));
        case Verdict.Wait wait ->
            Optional.of(new IntakeResult.Deferred(wait.reason(), wait.retryAfter()));
      };
    } catch (Throwable e) {
      return Optional.of(notPlanned(envelope, e));
    }
  }

  /// Whether both threads run, without which nothing is answered: for health.
  public boolean isWorking() {
    return committer.isAlive() && answerer.isAlive();
  }

  /// How many envelopes are inside now, and how large groups are.
  public Load load() {
    return new Load(gate.inside(), groups.sum(), parts.sum());
  }

  /// For metrics.
  ///
  /// @param inside envelopes between call and answer
  /// @param groups transactions so far
  /// @param committed envelopes, or parts of them, in those transactions
  public record Load(long inside, long groups, long committed) {}

  /// Takes nothing more, commits and answers what is inside, and returns. What is still being
  /// planned is deferred.
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    queue.add(new Step.Stop());
    try {
      committer.join();
      answerer.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  // ---- planning ---------------------------------------------------------------------------------

  private void enqueue(Ticket ticket, CompletableFuture<PlannedEnvelope> plan) {
    if (plan.isCompletedExceptionally()) {
      answer(ticket, notPlanned(ticket.envelope, plan.exceptionNow()));
      return;
    }
    PlannedEnvelope planned = plan.join();
    Optional<Reason> refusal = planned.refusal();
    if (refusal.isPresent()) {
      settled(planned);
      answer(ticket, new IntakeResult.Refused(refusal.get()));
      return;
    }
    queue.addAll(chunks(ticket, planned));
    if (stopped) {
      deferLeftovers();
    }
  }

  private IntakeResult notPlanned(Envelope envelope, Throwable why) {
    LOG.error("{}: planning failed, the sender is told to try again", envelope.trace(), why);
    return deferred(Reason.Kind.INTERNAL, "the message could not be planned");
  }

  private List<Step.Part> chunks(Ticket ticket, PlannedEnvelope planned) {
    int rows = planned.deliveries().size();
    if (rows <= settings.batchRows()) {
      return List.of(new Step.Part(ticket, planned, true));
    }
    List<Step.Part> chunks = new ArrayList<>();
    for (int from = 0; from < rows; from += settings.batchRows()) {
      int to = Math.min(rows, from + settings.batchRows());
      PlannedEnvelope chunk =
          new PlannedEnvelope(
              planned.envelope(),
              planned.idsUnique(),
              planned.deliveries().subList(from, to),
              from == 0 ? planned.learned() : List.of());
      chunks.add(new Step.Part(ticket, chunk, to == rows));
    }
    return chunks;
  }

  // ---- committing -------------------------------------------------------------------------------

  private void commitAll() {
    List<Step.Part> group = new ArrayList<>(settings.batchEnvelopes());
    boolean more = true;
    try {
      while (more) {
        group.clear();
        more = gather(group);
        if (!group.isEmpty()) {
          handOver(commit(group));
        }
      }
    } finally {
      stopped = true;
      deferLeftovers();
      handOver(Group.LAST);
    }
  }

  /// What came while we stopped is answered too.
  private void deferLeftovers() {
    for (Step step = queue.poll(); step != null; step = queue.poll()) {
      if (step instanceof Step.Part part) {
        settled(part.planned);
        if (part.last) {
          answer(part.ticket, deferred(Reason.Kind.UNAVAILABLE, "the gateway is stopping"));
        }
      }
    }
  }

  /// Waits for a first part, then takes what is there up to the limits; false at the end.
  private boolean gather(List<Step.Part> group) {
    int rows = 0;
    Step next = takeFirst();
    while (next instanceof Step.Part part) {
      group.add(part);
      rows += part.rows();
      next = queue.peek();
      if (group.size() == settings.batchEnvelopes()
          || (next instanceof Step.Part fitting && rows + fitting.rows() > settings.batchRows())) {
        return true;
      }
      if (next != null) {
        queue.remove();
      }
    }
    return next == null;
  }

  private Step takeFirst() {
    while (true) {
      try {
        return queue.take();
      } catch (InterruptedException e) {
        LOG.debug("the committer stops by close() alone", e);
      }
    }
  }

  private Group commit(List<Step.Part> group) {
    groups.increment();
    parts.add(group.size());
    try {
      List<PlannedEnvelope> batch = group.stream().map(Step.Part::planned).toList();
      List<Committed> committed = store.commit(batch);
      if (committed.size() == group.size()) {
        return new Group(List.copyOf(group), committed);
      }
      LOG.error("{} envelopes committed, {} answers", group.size(), committed.size());
    } catch (Throwable e) {
      LOG.error(
          "A transaction of {} envelopes failed, their senders are told to try again",
          group.size(),
          e);
    }
    Committed later =
        new Committed(deferred(Reason.Kind.UNAVAILABLE, "the store does not answer"), List.of());
    return new Group(List.copyOf(group), group.stream().map(_ -> later).toList());
  }

  private void handOver(Group group) {
    while (true) {
      try {
        commits.put(group);
        return;
      } catch (InterruptedException e) {
        LOG.debug("the committer stops by close() alone", e);
      }
    }
  }

  // ---- answering --------------------------------------------------------------------------------

  private void answerAll() {
    while (true) {
      try {
        Group group = commits.take();
        if (group.isLast()) {
          return;
        }
        answer(group);
      } catch (InterruptedException e) {
        LOG.debug("the answerer stops by close() alone", e);
      } catch (Throwable e) {
        LOG.error("What was stored is not known everywhere yet; it is found in time", e);
      }
    }
  }

  private void answer(Group group) {
    for (int i = 0; i < group.parts.size(); i++) {
      Step.Part part = group.parts.get(i);
      Committed committed = group.committed.get(i);
      settled(part.planned);
      for (Arrival arrival : committed.arrivals()) {
        tell(arrival);
      }
      IntakeResult result = together(part.ticket.result, committed.result());
      part.ticket.result = result;
      if (part.last) {
        answer(part.ticket, result);
      }
    }
    lanes(group).forEach(wakeups::queued);
  }

  private static Set<LaneKey> lanes(Group group) {
    Set<LaneKey> lanes = new LinkedHashSet<>();
    for (int i = 0; i < group.parts.size(); i++) {
      if (group.committed.get(i).result() instanceof IntakeResult.Accepted) {
        for (Delivery delivery : group.parts.get(i).planned.deliveries()) {
          if (delivery instanceof Delivery.ToLane lane) {
            lanes.add(lane.lane());
          }
        }
      }
    }
    return lanes;
  }

  private void settled(PlannedEnvelope planned) {
    try {
      planning.settled(planned);
    } catch (Throwable e) {
      LOG.error("{}: planning was not told of the end", planned.envelope().trace(), e);
    }
  }

  private void tell(Arrival arrival) {
    try {
      mailboxes.arrived(arrival.account(), arrival.entry());
    } catch (Throwable e) {
      LOG.error(
          "{}: a session was not told of a new message; it finds it when it syncs",
          arrival.entry().trace(),
          e);
    }
  }

  private void answer(Ticket ticket, IntakeResult result) {
    gate.leave(ticket.weight);
    ticket.answer.complete(result);
  }

  /// What is said of a message in parts: that it failed where a part did, so that the sender
  /// repeats it; that it is new where a part was; that it goes to another server where a part does.
  private static IntakeResult together(@Nullable IntakeResult before, IntakeResult now) {
    if (before == null) {
      return now;
    }
    boolean forwarded = isForwarded(before) || isForwarded(now);
    return switch (rank(now) > rank(before) ? now : before) {
      case IntakeResult.Accepted accepted -> new IntakeResult.Accepted(accepted.trace(), forwarded);
      case IntakeResult.Duplicate duplicate ->
          new IntakeResult.Duplicate(duplicate.first(), forwarded);
      case IntakeResult.Refused refused -> refused;
      case IntakeResult.Deferred deferred -> deferred;
    };
  }

  private static boolean isForwarded(IntakeResult result) {
    return switch (result) {
      case IntakeResult.Accepted accepted -> accepted.forwarded();
      case IntakeResult.Duplicate duplicate -> duplicate.forwarded();
      case IntakeResult.Refused _, IntakeResult.Deferred _ -> false;
    };
  }

  private static int rank(IntakeResult result) {
    return switch (result) {
      case IntakeResult.Duplicate _ -> 0;
      case IntakeResult.Accepted _ -> 1;
      case IntakeResult.Refused _ -> 2;
      case IntakeResult.Deferred _ -> 3;
    };
  }

  private IntakeResult deferred(Reason.Kind kind, String text) {
    return new IntakeResult.Deferred(Reason.of(kind, text), Optional.of(settings.retryAfter()));
  }

  /// An envelope between call and answer. `result` belongs to the answerer.
  private static final class Ticket {
    private final Envelope envelope;
    private final long weight;
    private final CompletableFuture<IntakeResult> answer = new CompletableFuture<>();
    private @Nullable IntakeResult result;

    Ticket(Envelope envelope, long weight) {
      this.envelope = envelope;
      this.weight = weight;
    }
  }

  private sealed interface Step {
    record Part(Ticket ticket, PlannedEnvelope planned, boolean last) implements Step {
      int rows() {
        return planned.deliveries().size();
      }
    }

    record Stop() implements Step {}
  }

  private record Group(List<Step.Part> parts, List<Committed> committed) {
    private static final Group LAST = new Group(List.of(), List.of());

    boolean isLast() {
      return parts.isEmpty();
    }
  }
}
