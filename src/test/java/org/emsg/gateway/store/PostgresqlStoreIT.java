package org.emsg.gateway.store;

import org.emsg.gateway.fixtures.World;
import org.emsg.gateway.interop.PostgresPeer;
import org.emsg.gateway.interop.RealPeers;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

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

  private static final class Shared {
    private static final StoreConfig CONFIG =
        StoreConfig.at(
            PostgresPeer.shared().newDatabase(),
            PostgresPeer.shared().user(),
            PostgresPeer.shared().password());
  }
}
