package org.emsg.gateway.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongUnaryOperator;
import org.emsg.gateway.fixtures.World;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Every contract on the embedded engine.
class SqliteStoreTest
    implements IntakeStoreContract,
        MailboxesContract,
        AccountsContract,
        OutboxContract,
        OutboxOrderContract,
        PlanningQueueContract,
        LookupContract,
        CrashContract {
  private final TestDatabase database;
  private final Store store;

  SqliteStoreTest(@TempDir Path directory) {
    database = new TestDatabase(StoreConfig.sqlite(directory.resolve("gateway.db").toString()));
    store = database.node();
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

  @Test
  void aPurgeThatFindsNothingDoesNotAskForTheOneWriter() throws Exception {
    store.intakes().commit(List.of(Letters.home(World.ALICE, World.ANNA, "m1", "hello")));
    try (Connection writer = DriverManager.getConnection(database.config().url());
        Statement begin = writer.createStatement()) {
      begin.execute("BEGIN IMMEDIATE");
      assertThat(store.purge()).isEqualTo(new Store.Purged(0, 0, 0, 0));
    }
  }

  @Test
  void aTransactionThatLostARaceIsRunAgain() {
    AtomicInteger attempts = new AtomicInteger();
    try (Database some = Database.open(database.config(), LongUnaryOperator.identity())) {
      some.write(transaction -> {
        transaction.prepare("SELECT value FROM counter").executeQuery().close();
        if (attempts.incrementAndGet() == 1) {
          // What was read is old now: the engine refuses what is built upon it.
          database.execute("UPDATE counter SET value = 7");
        }
        return transaction.prepare("UPDATE counter SET value = value + 1").executeUpdate();
      });
    }
    assertThat(attempts).hasValue(2);
    assertThat(database.count("counter WHERE value = 8")).isEqualTo(1);
  }

  @Override
  public TestDatabase database() {
    return database;
  }

  @Override
  public Store store() {
    return store;
  }
}
