package org.emsg.gateway.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.emsg.gateway.outbox.OutboxScene.DOWN;
import static org.emsg.gateway.outbox.OutboxScene.LANE;
import static org.emsg.gateway.outbox.OutboxScene.NOBODY;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.IntStream;
import org.emsg.gateway.fixtures.World;
import org.emsg.gateway.model.Network;
import org.emsg.gateway.model.Outcome;
import org.emsg.gateway.model.Outcome.Deferred.Scope;
import org.emsg.gateway.model.Reason;
import org.junit.jupiter.api.Test;

class LaneRunTest {
  private static final OutboxSettings SETTINGS = OutboxSettings.DEFAULT;

  private final OutboxScene scene = new OutboxScene();

  @Test
  void deliversAConversationInOrder() {
    IntStream.range(0, 5).forEach(_ -> scene.queue(1));

    scene.drain(scene.run());

    assertThat(scene.arrived).containsExactly("1/1", "1/2", "1/3", "1/4", "1/5");
    assertThat(scene.outbox.size()).isZero();
  }

  @Test
  void sendsSeveralConversationsAtOnceButOneMessageOfEach() {
    IntStream.range(0, 40).forEach(i -> scene.queue(i % 20));

    scene.run().step();

    assertThat(scene.pending).hasSize(16);
    scene.flush();
    assertThat(scene.arrived).allMatch(id -> id.endsWith("/1"));
  }

  @Test
  void aMessageIsNotFollowedBeforeItsSettlementStands() {
    scene.queue(1);
    scene.queue(1);
    LaneRun run = scene.run();
    run.step();
    scene.flush();
    assertThat(scene.outbox.settled()).isEmpty();

    run.step();

    assertThat(scene.outbox.settled()).hasSize(1);
    assertThat(scene.pending).hasSize(1);
  }

  @Test
  void outcomesThatCameMeanwhileAreSettledTogether() {
    IntStream.range(0, 10).forEach(scene::queue);
    LaneRun run = scene.run();
    run.step();
    scene.flush();

    run.step();

    assertThat(scene.outbox.settled()).hasSize(10);
    assertThat(scene.outbox.settleCalls()).isEqualTo(1);
  }

  @Test
  void aGreylistedMailboxHoldsUpNobodyElse() {
    scene.queue(1);
    scene.queue(1);
    scene.queue(2);
    scene.peer =
        message ->
            message.recipient().local().equals("dave-1")
                ? Outcome.Deferred.conversation(DOWN)
                : Outcome.Delivered.plain();

    LaneRun run = scene.run();
    scene.drain(run);

    assertThat(scene.arrived).containsExactly("2/1");
    assertThat(scene.outbox.lanes().getFirst().pausedUntil()).isEmpty();

    scene.peer = _ -> Outcome.Delivered.plain();
    scene.clock.advance(Duration.ofSeconds(6));
    scene.drain(run);
    assertThat(scene.arrived).containsExactly("2/1", "1/1", "1/2");
  }

  @Test
  void aDeadServerPausesTheLaneAndCountsOnceHoweverManyConversationsMetIt() {
    IntStream.range(0, 30).forEach(scene::queue);
    scene.peer = _ -> Outcome.Deferred.lane(DOWN);
    LaneRun run = scene.run();

    run.step();
    IntStream.range(0, 16)
        .forEach(_ -> {
          scene.pending.removeFirst().run();
          run.step();
        });

    Outbox.LaneStatus lane = scene.outbox.lanes().getFirst();
    assertThat(lane.attempts()).isEqualTo(1);
    assertThat(lane.pausedUntil()).isPresent();
    assertThat(lane.holder()).as("given back").isEmpty();
    assertThat(lane.waiting()).isEqualTo(30);
    assertThat(scene.run("node-2", SETTINGS)).as("nothing is due").isEmpty();
  }

