package org.emsg.gateway.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongUnaryOperator;
import org.emsg.gateway.fixtures.World;
import org.emsg.gateway.gateway.IntakeResult;
import org.emsg.gateway.gateway.IntakeStore.Committed;
import org.emsg.gateway.interop.PostgresPeer;
import org.emsg.gateway.interop.RealPeers;
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
