package org.emsg.gateway.store;

import java.util.function.LongUnaryOperator;
import org.emsg.gateway.gateway.IntakeStore;
import org.emsg.gateway.home.Accounts;
import org.emsg.gateway.home.Mailboxes;

/// One open database, and the ports that it serves. Every part is safe for any number of threads;
/// closing waits for what is being written.
public final class Store implements AutoCloseable {
  private final Database database;
  private final JdbcIntakeStore intakes;
  private final JdbiMailboxes mailboxes;
  private final JdbiAccounts accounts;
  private final Purge purge;

  private Store(Database database, StoreConfig config) {
    this.database = database;
    this.intakes = new JdbcIntakeStore(database, _ -> {});
    this.mailboxes = new JdbiMailboxes(database);
    this.accounts = new JdbiAccounts(database);
    this.purge = new Purge(database, config);
  }

  /// Opens the database that `config` names, made where SQLite has no such file, and brings its
  /// schema up to date.
  ///
  /// @throws StoreFailure where it cannot be opened
  public static Store open(StoreConfig config) {
    return open(config, LongUnaryOperator.identity());
  }

  /// The same with days passing as `clock` says: applied to the database's own milliseconds.
  static Store open(StoreConfig config, LongUnaryOperator clock) {
    return new Store(Database.open(config, clock), config);
  }

  public IntakeStore intakes() {
    return intakes;
  }

  public Mailboxes mailboxes() {
    return mailboxes;
  }

  public Accounts accounts() {
    return accounts;
  }

  /// Lets go of what was kept as long as the settings say. Takes its time, in short transactions:
  /// for a thread of its own, a few times a day.
  public Purged purge() {
    return purge.run();
  }

  /// How many rows went.
  public record Purged(long duplicates, long entries, long traces, long blobs) {}

  @Override
  public void close() {
    database.close();
  }
}