  @Test
  void aLaneThatWasDownIsTriedWithItsOldestMessageAloneAndOpensWhenThatGetsThrough() {
    IntStream.range(0, 30).forEach(scene::queue);
    scene.peer = _ -> Outcome.Deferred.lane(DOWN);
    scene.drain(scene.run());
    scene.clock.advance(Duration.ofSeconds(6));
    scene.peer = _ -> Outcome.Delivered.plain();

    LaneRun run = scene.run();
    run.step();
    assertThat(scene.pending).hasSize(1);
    scene.flush();
    assertThat(scene.arrived).containsExactly("0/1");
    run.step();

    assertThat(scene.pending).hasSize(16);
    scene.drain(run);
    assertThat(scene.arrived).hasSize(30);
    assertThat(scene.outbox.lanes()).isEmpty();
  }

  @Test
  void everyFailureOfTheLaneDoublesItsRest() {
    scene.queue(1);
    scene.peer = _ -> Outcome.Deferred.lane(DOWN);
    Duration last = Duration.ZERO;
    for (int failures = 1; failures <= 12; failures++) {
      scene.drain(scene.run());
      Duration rest =
          Duration.between(
              scene.clock.instant(), scene.outbox.lanes().getFirst().pausedUntil().orElseThrow());
      assertThat(rest).isGreaterThan(last.multipliedBy(14).dividedBy(10));
      last = rest;
      scene.clock.advance(rest);
    }
  }

  @Test
  void aRefusalSettlesOnlyItsMessage() {
    scene.queue(1);
    scene.queue(1);
    scene.peer =
        message ->
            message.nativeId().value().equals("1/1")
                ? new Outcome.Rejected(NOBODY)
                : Outcome.Delivered.plain();

    scene.drain(scene.run());

    assertThat(scene.arrived).containsExactly("1/2");
    assertThat(scene.outbox.failed(new OutboxId(0), 10))
        .extracting(Outbox.FailedMessage::reason)
        .containsExactly(NOBODY);
    assertThat(scene.failedTold).isEqualTo(1);
  }

  @Test
  void afterFiveDaysAMessageIsGivenUpWithTheLastReason() {
    scene.queue(1);
    scene.peer = _ -> Outcome.Deferred.conversation(DOWN);
    for (int i = 0; i < 200 && scene.outbox.failed(new OutboxId(0), 1).isEmpty(); i++) {
      scene.run("node-1", SETTINGS).ifPresent(scene::drain);
      scene.clock.advance(Duration.ofHours(1));
    }

    Reason reason = scene.outbox.failed(new OutboxId(0), 1).getFirst().reason();
    assertThat(reason.kind()).isEqualTo(Reason.Kind.EXPIRED);
    assertThat(reason.text()).contains("The server is down.");
    assertThat(scene.clock.instant())
        .isBetween(
            World.NOON.plus(Duration.ofDays(5)),
            World.NOON.plus(Duration.ofDays(5)).plusSeconds(18_000));
  }

  @Test
  void aFirstContactIsGivenUpAfterTenMinutesOfCertainFailure() {
    scene.queue(1, LANE, List.of(Network.SMTP));
    scene.peer = _ -> Outcome.Deferred.lane(DOWN);

    failUntil(Duration.ofMinutes(30));

    Outbox.FailedMessage failed = scene.outbox.failed(new OutboxId(0), 1).getFirst();
    assertThat(failed.reason().kind()).isEqualTo(Reason.Kind.UNAVAILABLE);
    assertThat(failed.attempted().orElseThrow().next()).containsExactly(Network.SMTP);
  }

  @Test
  void aFirstContactThatMayHaveArrivedTriesNoOtherNetwork() {
    scene.queue(1, LANE, List.of(Network.SMTP));
    boolean[] first = {true};
    scene.peer =
        _ -> {
          Outcome.Deferred down = Outcome.Deferred.lane(DOWN);
          Outcome.Deferred answer = first[0] ? down.uncertain() : down;
          first[0] = false;
          return answer;
        };

    failUntil(Duration.ofMinutes(30));

    assertThat(scene.outbox.failed(new OutboxId(0), 1)).isEmpty();
    assertThat(scene.outbox.lanes().getFirst().waiting()).isEqualTo(1);
  }

