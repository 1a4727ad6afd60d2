package org.emsg.gateway.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.emsg.gateway.fixtures.World.ALICE;
import static org.emsg.gateway.fixtures.World.ANNA;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongUnaryOperator;
import org.awaitility.Awaitility;
import org.emsg.gateway.fixtures.World;
import org.emsg.gateway.gateway.IntakeResult;
import org.emsg.gateway.gateway.IntakeStore.Committed;
import org.emsg.gateway.gateway.PlannedEnvelope;
import org.emsg.gateway.gateway.PlanningQueue.Waiting;
import org.emsg.gateway.interop.PostgresPeer;
import org.emsg.gateway.interop.RealPeers;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Envelope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Every contract on a real PostgreSQL: in one database, which each test finds empty.
@RealPeers
class PostgresqlStoreIT
    implements IntakeStoreContract,
        MailboxesContract,
        AccountsContract,
        OutboxContract,
        OutboxOrderContract,
        PlanningQueueContract,
        LookupContract,
        CrashContract {
  private static final String COUNT = "UPDATE counter SET value = value WHERE name = 'outbox'";

  private final TestDatabase database;
  private final Store store;

  PostgresqlStoreIT() {
    database = new TestDatabase(Shared.CONFIG);
    store = database.node();
    database.clear();
  }

  @BeforeEach
  void populate() {
    store.accounts().add(World.ALICE);
    store.accounts().add(World.ANNA);
  }

  @AfterEach
  void close() {
    database.close();
  }

  @Override
  public TestDatabase database() {
    return database;
  }

  @Override
  public Store store() {
    return store;
  }

  /// What a frozen node leaves behind.
  @Test
  void anotherNodesIntakeGoesOnWhenATransactionThatHoldsTheCounterLiesIdle() throws Exception {
    try (Database frozen = Database.open(Shared.CONFIG, LongUnaryOperator.identity());
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      AtomicInteger attempts = new AtomicInteger();
      Integer counted =
          frozen.write(transaction -> {
            if (attempts.incrementAndGet() == 1) {
              set(transaction, "idle_in_transaction_session_timeout");
              count(transaction);
              Future<Committed> other =
                  threads.submit(
                      () -> store.intakes().commit(List.of(Letters.toDave("m1", "hi"))).getFirst());
              assertThat(taken(other)).isInstanceOf(IntakeResult.Accepted.class);
            }
            return count(transaction);
          });
      assertThat(attempts).hasValue(2);
      assertThat(counted).isEqualTo(1);
    }
  }

  @Test
  void aLockThatIsNotHadInTimeIsAskedForAgain() throws Exception {
    try (Connection holder =
            DriverManager.getConnection(
                Shared.CONFIG.url(), Shared.CONFIG.user(), Shared.CONFIG.password());
        Database waiting = Database.open(Shared.CONFIG, LongUnaryOperator.identity())) {
      holder.setAutoCommit(false);
      holder.createStatement().execute(COUNT);
      AtomicInteger attempts = new AtomicInteger();
      waiting.write(transaction -> {
        if (attempts.incrementAndGet() == 1) {
          set(transaction, "lock_timeout");
        } else {
          holder.rollback();
        }
        return count(transaction);
      });
      assertThat(attempts).hasValue(2);
    }
  }

  @Test
  void everyConnectionLimitsHowLongALockIsHeldAndAwaited() {
    try (Database some = Database.open(Shared.CONFIG, LongUnaryOperator.identity())) {
      assertThatThrownBy(() ->
              some.write(_ -> {
                throw new IllegalStateException("rolled back");
              }))
          .isInstanceOf(IllegalStateException.class);
      assertThat(shown(some, "idle_in_transaction_session_timeout")).isEqualTo("20s");
      assertThat(shown(some, "lock_timeout")).isEqualTo("15s");
    }
  }

  @Test
  void aTransactionThatWasChosenToEndADeadlockIsRunAgain() throws Exception {
    try (Database some = Database.open(Shared.CONFIG, LongUnaryOperator.identity());
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      AtomicInteger attempts = new AtomicInteger();
      CyclicBarrier bothHaveOne = new CyclicBarrier(2);
      Future<Boolean> one =
          threads.submit(() -> crosswise(some, attempts, bothHaveOne, ALICE, ANNA));
      Future<Boolean> two =
          threads.submit(() -> crosswise(some, attempts, bothHaveOne, ANNA, ALICE));
      assertThat(one.get()).isTrue();
      assertThat(two.get()).isTrue();
      assertThat(attempts).hasValue(3);
    }
  }

  private static boolean crosswise(
      Database database,
      AtomicInteger attempts,
      CyclicBarrier bothHaveOne,
      Address.Emsg first,
      Address.Emsg second) {
    return database.write(transaction -> {
      boolean early = attempts.incrementAndGet() <= 2;
      touch(transaction, first);
      if (early) {
        try {
          bothHaveOne.await();
        } catch (InterruptedException | BrokenBarrierException e) {
          throw new IllegalStateException(e);
        }
      }
      touch(transaction, second);
      return true;
    });
  }

  private static void touch(Transaction transaction, Address.Emsg account) throws SQLException {
    PreparedStatement touch =
        transaction.prepare("UPDATE account SET head = head WHERE address = ?");
    touch.setString(1, account.text());
    touch.executeUpdate();
  }

  @Test
  void whoSettlesAPlanningRowWaitsForALaneBeforeItLocksTheEnvelope() throws Exception {
    Envelope envelope = Letters.envelope(ALICE, "m1", "hello", World.DAVE);
    store
        .intakes()
        .commit(
            List.of(
                new PlannedEnvelope(
                    envelope,
                    true,
                    List.of(
                        Letters.toLane(envelope, Letters.TO_XMPP, World.DAVE),
                        Letters.toPlanning(envelope, World.ERIN)))));
    Waiting row = store.planning().claim(1, Duration.ofSeconds(30)).getFirst();
    PlannedEnvelope planned =
        new PlannedEnvelope(
            envelope,
            true,
            List.of(
                Letters.toLane(envelope, Letters.TO_XMPP, new Address.Xmpp("erin", "xmpp.test"))));
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        Connection settling =
            DriverManager.getConnection(
                Shared.CONFIG.url(), Shared.CONFIG.user(), Shared.CONFIG.password());
        Statement statement = settling.createStatement()) {
      settling.setAutoCommit(false);
      statement.execute("UPDATE lane SET waiting = waiting");
      Future<Committed> planner = threads.submit(() -> store.planning().settle(row, planned));
      Awaitility.await().until(() -> database.count("pg_locks WHERE NOT granted") == 1);
      statement.execute("SELECT id FROM envelope FOR UPDATE NOWAIT");
      settling.rollback();
      assertThat(taken(planner)).isInstanceOf(IntakeResult.Accepted.class);
    }
  }

  private static IntakeResult taken(Future<Committed> committed) {
    try {
      return committed.get().result();
    } catch (InterruptedException | ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Integer count(Transaction transaction) throws SQLException {
    return transaction.prepare(COUNT).executeUpdate();
  }

  private static void set(Transaction transaction, String limit) throws SQLException {
    transaction.prepare("SET LOCAL " + limit + " = '50ms'").execute();
  }

  private static String shown(Database database, String limit) {
    return database.read(
        transaction -> transaction.jdbi().createQuery("SHOW " + limit).mapTo(String.class).one());
  }

  private static final class Shared {
    private static final StoreConfig CONFIG =
        StoreConfig.at(
            PostgresPeer.shared().newDatabase(),
            PostgresPeer.shared().user(),
            PostgresPeer.shared().password());
  }
}
