package org.emsg.gateway.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.emsg.gateway.fixtures.World.ALICE;
import static org.emsg.gateway.fixtures.World.ANNA;
import static org.emsg.gateway.fixtures.World.BOB;
import static org.emsg.gateway.fixtures.World.DAVE;
import static org.emsg.gateway.fixtures.World.ERIN;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.IntStream;
import org.emsg.gateway.fixtures.Envelopes;
import org.emsg.gateway.fixtures.FakeClock;
import org.emsg.gateway.fixtures.FakeIntakeStore;
import org.emsg.gateway.fixtures.FakeOutbox;
import org.emsg.gateway.gateway.PlannedEnvelope.Delivery;
import org.emsg.gateway.home.MailboxEntry;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Bytes;
import org.emsg.gateway.model.ConversationId;
import org.emsg.gateway.model.Envelope;
import org.emsg.gateway.model.MessageId;
import org.emsg.gateway.model.Network;
import org.emsg.gateway.model.Reason;
import org.emsg.gateway.model.Verdict;
import org.emsg.gateway.outbox.LaneKey;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GroupCommitIntakeTest {
  private static final LaneKey LANE = new LaneKey("emsg.a.test", Network.XMPP, "xmpp.test");

  private final HeldStore store = new HeldStore();
  private final List<MailboxEntry> told = new CopyOnWriteArrayList<>();
  private final List<LaneKey> woken = new CopyOnWriteArrayList<>();
  private final ScriptedPlanning planning = new ScriptedPlanning();
  private volatile boolean listenerFails;
  private GroupCommitIntake intake = intake(IntakeSettings.DEFAULT);

  private GroupCommitIntake intake(IntakeSettings settings) {
    GroupCommitIntake made =
        new GroupCommitIntake(planning, store, (_, entry) -> tell(entry), woken::add, settings);
    made.start();
    return made;
  }

  private void tell(MailboxEntry entry) {
    if (listenerFails) {
      throw new StackOverflowError("as told");
    }
    told.add(entry);
  }

  @AfterEach
  void close() {
    store.letGo();
    intake.close();
  }

  @Test
  void answersOnlyAfterTheCommit() {
    store.hold();
    CompletableFuture<IntakeResult> answer = accept(fromAlice("m1"));

    store.awaitCommitRunning();
    assertThat(answer).isNotDone();
    store.letGo();

    assertThat(answer.join()).isInstanceOf(IntakeResult.Accepted.class);
  }

  @Test
  void whatArrivesWhileACommitRunsGoesTogetherIntoTheNext() {
    store.hold();
    List<CompletableFuture<IntakeResult>> answers = new ArrayList<>();
    answers.add(accept(fromAlice("first")));
    store.awaitCommitRunning();
    IntStream.range(0, 300).forEach(i -> answers.add(accept(fromAlice("m" + i))));
    store.letGo();

    answers.forEach(CompletableFuture::join);
    assertThat(store.batchSizes()).containsExactly(1, 256, 44);
  }

  @Test
  void noTransactionHasMoreRowsThanItMay() {
    store.hold();
    var _ = accept(fromAlice("first"));
    store.awaitCommitRunning();
    planning.rows(900);
    List<CompletableFuture<IntakeResult>> answers =
        IntStream.range(0, 4).mapToObj(i -> accept(fromAlice("m" + i))).toList();
    store.letGo();

    answers.forEach(CompletableFuture::join);
    assertThat(store.batchRows()).containsExactly(1, 1_800, 1_800);
  }

  @Test
  void aLargeFanOutIsCommittedInPartsAndAnsweredAfterTheLast() {
    planning.rows(4_500);
    CompletableFuture<IntakeResult> answer = accept(fromAlice("to everybody"));

    assertThat(answer.join()).isInstanceOf(IntakeResult.Accepted.class);
    assertThat(store.batchRows()).containsExactly(2_000, 2_000, 500);
  }

  @Test
  void aFanOutThatWasInterruptedIsFinishedByItsRepetition() {
    planning.rows(4_500);
    Envelope envelope = fromAlice("to everybody");
    store.failFrom(2);
    assertThat(accept(envelope).join()).isInstanceOf(IntakeResult.Deferred.class);

    store.failFrom(Integer.MAX_VALUE);
    assertThat(accept(envelope).join()).isInstanceOf(IntakeResult.Accepted.class);
    assertThat(store.fake.mailbox(ANNA)).hasSize(4_500);
  }

  @Test
  void keepsTheOrderOfASenderWhoseFirstMessageIsStillBeingPlanned() {
    CompletableFuture<Void> discovered = planning.holdNext();
    CompletableFuture<IntakeResult> first = accept(fromAlice("first"));
    CompletableFuture<IntakeResult> second = accept(fromAlice("second"));
    CompletableFuture<IntakeResult> other = accept(message(BOB, "of somebody else"));

    other.join();
    assertThat(second).isNotDone();
    discovered.complete(null);

    CompletableFuture.allOf(first, second).join();
    assertThat(store.committedIds()).containsExactly("of somebody else", "first", "second");
  }

  @Test
  void keepsTheOrderOfEverySenderWhateverPlanningTakes() {
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(20261122);
    List<Address.Emsg> senders =
        IntStream.range(0, 7).mapToObj(i -> new Address.Emsg("s" + i, "b.test")).toList();
    List<CompletableFuture<Void>> held = new ArrayList<>();
    List<CompletableFuture<IntakeResult>> answers = new ArrayList<>();
    for (int i = 0; i < 5_000; i++) {
      if (random.nextInt(10) == 0) {
        held.add(planning.holdNext());
      }
      answers.add(accept(message(senders.get(random.nextInt(7)), String.valueOf(i))));
      if (!held.isEmpty() && random.nextInt(4) == 0) {
        CompletableFuture<Void> one = held.remove(random.nextInt(held.size()));
        Thread.ofVirtual().start(() -> one.complete(null));
      }
    }
    planning.holdNothing();
    held.forEach(one -> one.complete(null));
    answers.forEach(CompletableFuture::join);

    assertThat(answers).allMatch(a -> a.join() instanceof IntakeResult.Accepted);
    for (Address sender : senders) {
      assertThat(store.committedBy(sender))
          .isSortedAccordingTo((a, b) -> Integer.compare(Integer.parseInt(a), Integer.parseInt(b)));
    }
    assertThat(store.committedIds()).hasSize(5_000).doesNotHaveDuplicates();
  }

  @Test
  void aRefusalNeverTouchesTheDatabase() {
    planning.refuseAll(Reason.of(Reason.Kind.NO_SUCH_USER, "There is no such account."));

    assertThat(accept(fromAlice("m1")).join())
        .isEqualTo(
            new IntakeResult.Refused(
                Reason.of(Reason.Kind.NO_SUCH_USER, "There is no such account.")));
    assertThat(store.batchSizes()).isEmpty();
  }

  @Test
  void defersWhatComesWhenTooMuchIsWaiting() {
    intake.close();
    intake = intake(new IntakeSettings(256, 2_000, 3, 1 << 20, Duration.ofSeconds(7)));
    store.hold();
    List<CompletableFuture<IntakeResult>> inside =
        IntStream.range(0, 3).mapToObj(i -> accept(fromAlice("m" + i))).toList();

    IntakeResult turnedAway = accept(fromAlice("one too many")).join();
    store.letGo();
    inside.forEach(CompletableFuture::join);

    assertThat(turnedAway)
        .isEqualTo(
            new IntakeResult.Deferred(
                Reason.of(Reason.Kind.UNAVAILABLE, "too many messages are waiting"),
                Optional.of(Duration.ofSeconds(7))));
    assertThat(accept(fromAlice("now")).join()).isInstanceOf(IntakeResult.Accepted.class);
    assertThat(intake.load().inside()).isZero();
  }

  @Test
  void defersLargeMessagesBeforeTheyFillTheHeap() {
    intake.close();
    intake = intake(new IntakeSettings(256, 2_000, 100, 100_000, Duration.ofSeconds(2)));
    store.hold();
    String large = "x".repeat(60_000);
    CompletableFuture<IntakeResult> first =
        accept(Envelopes.from(ALICE).to(ANNA).text(large).envelope());

    assertThat(accept(Envelopes.from(ALICE).to(ANNA).text(large).envelope()).join())
        .isInstanceOf(IntakeResult.Deferred.class);
    store.letGo();
    assertThat(first.join()).isInstanceOf(IntakeResult.Accepted.class);
  }

  @Test
  void aMessageWeighsWhatItsRecipientsGet() {
    intake.close();
    intake = intake(new IntakeSettings(256, 2_000, 100, 10_000_000, Duration.ofSeconds(2)));
    store.hold();
    List<Address.Smtp> hundred =
        IntStream.range(0, 100)
            .mapToObj(i -> new Address.Smtp("u" + i, "a.test", "u" + i))
            .toList();
    Envelope mail = Envelopes.from(ERIN).to(hundred).text("x".repeat(40_000)).envelope();
    CompletableFuture<IntakeResult> first = accept(mail);

    assertThat(accept(mail).join()).isInstanceOf(IntakeResult.Deferred.class);
    assertThat(accept(fromAlice("small"))).isNotDone();
    store.letGo();
    assertThat(first.join()).isInstanceOf(IntakeResult.Accepted.class);
  }

  @Test
  void aFailedTransactionIsNoSuccess() {
    store.failFrom(0);

    assertThat(accept(fromAlice("m1")).join()).isInstanceOf(IntakeResult.Deferred.class);
    assertThat(told).isEmpty();
  }

  @Test
  void aFailedPlanIsNoSuccessAndHoldsUpNobody() {
    planning.failNext();
    CompletableFuture<IntakeResult> failed = accept(fromAlice("m1"));
    CompletableFuture<IntakeResult> next = accept(fromAlice("m2"));

    assertThat(failed.join()).isInstanceOf(IntakeResult.Deferred.class);
    assertThat(next.join()).isInstanceOf(IntakeResult.Accepted.class);
  }

  @Test
  void anErrorInATransactionIsNoSuccessAndEndsNothing() {
    store.errorNext();

    assertThat(accept(fromAlice("m1")).join()).isInstanceOf(IntakeResult.Deferred.class);
    assertThat(accept(fromAlice("m2")).join()).isInstanceOf(IntakeResult.Accepted.class);
    assertThat(intake.load().inside()).isZero();
    assertThat(intake.isWorking()).isTrue();
  }

  @Test
  void anErrorInAPlanIsNoSuccessAndHoldsUpNobody() {
    CompletableFuture<Void> discovered = planning.holdNext();
    CompletableFuture<IntakeResult> first = accept(fromAlice("first"));
    planning.errorFor("behind it");
    CompletableFuture<IntakeResult> behind = accept(fromAlice("behind it"));
    CompletableFuture<IntakeResult> last = accept(fromAlice("last"));
    discovered.complete(null);

    assertThat(first.join()).isInstanceOf(IntakeResult.Accepted.class);
    assertThat(behind.join()).isInstanceOf(IntakeResult.Deferred.class);
    assertThat(last.join()).isInstanceOf(IntakeResult.Accepted.class);
    planning.errorFor("at once");
    assertThat(accept(fromAlice("at once")).join()).isInstanceOf(IntakeResult.Deferred.class);
    planning.errorOnAdmission();
    assertThat(accept(fromAlice("not even let in")).join())
        .isInstanceOf(IntakeResult.Deferred.class);
    assertThat(intake.load().inside()).isZero();
  }

  @Test
  void anErrorAfterTheCommitTakesNobodysAnswer() {
    listenerFails = true;
    planning.errorWhenSettled();

    assertThat(accept(fromAlice("m1")).join()).isInstanceOf(IntakeResult.Accepted.class);
    assertThat(accept(fromAlice("m2")).join()).isInstanceOf(IntakeResult.Accepted.class);
    assertThat(intake.isWorking()).isTrue();
  }

  @Test
  void worksUntilItIsClosed() {
    assertThat(intake.isWorking()).isTrue();

    intake.close();

    assertThat(intake.isWorking()).isFalse();
  }

  @Test
  void aFanOutOfWhichOnlyTheLastPartGoesOnIsForwarded() {
    planning.rows(4_500);
    planning.lastToLane();

    assertThat(accept(fromAlice("to everybody")).join())
        .isInstanceOfSatisfying(
            IntakeResult.Accepted.class, accepted -> assertThat(accepted.forwarded()).isTrue());
  }

  @Test
  void tellsListenersInTheOrderOfTheirCursors() {
    List<CompletableFuture<IntakeResult>> answers =
        IntStream.range(0, 2_000).mapToObj(i -> accept(fromAlice("m" + i))).toList();
    answers.forEach(CompletableFuture::join);

    await().until(() -> told.size() == 2_000);
    assertThat(told).extracting(MailboxEntry::cursor).isSorted();
  }

  @Test
  void wakesALaneOnceForAGroup() {
    planning.toLane();
    store.hold();
    var _ = accept(fromAlice("first"));
    store.awaitCommitRunning();
    List<CompletableFuture<IntakeResult>> answers =
        IntStream.range(0, 50).mapToObj(i -> accept(fromAlice("m" + i))).toList();
    store.letGo();

    answers.forEach(CompletableFuture::join);
    await().until(() -> woken.size() == 2);
    assertThat(woken).containsOnly(LANE);
  }

  @Test
  void theSameMessageAgainIsADuplicate() {
    Envelope envelope = fromAlice("m1");
    accept(envelope).join();

    assertThat(accept(envelope).join())
        .isEqualTo(new IntakeResult.Duplicate(envelope.trace(), false));
    assertThat(told).hasSize(1);
  }

  @Test
  void whatIsInsideWhenItClosesIsCommittedAndAnswered() {
    store.hold();
    List<CompletableFuture<IntakeResult>> answers =
        IntStream.range(0, 20).mapToObj(i -> accept(fromAlice("m" + i))).toList();
    Thread closing = Thread.ofVirtual().start(intake::close);
    store.letGo();
    await().until(() -> !closing.isAlive());

    assertThat(answers).allMatch(a -> a.join() instanceof IntakeResult.Accepted);
    assertThat(accept(fromAlice("late")).join()).isInstanceOf(IntakeResult.Deferred.class);
  }

  private CompletableFuture<IntakeResult> accept(Envelope envelope) {
    return intake.accept(envelope).toCompletableFuture();
  }

  private static Envelope fromAlice(String id) {
    return message(ALICE, id);
  }

  private static Envelope message(Address sender, String id) {
    return Envelopes.from(sender).to(ANNA).id(id).text(id).envelope();
  }

  /// Plans what a test says: to anna's mailbox in so many rows, at once unless held.
  private static final class ScriptedPlanning implements Planning {
    private volatile int rows = 1;
    private volatile boolean lane;
    private volatile Optional<Reason> refusal = Optional.empty();
    private Optional<CompletableFuture<Void>> hold = Optional.empty();
    private boolean fails;
    private volatile String error = "";
    private volatile boolean admissionFails;
    private volatile boolean settlingFails;
    private volatile boolean lastToLane;
    private final Map<MessageId, CompletableFuture<PlannedEnvelope>> plans =
        new ConcurrentHashMap<>();

    synchronized CompletableFuture<Void> holdNext() {
      CompletableFuture<Void> held = hold.orElseGet(CompletableFuture::new);
      hold = Optional.of(held);
      return held;
    }

    synchronized void holdNothing() {
      hold.ifPresent(held -> held.complete(null));
      hold = Optional.empty();
    }

    synchronized void failNext() {
      fails = true;
    }

    void errorFor(String id) {
      error = id;
    }

    void errorOnAdmission() {
      admissionFails = true;
    }

    void errorWhenSettled() {
      settlingFails = true;
    }

    void lastToLane() {
      lastToLane = true;
    }

    @Override
    public Verdict admit(Envelope envelope) {
      if (admissionFails) {
        throw new StackOverflowError("as told");
      }
      return Verdict.allow();
    }

    @Override
    public void settled(PlannedEnvelope planned) {
      if (settlingFails) {
        throw new StackOverflowError("as told");
      }
    }

    void rows(int count) {
      rows = count;
    }

    void toLane() {
      lane = true;
    }

    void refuseAll(Reason reason) {
      refusal = Optional.of(reason);
    }

    @Override
    public synchronized CompletableFuture<PlannedEnvelope> plan(Envelope envelope) {
      if (fails) {
        fails = false;
        throw new IllegalStateException("as told");
      }
      if (envelope.id().value().equals(error)) {
        throw new StackOverflowError("as told");
      }
      PlannedEnvelope planned =
          new PlannedEnvelope(
              envelope,
              true,
              IntStream.range(0, rows).mapToObj(i -> delivery(envelope, i)).toList());
      CompletableFuture<PlannedEnvelope> plan =
          hold.map(held -> held.thenApply(_ -> planned))
              .orElseGet(() -> CompletableFuture.completedFuture(planned));
      hold = Optional.empty();
      plans.put(envelope.id(), plan);
      return plan;
    }

    private Delivery delivery(Envelope envelope, int row) {
      Bytes key = Bytes.utf8(envelope.sender() + "/" + envelope.id() + "/" + row);
      if (refusal.isPresent()) {
        return new Delivery.Refused(key, ANNA, refusal.get(), "test");
      }
      if (lane || (lastToLane && row == rows - 1)) {
        return new Delivery.ToLane(
            key,
            LANE,
            ConversationId.of(envelope.sender(), DAVE),
            DAVE,
            DAVE,
            envelope.id(),
            List.of(),
            "test");
      }
      return new Delivery.ToMailbox(
          key,
          ANNA,
          ConversationId.of(envelope.sender(), ANNA),
          envelope.id(),
          Bytes.utf8("{}"),
          "test");
    }
  }

  /// A store whose commits wait while it is held, and fail from one on.
  private static final class HeldStore implements IntakeStore {
    private final FakeIntakeStore fake = new FakeIntakeStore(new FakeOutbox(FakeClock.atNoon()));
    private final List<List<PlannedEnvelope>> batches = new CopyOnWriteArrayList<>();
    private volatile CountDownLatch gate = new CountDownLatch(0);
    private volatile int commitsRunning;
    private volatile int failFrom = Integer.MAX_VALUE;
    private volatile boolean error;

    @Override
    @SuppressWarnings("NonAtomicVolatileUpdate") // by the committer alone
    public List<Committed> commit(List<PlannedEnvelope> batch) {
      commitsRunning++;
      try {
        gate.await();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
      if (error) {
        error = false;
        throw new StackOverflowError("as told");
      }
      if (batches.size() >= failFrom) {
        throw new IllegalStateException("the database is down");
      }
      batches.add(List.copyOf(batch));
      return fake.commit(batch);
    }

    void hold() {
      commitsRunning = 0;
      gate = new CountDownLatch(1);
    }

    void letGo() {
      gate.countDown();
    }

    void awaitCommitRunning() {
      await().until(() -> commitsRunning > 0);
    }

    void failFrom(int commit) {
      failFrom = commit;
    }

    void errorNext() {
      error = true;
    }

    List<Integer> batchSizes() {
      return batches.stream().map(List::size).toList();
    }

    List<Integer> batchRows() {
      return batches.stream()
          .map(batch -> batch.stream().mapToInt(p -> p.deliveries().size()).sum())
          .toList();
    }

    List<String> committedIds() {
      return batches.stream()
          .flatMap(List::stream)
          .map(planned -> planned.envelope().id().value())
          .toList();
    }

    List<String> committedBy(Address sender) {
      return batches.stream()
          .flatMap(List::stream)
          .filter(planned -> planned.envelope().sender().equals(sender))
          .map(planned -> planned.envelope().id().value())
          .toList();
    }
  }
}