  @Test
  void aBacklogOfAnyLengthIsReadPageByPage() {
    IntStream.range(0, 10_000).forEach(i -> scene.queue(i % 500));

    scene.drain(scene.run());

    assertThat(scene.arrived).hasSize(10_000);
    assertThat(scene.outbox.largestPage()).isEqualTo(16);
  }

  @Test
  void allLanesTogetherTakeNoMoreMemoryThanThereIsRoom() {
    scene.room = new Room(1 << 20);
    List<LaneRun> runs =
        IntStream.range(0, 10)
            .mapToObj(i -> {
              LaneKey lane = new LaneKey("emsg.a.test", Network.XMPP, "x" + i);
              IntStream.range(0, 3).forEach(c -> scene.queueLarge(3 * i + c, lane, 100_000));
              return scene.run();
            })
            .toList();

    runs.forEach(LaneRun::step);
    assertThat(scene.pending).hasSize(5);
    while (!scene.pending.isEmpty()) {
      scene.flush();
      runs.forEach(LaneRun::step);
    }

    assertThat(scene.arrived).hasSize(30);
    assertThat(scene.room.taken()).isZero();
  }

  @Test
  void aLaneThatWaitsForRoomReadsNothing() {
    scene.room = new Room(1 << 20);
    scene.queueLarge(1, LANE, 200_000);
    LaneRun run = scene.run();
    assertThat(scene.room.enter(900_000)).isTrue();
    run.step();
    int pages = scene.outbox.pages();
    assertThat(pages).as("it found out what its head weighs").isEqualTo(1);
    IntStream.range(0, 10).forEach(_ -> assertThat(run.step()).isPresent());
    assertThat(scene.outbox.pages()).isEqualTo(pages);
    assertThat(scene.pending).isEmpty();

    scene.room.leave(900_000);
    scene.drain(run);

    assertThat(scene.arrived).hasSize(1);
    assertThat(scene.room.taken()).isZero();
  }

  @Test
  void aSlowServerLeavesRoomForOthers() {
    scene.room = new Room(4 << 20);
    IntStream.range(0, 30).forEach(i -> scene.queueLarge(i, LANE, 100_000));
    LaneRun run = scene.run();

    IntStream.range(0, 10).forEach(_ -> run.step());

    assertThat(scene.pending).as("a quarter of the room").hasSize(6);
    scene.drain(run);
    assertThat(scene.arrived).hasSize(30);
  }

  @Test
  void aMessageLargerThanTheRoomIsSentToo() {
    scene.room = new Room(1 << 20);
    scene.queueLarge(1, LANE, 2_000_000);
    scene.queue(2);

    scene.drain(scene.run());

    assertThat(scene.arrived).hasSize(2);
    assertThat(scene.room.taken()).isZero();
  }

  @Test
  void renewsItsLeaseWhileASendTakesLong() {
    scene.queue(1);
    LaneRun run = scene.run();
    run.step();
    for (int i = 0; i < 20; i++) {
      scene.clock.advance(Duration.ofSeconds(20));
      assertThat(run.step()).isPresent();
    }
    scene.flush();
    run.step();

    assertThat(scene.outbox.size()).isZero();
  }

  @Test
  void aFrozenHolderNeitherSendsNorSettlesWhatItLost() {
    scene.queue(1);
    scene.queue(1);
    LaneRun frozen = scene.run();
    frozen.step();
    scene.clock.advance(Duration.ofSeconds(61));
    LaneRun other = scene.run("node-2", SETTINGS).orElseThrow();
    Runnable late = scene.pending.removeFirst();
    other.step();

    late.run();
    assertThat(frozen.step()).as("its lease is over").isEmpty();
    assertThat(scene.outbox.settled()).isEmpty();
    assertThat(scene.pending).as("what the other node sends").hasSize(1);

    scene.drain(other);
    assertThat(scene.arrived).containsExactly("1/1", "1/1", "1/2");
  }

