package org.emsg.gateway.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.emsg.gateway.fixtures.World.ALICE;
import static org.emsg.gateway.fixtures.World.ANNA;
import static org.emsg.gateway.fixtures.World.DAVE;
import static org.emsg.gateway.fixtures.World.ERIN;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.emsg.gateway.gateway.IntakeResult;
import org.emsg.gateway.gateway.IntakeStore.Committed;
import org.emsg.gateway.gateway.PlannedEnvelope;
import org.emsg.gateway.home.MailboxEntry;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Envelope;
import org.emsg.gateway.model.Reason;
import org.junit.jupiter.api.Test;

/// What the intake may rely on.
interface IntakeStoreContract extends StoreContract {
  @Test
  default void aMessageToAHomeUserIsInTheirMailboxWhenTheCommitReturns() {
    PlannedEnvelope letter = Letters.home(ALICE, ANNA, "m1", "hello");
    Committed committed = store().intakes().commit(List.of(letter)).getFirst();
    assertThat(committed.result())
        .isEqualTo(new IntakeResult.Accepted(letter.envelope().trace(), false));
    assertThat(committed.arrivals()).hasSize(1);
    MailboxEntry entry = committed.arrivals().getFirst().entry();
    assertThat(entry.cursor()).isEqualTo(1);
    assertThat(entry.line().asUtf8()).isEqualTo("{\"body\":\"hello\"}");
    assertThat(database().node().mailboxes().read(ANNA, 0, 10)).containsExactly(entry);
  }

  @Test
  default void theSameMessageAgainIsADuplicateOfTheFirst() {
    PlannedEnvelope letter = Letters.home(ALICE, ANNA, "m1", "hello");
    PlannedEnvelope again = Letters.home(ALICE, ANNA, "m1", "hello");
    store().intakes().commit(List.of(letter));
    Committed second = database().node().intakes().commit(List.of(again)).getFirst();
    assertThat(second.result())
        .isEqualTo(new IntakeResult.Duplicate(letter.envelope().trace(), false));
    assertThat(second.arrivals()).isEmpty();
    assertThat(store().mailboxes().read(ANNA, 0, 10)).hasSize(1);
  }

  @Test
  default void aDuplicateOfAForwardedMessageIsAnsweredAsForwarded() {
    PlannedEnvelope letter = Letters.toDave("m1", "hello");
    store().intakes().commit(List.of(letter));
    assertThat(result(Letters.toDave("m1", "hello")))
        .isEqualTo(new IntakeResult.Duplicate(letter.envelope().trace(), true));
  }

  @Test
  default void aDuplicateWithinOneBatchIsDeliveredOnce() {
    PlannedEnvelope letter = Letters.home(ALICE, ANNA, "m1", "hello");
    List<Committed> committed =
        store()
            .intakes()
            .commit(
                List.of(
                    letter,
                    Letters.home(ALICE, ANNA, "m1", "hello"),
                    Letters.home(ALICE, ANNA, "m2", "hello")));
    assertThat(committed.get(0).result()).isInstanceOf(IntakeResult.Accepted.class);
    assertThat(committed.get(1).result())
        .isEqualTo(new IntakeResult.Duplicate(letter.envelope().trace(), false));
    assertThat(committed.get(2).result()).isInstanceOf(IntakeResult.Accepted.class);
    assertThat(cursors(ANNA)).containsExactly(1L, 2L);
  }

  @Test
  default void otherContentUnderTheSameIdIsAConflictAndChangesNothing() {
    store().intakes().commit(List.of(Letters.home(ALICE, ANNA, "m1", "hello")));
    assertThat(result(Letters.home(ALICE, ANNA, "m1", "goodbye")))
        .isInstanceOfSatisfying(
            IntakeResult.Refused.class,
            refused -> assertThat(refused.reason().kind()).isEqualTo(Reason.Kind.CONFLICT));
    assertThat(cursors(ANNA)).containsExactly(1L);
  }

  @Test
  default void aConflictForOneRecipientLeavesNoTraceOfTheOthers() {
    store().intakes().commit(List.of(Letters.home(ALICE, ANNA, "m1", "hello")));
    Envelope other = Letters.envelope(ALICE, "m1", "goodbye", ANNA);
    PlannedEnvelope both =
        new PlannedEnvelope(
            other, true, List.of(Letters.toMailbox(other, ALICE), Letters.toMailbox(other, ANNA)));
    assertThat(result(both)).isInstanceOf(IntakeResult.Refused.class);
    assertThat(cursors(ALICE)).isEmpty();
    PlannedEnvelope toAliceOnly =
        new PlannedEnvelope(other, true, List.of(Letters.toMailbox(other, ALICE)));
    assertThat(result(toAliceOnly)).isInstanceOf(IntakeResult.Accepted.class);
  }

