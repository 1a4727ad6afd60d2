package org.emsg.gateway.store;

import java.nio.file.Path;
import org.emsg.gateway.fixtures.World;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
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

  @Override
  public TestDatabase database() {
    return database;
  }

  @Override
  public Store store() {
    return store;
  }
}