  @Test
  void startsNothingWithLittleLeftOfTheLease() {
    scene.queue(1);
    LaneRun run = scene.run();
    scene.outbox.refuseRenewals();
    scene.clock.advance(Duration.ofSeconds(50));

    assertThat(run.step()).isEmpty();
    assertThat(scene.pending).isEmpty();
  }

  @Test
  void outcomesAreKeptWhileTheDatabaseIsAway() {
    scene.queue(1);
    LaneRun run = scene.run();
    run.step();
    scene.flush();
    scene.outbox.failNextSettle();
    assertThatThrownBy(run::step).isInstanceOf(IllegalStateException.class);

    run.step();

    assertThat(scene.outbox.size()).isZero();
    assertThat(scene.arrived).containsExactly("1/1");
  }

  @Test
  void aStopFinishesWhatIsUnderWayAndTakesNothingNew() {
    IntStream.range(0, 20).forEach(_ -> scene.queue(1));
    LaneRun run = scene.run();
    run.step();
    run.stop();
    assertThat(run.step()).as("waits for the send").isPresent();
    scene.flush();

    assertThat(run.step()).isEmpty();
    assertThat(scene.arrived).containsExactly("1/1");
    assertThat(scene.outbox.lanes().getFirst().holder()).isEmpty();
  }

  @Test
  void aRunThatCannotSendAnyMoreGivesItsLaneBack() {
    scene.queue(1);
    scene.senders =
        _ -> {
          throw new RejectedExecutionException("shut down");
        };

    assertThat(scene.run().step()).isEmpty();
    assertThat(scene.outbox.lanes().getFirst().holder()).isEmpty();
    assertThat(scene.room.taken()).isZero();
  }

  @Test
  void whatASendThrowsIsADeferralThatMayHaveArrived() {
    scene.queue(1, LANE, List.of(Network.SMTP));
    scene.peer =
        _ -> {
          throw new IllegalStateException("a bug");
        };

    scene.drain(scene.run());

    assertThat(scene.outbox.settled())
        .singleElement()
        .isInstanceOfSatisfying(
            Settlement.Again.class,
            again -> {
              assertThat(again.scope()).isEqualTo(Scope.CONVERSATION);
              assertThat(again.certain()).isFalse();
            });
  }

  @Test
  void anErrorInASendIsADeferralToo() {
    scene.queue(1, LANE, List.of(Network.SMTP));
    scene.peer =
        _ -> {
          throw new StackOverflowError("as told");
        };

    scene.drain(scene.run());

    assertThat(scene.outbox.settled()).singleElement().isInstanceOf(Settlement.Again.class);
    assertThat(scene.room.taken()).isZero();
  }

  @Test
  void keepsAQuietLaneForAMomentAndTakesANewRowWhenWoken() {
    scene.queue(1);
    LaneRun run = scene.run();
    scene.drain(run);
    scene.queue(1);
    assertThat(run.step()).isPresent();
    assertThat(scene.pending).as("it was not told").isEmpty();

    run.wake();
    run.step();

    assertThat(scene.pending).hasSize(1);
    scene.drain(run);
    scene.clock.advance(Duration.ofSeconds(6));
    scene.drain(run);
    assertThat(run.step()).isEmpty();
  }

  @Test
  void aQuietLaneMakesRoomForOthersThatWait() {
    scene.queue(1);
    LaneRun run = scene.run();
    scene.drain(run);
    assertThat(run.step()).isPresent();

    scene.crowded = true;
    run.wake();

    assertThat(run.step()).isEmpty();
  }

  private void failUntil(Duration end) {
    Instant stop = scene.clock.instant().plus(end);
    while (scene.clock.instant().isBefore(stop)
        && scene.outbox.failed(new OutboxId(0), 1).isEmpty()) {
      Optional<LaneRun> run = scene.run("node-1", SETTINGS);
      run.ifPresent(scene::drain);
      scene.clock.advance(Duration.ofSeconds(5));
    }
  }
}
