package org.emsg.gateway.gateway;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Envelope;
import org.jspecify.annotations.Nullable;

/// Keeps each sender's order while some of their messages take time to plan. Thread-safe.
///
/// A plan that is complete at once goes on at once, on the caller's thread. When one is not, its
/// sender gets a line: whatever the same sender hands in later is planned only when its turn comes.
/// Other senders do not wait. A line ends with its last message, so in quiet times there is none.
final class SenderLines {
  private final Planning planning;
  private final Map<Address, Deque<Turn>> lines = new ConcurrentHashMap<>();

  SenderLines(Planning planning) {
    this.planning = planning;
  }

  /// Plans the envelope, now or in its turn, and passes the plan on when it is complete, perhaps
  /// exceptionally: in the order of the calls for a sender.
  void plan(Envelope envelope, Consumer<CompletableFuture<PlannedEnvelope>> then) {
    if (!lines.isEmpty() && join(new Turn(envelope, then))) {
      return;
    }
    CompletableFuture<PlannedEnvelope> plan = plan(envelope);
    if (plan.isDone()) {
      then.accept(plan);
    } else {
      open(new Turn(envelope, then, plan));
    }
  }

  private CompletableFuture<PlannedEnvelope> plan(Envelope envelope) {
    try {
      return planning.plan(envelope);
    } catch (Throwable e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  /// False where the sender has no line.
  private boolean join(Turn turn) {
    return lines.computeIfPresent(
            turn.sender(),
            (_, line) -> {
              line.add(turn);
              return line;
            })
        != null;
  }

  private void open(Turn turn) {
    Turn[] head = new Turn[1];
    lines.compute(
        turn.sender(),
        (_, line) -> {
          Deque<Turn> open = line == null ? new ArrayDeque<>() : line;
          open.add(turn);
          head[0] = open.getFirst();
          return open;
        });
    if (head[0] == turn) {
      var _ = turn.plan().whenComplete((_, _) -> advance(turn));
    }
  }

  /// The first of a line has its plan: it and all that can be planned at once go on. Runs on one
  /// thread a line at a time, since only the completion of the first in line calls it.
  private void advance(Turn first) {
    @Nullable Turn turn = first;
    while (turn != null) {
      CompletableFuture<PlannedEnvelope> plan = turn.plan();
      if (!plan.isDone()) {
        Turn waiting = turn;
        var _ = plan.whenComplete((_, _) -> advance(waiting));
        return;
      }
      turn.then.accept(plan);
      turn = behind(turn);
    }
  }

  /// Takes the first away; the one behind it, or null where the line ends with it.
  private @Nullable Turn behind(Turn first) {
    Turn[] next = new Turn[1];
    lines.computeIfPresent(
        first.sender(),
        (_, line) -> {
          line.removeFirst();
          next[0] = line.peekFirst();
          return line.isEmpty() ? null : line;
        });
    return next[0];
  }

  /// A place in a line; planned when it is first in it, unless its plan was asked for already.
  private final class Turn {
    private final Envelope envelope;
    private final Consumer<CompletableFuture<PlannedEnvelope>> then;
    private @Nullable CompletableFuture<PlannedEnvelope> plan;

    Turn(Envelope envelope, Consumer<CompletableFuture<PlannedEnvelope>> then) {
      this.envelope = envelope;
      this.then = then;
    }

    Turn(
        Envelope envelope,
        Consumer<CompletableFuture<PlannedEnvelope>> then,
        CompletableFuture<PlannedEnvelope> plan) {
      this(envelope, then);
      this.plan = plan;
    }

    Address sender() {
      return envelope.sender();
    }

    CompletableFuture<PlannedEnvelope> plan() {
      CompletableFuture<PlannedEnvelope> asked = plan;
      if (asked == null) {
        asked = SenderLines.this.plan(envelope);
        plan = asked;
      }
      return asked;
    }
  }
}
