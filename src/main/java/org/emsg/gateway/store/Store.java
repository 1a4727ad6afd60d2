package org.emsg.gateway.store;

import java.security.SecureRandom;
import java.time.Clock;
import java.util.function.LongUnaryOperator;
import java.util.random.RandomGenerator;
import org.emsg.gateway.address.HashedAliases;
import org.emsg.gateway.gateway.Blobs;
import org.emsg.gateway.gateway.IdMap;
import org.emsg.gateway.gateway.IntakeStore;
import org.emsg.gateway.gateway.PlanningQueue;
import org.emsg.gateway.gateway.Preferences;
import org.emsg.gateway.gateway.Trace;
import org.emsg.gateway.home.Accounts;
import org.emsg.gateway.home.Mailboxes;
import org.emsg.gateway.outbox.Outbox;

/// One open database, and the ports that it serves. Every part is safe for any number of threads;
/// closing waits for what is being written.
public final class Store implements AutoCloseable {
  private final Database database;
  private final JdbcIntakeStore intakes;
  private final JdbiPlanningQueue planning;
  private final JdbiOutbox outbox;
  private final JdbiMailboxes mailboxes;
  private final JdbiAccounts accounts;
  private final JdbiPreferences preferences;
  private final JdbiHashedAliases aliases;
  private final JdbiIdMap idMap;
  private final JdbiTrace trace;
  private final JdbiBlobs blobs;
  private final Purge purge;

  private Store(Database database, StoreConfig config, Clock clock, RandomGenerator random) {
    this.database = database;
    this.preferences = new JdbiPreferences(database);
    this.intakes = new JdbcIntakeStore(database, preferences::forget);
    this.planning = new JdbiPlanningQueue(database, preferences::forget);
    this.outbox = new JdbiOutbox(database, preferences::forget);
    this.mailboxes = new JdbiMailboxes(database);
    this.accounts = new JdbiAccounts(database);
    this.aliases = new JdbiHashedAliases(database);
    this.idMap = new JdbiIdMap(database);
    this.trace = new JdbiTrace(database, clock);
    this.blobs = new JdbiBlobs(database, random);
    this.purge = new Purge(database, config);
  }

  /// Opens the database that `config` names, made where SQLite has no such file, and brings its
  /// schema up to date.
  ///
  /// @throws StoreFailure where it cannot be opened
  public static Store open(StoreConfig config) {
    return open(config, LongUnaryOperator.identity());
  }

  /// The same with days passing as `shift` says: applied to the database's own milliseconds.
  static Store open(StoreConfig config, LongUnaryOperator shift) {
    Store store =
        new Store(Database.open(config, shift), config, Clock.systemUTC(), new SecureRandom());
    store.trace.start();
    return store;
  }

  public IntakeStore intakes() {
    return intakes;
  }

  public PlanningQueue planning() {
    return planning;
  }

  public Outbox outbox() {
    return outbox;
  }

  public Mailboxes mailboxes() {
    return mailboxes;
  }

  public Accounts accounts() {
    return accounts;
  }

  public Preferences preferences() {
    return preferences;
  }

  public HashedAliases hashedAliases() {
    return aliases;
  }

  public IdMap idMap() {
    return idMap;
  }

  public Trace trace() {
    return trace;
  }

  public Blobs blobs() {
    return blobs;
  }

  /// Trace lines that found no room since the start: for the metrics.
  public long droppedTraceLines() {
    return trace.dropped();
  }

  /// Lets go of what was kept as long as the settings say. Takes its time, in short transactions:
  /// for a thread of its own, a few times a day.
  public Purged purge() {
    return purge.run();
  }

  /// A purge that runs ends after the chunk that it is at, and a later one does nothing: for a
  /// stop.
  public void stopPurging() {
    purge.stop();
  }

  /// How many lanes have something waiting; fails where the database does not answer. Costs little,
  /// however many lanes there are.
  public long lanesWithWork() {
    return database.read(transaction ->
        transaction
            .jdbi()
            .createQuery("SELECT COUNT(*) FROM lane WHERE waiting > 0")
            .mapTo(Long.class)
            .one());
  }

  @Override
  public void close() {
    purge.stop();
    trace.close();
    database.close();
  }

  /// How many rows went.
  public record Purged(long duplicates, long entries, long traces, long blobs) {}
}
