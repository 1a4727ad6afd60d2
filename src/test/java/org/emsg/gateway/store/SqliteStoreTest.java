package org.emsg.gateway.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.List;
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

  @Override
  public TestDatabase database() {
    return database;
  }

  @Override
  public Store store() {
    return store;
  }
}