  @Test
  default void aConflictInABatchLeavesTheLaterMessageThatSharesAKeyDeliverable() {
    store().intakes().commit(List.of(Letters.home(ALICE, ANNA, "m1", "hello")));
    Envelope wrong = Letters.envelope(ALICE, "m1", "goodbye", ANNA);
    PlannedEnvelope both =
        new PlannedEnvelope(
            wrong, true, List.of(Letters.toMailbox(wrong, ALICE), Letters.toMailbox(wrong, ANNA)));
    PlannedEnvelope rightOne =
        new PlannedEnvelope(wrong, true, List.of(Letters.toMailbox(wrong, ALICE)));
    List<Committed> committed = store().intakes().commit(List.of(both, rightOne));
    assertThat(committed.get(0).result()).isInstanceOf(IntakeResult.Refused.class);
    assertThat(committed.get(1).result()).isInstanceOf(IntakeResult.Accepted.class);
    assertThat(cursors(ALICE)).containsExactly(1L);
  }

  @Test
  default void whereIdsAreNotUniqueOtherContentIsAnotherMessage() {
    assertThat(result(notUnique("hello"))).isInstanceOf(IntakeResult.Accepted.class);
    assertThat(result(notUnique("goodbye"))).isInstanceOf(IntakeResult.Accepted.class);
    assertThat(result(notUnique("goodbye"))).isInstanceOf(IntakeResult.Duplicate.class);
    assertThat(result(notUnique("hello"))).isInstanceOf(IntakeResult.Duplicate.class);
    assertThat(cursors(ANNA)).containsExactly(1L, 2L);
  }

  @Test
  default void aMessageThatSomeRecipientsHaveGoesToTheOthers() {
    Envelope envelope = Letters.envelope(ALICE, "m1", "hello", ANNA);
    store()
        .intakes()
        .commit(
            List.of(
                new PlannedEnvelope(envelope, true, List.of(Letters.toMailbox(envelope, ANNA)))));
    PlannedEnvelope both =
        new PlannedEnvelope(
            envelope,
            true,
            List.of(Letters.toMailbox(envelope, ANNA), Letters.toMailbox(envelope, ALICE)));
    assertThat(result(both)).isInstanceOf(IntakeResult.Accepted.class);
    assertThat(cursors(ANNA)).containsExactly(1L);
    assertThat(cursors(ALICE)).containsExactly(1L);
  }

  @Test
  default void aPoisonedEnvelopeDoesNotTakeItsBatchWithIt() {
    Address.Emsg nobody = new Address.Emsg("nobody", "a.test");
    List<Committed> committed =
        store()
            .intakes()
            .commit(
                List.of(
                    Letters.home(ALICE, ANNA, "m1", "one"),
                    Letters.home(ALICE, nobody, "m2", "two"),
                    Letters.home(ALICE, ANNA, "m3", "three")));
    assertThat(committed.get(0).result()).isInstanceOf(IntakeResult.Accepted.class);
    assertThat(committed.get(1).result())
        .isInstanceOfSatisfying(
            IntakeResult.Refused.class,
            refused -> assertThat(refused.reason().kind()).isEqualTo(Reason.Kind.NO_SUCH_USER));
    assertThat(committed.get(2).result()).isInstanceOf(IntakeResult.Accepted.class);
    assertThat(cursors(ANNA)).containsExactly(1L, 2L);
    assertThat(store().mailboxes().read(ANNA, 0, 10))
        .extracting(entry -> entry.line().asUtf8())
        .containsExactly("{\"body\":\"one\"}", "{\"body\":\"three\"}");
  }

  @Test
  default void anEnvelopeThatTheEngineRefusesDoesNotTakeItsBatchWithIt() {
    store().intakes().commit(List.of(Letters.home(ALICE, ANNA, "m0", "secret")));
    List<Committed> committed = committedWithUniqueLines("secret");
    assertThat(committed.get(0).result()).isInstanceOf(IntakeResult.Accepted.class);
    assertThat(committed.get(1).result())
        .isInstanceOfSatisfying(
            IntakeResult.Refused.class,
            refused -> assertThat(refused.reason().kind()).isEqualTo(Reason.Kind.INTERNAL));
    assertThat(committed.get(2).result()).isInstanceOf(IntakeResult.Accepted.class);
    assertThat(cursors(ANNA)).containsExactly(1L, 2L, 3L);
  }

  @Test
  default void noLineOfTheLogRepeatsAMessageThatTheEngineRefuses() {
    store().intakes().commit(List.of(Letters.home(ALICE, ANNA, "m0", "secret")));
    try (RecordedLog log = RecordedLog.of(JdbcIntakeStore.class)) {
      committedWithUniqueLines("secret");
      String hex = HexFormat.of().formatHex("secret".getBytes(StandardCharsets.UTF_8));
      assertThat(log.text())
          .containsIgnoringCase("unique constraint")
          .doesNotContain("secret")
          .doesNotContainIgnoringCase(hex);
    }
  }

  /// Commits three messages to anna while the engine takes no line twice; the middle one is `text`.
  private List<Committed> committedWithUniqueLines(String text) {
    database().execute("CREATE UNIQUE INDEX poisoned ON mailbox_entry (line)");
    try {
      return store()
          .intakes()
          .commit(
              List.of(
                  Letters.home(ALICE, ANNA, "m1", "one"),
                  Letters.home(ALICE, ANNA, "m2", text),
                  Letters.home(ALICE, ANNA, "m3", "three")));
    } finally {
      database().execute("DROP INDEX poisoned");
    }
  }

  @Test
  default void aRefusedEnvelopeCanBeAcceptedLater() {
    Address.Emsg newcomer = new Address.Emsg("newcomer", "a.test");
    assertThat(result(Letters.home(ALICE, newcomer, "m1", "one")))
        .isInstanceOf(IntakeResult.Refused.class);
    store().accounts().add(newcomer);
    assertThat(result(Letters.home(ALICE, newcomer, "m1", "one")))
        .isInstanceOf(IntakeResult.Accepted.class);
  }

  @Test
  default void duplicatesAreRememberedForLongerThanFourteenDays() {
    store().intakes().commit(List.of(Letters.home(ALICE, ANNA, "m1", "hello")));
    database().advance(Duration.ofDays(15));
    store().purge();
    assertThat(result(Letters.home(ALICE, ANNA, "m1", "hello")))
        .isInstanceOf(IntakeResult.Duplicate.class);
    database().advance(Duration.ofDays(2));
    store().purge();
    assertThat(result(Letters.home(ALICE, ANNA, "m1", "hello")))
        .isInstanceOf(IntakeResult.Accepted.class);
  }

  @Test
  default void oneEnvelopeGoesEverywhereInOneTransaction() {
    Envelope envelope = Letters.envelope(ALICE, "m1", "hello", ANNA);
    PlannedEnvelope planned =
        new PlannedEnvelope(
            envelope,
            true,
            List.of(
                Letters.toMailbox(envelope, ANNA),
                Letters.toLane(envelope, Letters.TO_XMPP, DAVE),
                Letters.toPlanning(envelope, ERIN)));
    assertThat(result(planned)).isEqualTo(new IntakeResult.Accepted(envelope.trace(), true));
    assertThat(cursors(ANNA)).containsExactly(1L);
    assertThat(store().outbox().waiting(Letters.TO_XMPP, 10)).hasSize(1);
    assertThat(store().planning().isWaiting(ALICE, ERIN)).isTrue();
  }

  /// Two nodes write to one mailbox as fast as they can while a third one reads: at no time does it
  /// see a cursor without having seen the one before.
  @Test
  default void twoConnectionsAndNoCursorEverSkipped() throws Exception {
    int writers = 2;
    int batches = 40;
    int perBatch = 5;
    Store reader = database().node();
    AtomicInteger running = new AtomicInteger(writers);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Boolean>> done = new ArrayList<>();
      for (int writer = 0; writer < writers; writer++) {
        Store node = database().node();
        String name = "w" + writer;
        Callable<Boolean> task =
            () -> {
              for (int i = 0; i < batches; i++) {
                List<PlannedEnvelope> batch = new ArrayList<>();
                for (int j = 0; j < perBatch; j++) {
                  batch.add(Letters.home(ALICE, ANNA, name + "-" + i + "-" + j, name));
                }
                assertThat(node.intakes().commit(batch))
                    .allMatch(one -> one.result() instanceof IntakeResult.Accepted);
              }
              running.decrementAndGet();
              return true;
            };
        done.add(threads.submit(task));
      }
      long seen = 0;
      boolean last = false;
      while (true) {
        for (MailboxEntry entry : reader.mailboxes().read(ANNA, seen, 100)) {
          assertThat(entry.cursor()).isEqualTo(seen + 1);
          seen = entry.cursor();
        }
        if (last) {
          break;
        }
        last = running.get() == 0 || failed(done);
      }
      for (Future<Boolean> one : done) {
        assertThat(one.get()).isTrue();
      }
      assertThat(seen).isEqualTo((long) writers * batches * perBatch);
    }
  }

  private static boolean failed(List<Future<Boolean>> done) {
    return done.stream().anyMatch(one -> one.isDone() && one.state() == Future.State.FAILED);
  }

  private IntakeResult result(PlannedEnvelope planned) {
    return store().intakes().commit(List.of(planned)).getFirst().result();
  }

  private List<Long> cursors(Address.Emsg account) {
    return store().mailboxes().read(account, 0, 100).stream().map(MailboxEntry::cursor).toList();
  }

  private static PlannedEnvelope notUnique(String text) {
    PlannedEnvelope planned = Letters.home(ALICE, ANNA, "m1", text);
    return new PlannedEnvelope(planned.envelope(), false, planned.deliveries());
  }
}
