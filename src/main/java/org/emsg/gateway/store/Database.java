package org.emsg.gateway.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongUnaryOperator;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Handles;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;

/// The connections to one database, and the transactions on them.
///
/// PostgreSQL has one pool. SQLite has one connection that writes, handed from thread to thread in
/// the order in which they ask, and a pool of others that only read and never wait for it.
/// Transactions that lost a race (a serialisation failure, a deadlock, a busy file) are run again a
/// few times, so whatever runs in one must be fit to run again.
final class Database implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Database.class);
  private static final int TRIES = 8;
  private static final Duration FIRST_PAUSE = Duration.ofMillis(2);
  private static final Duration BUSY_TIMEOUT = Duration.ofSeconds(5);

  private static final String APPLICATION = "emsg-gateway";

  /// A node that is frozen within a transaction holds locks that all nodes need. PostgreSQL ends
  /// such a transaction after this time.
  private static final Duration IDLE_LIMIT = Duration.ofSeconds(20);

  /// Who waits longer for a lock begins anew.
  private static final Duration LOCK_LIMIT = Duration.ofSeconds(15);

  /// Pages of 4 KiB after which the write-ahead log is copied back into the file.
  private static final int CHECKPOINT_PAGES = 16_000;

  private static final long LOG_SIZE_LIMIT = 96L << 20;
  private static final int WRITER_CACHE_KIB = 32_768;
  private static final int READER_CACHE_KIB = 4_096;

  private final Dialect dialect;
  private final LongUnaryOperator clock;
  private final HikariDataSource pool;
  private final Jdbi jdbi;
  private final @Nullable Writer writer;

  private Database(
      Dialect dialect, LongUnaryOperator clock, HikariDataSource pool, @Nullable Writer writer) {
    this.dialect = dialect;
    this.clock = clock;
    this.pool = pool;
    this.jdbi = jdbi(pool);
    this.writer = writer;
  }

  /// Opens the database and brings its schema up to date.
  ///
  /// @param clock applied to the database's time: the identity outside of tests
  static Database open(StoreConfig config, LongUnaryOperator clock) {
    Dialect dialect = Dialect.of(config.url());
    try {
      return switch (dialect) {
        case Dialect.Sqlite sqlite -> openSqlite(config, sqlite, clock);
        case Dialect.Postgresql postgresql -> openPostgresql(config, postgresql, clock);
      };
    } catch (SQLException e) {
      throw new StoreFailure("cannot open " + DatabaseUrl.shown(config.url()), e);
    }
  }

  private static Database openSqlite(
      StoreConfig config, Dialect.Sqlite dialect, LongUnaryOperator clock) throws SQLException {
    prepareFile(Path.of(config.url().substring("jdbc:sqlite:".length())));
    SQLiteDataSource writing = new SQLiteDataSource(sqliteSettings(WRITER_CACHE_KIB));
    writing.setUrl(config.url());
    migrate(writing, dialect);
    SQLiteDataSource reading = new SQLiteDataSource(sqliteSettings(READER_CACHE_KIB));
    reading.setUrl(config.url());
    HikariConfig pooled = pool(config);
    pooled.setDataSource(reading);
    pooled.setConnectionInitSql("PRAGMA query_only = 1");
    return new Database(dialect, clock, new HikariDataSource(pooled), new Writer(jdbi(writing)));
  }

  /// What waits in the file are people's messages: it is for its owner only.
  private static void prepareFile(Path file) {
    try {
      Path directory = file.toAbsolutePath().getParent();
      if (directory != null) {
        Files.createDirectories(directory);
      }
      if (!Files.exists(file)
          && file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
        Files.createFile(
            file,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot create " + file, e);
    }
  }

  private static SQLiteConfig sqliteSettings(int cacheKib) {
    SQLiteConfig settings = new SQLiteConfig();
    settings.setJournalMode(SQLiteConfig.JournalMode.WAL);
    settings.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
    settings.setTempStore(SQLiteConfig.TempStore.MEMORY);
    settings.setBusyTimeout((int) BUSY_TIMEOUT.toMillis());
    settings.setCacheSize(-cacheKib);
    settings.setJournalSizeLimit((int) LOG_SIZE_LIMIT);
    settings.setPragma(SQLiteConfig.Pragma.WAL_AUTOCHECKPOINT, Integer.toString(CHECKPOINT_PAGES));
    return settings;
  }

  private static Database openPostgresql(
      StoreConfig config, Dialect.Postgresql dialect, LongUnaryOperator clock) {
    migrate(unhurried(config), dialect);
    HikariConfig pooled = pool(config);
    pooled.setJdbcUrl(config.url());
    pooled.setUsername(config.user());
    pooled.setPassword(config.password());
    pooled.addDataSourceProperty("ApplicationName", APPLICATION);
    pooled.addDataSourceProperty("tcpKeepAlive", "true");
    pooled.addDataSourceProperty("socketTimeout", "60");
    // Both also stand in files that the driver reads by itself, which these go before.
    pooled.addDataSourceProperty("reWriteBatchedInserts", "false");
    pooled.addDataSourceProperty("logServerErrorDetail", "false");
    pooled.setConnectionInitSql(
        "SET SESSION idle_in_transaction_session_timeout = "
            + IDLE_LIMIT.toMillis()
            + "; SET SESSION lock_timeout = "
            + LOCK_LIMIT.toMillis());
    // Committed at once: the first transaction that is rolled back would take them with it.
    pooled.setIsolateInternalQueries(true);
    return new Database(dialect, clock, new HikariDataSource(pooled), null);
  }

  /// Connections whose locks and transactions may take their time, as a migration does.
  private static DataSource unhurried(StoreConfig config) {
    PGSimpleDataSource source = new PGSimpleDataSource();
    source.setUrl(config.url());
    source.setUser(config.user());
    source.setPassword(config.password());
    source.setApplicationName(APPLICATION);
    source.setTcpKeepAlive(true);
    source.setLogServerErrorDetail(false);
    return source;
  }

  private static HikariConfig pool(StoreConfig config) {
    HikariConfig pooled = new HikariConfig();
    pooled.setPoolName("store");
    pooled.setMaximumPoolSize(config.connections());
    pooled.setAutoCommit(false);
    pooled.setConnectionTimeout(Duration.ofSeconds(10).toMillis());
    return pooled;
  }

  private static void migrate(DataSource source, Dialect dialect) {
    Flyway.configure(Database.class.getClassLoader())
        .dataSource(source)
        .locations("classpath:org/emsg/gateway/store/migration")
        .placeholders(dialect.placeholders())
        .load()
        .migrate();
  }

  Dialect dialect() {
    return dialect;
  }

  /// JDBI that leaves transactions to this class.
  private static Jdbi jdbi(DataSource source) {
    Jdbi jdbi = Jdbi.create(source);
    jdbi.getConfig(Handles.class).setForceEndTransactions(false);
    return jdbi;
  }

  /// Runs `work` in a transaction that may change things and is on stable storage when this
  /// returns.
  <T> T write(Work<T> work) {
    Writer only = writer;
    if (only == null) {
      return again(() -> onPool(work));
    }
    only.turn.lock();
    try {
      return again(() -> onWriter(only, work));
    } finally {
      only.turn.unlock();
    }
  }

  /// Runs `work` in a transaction that changes nothing.
  <T> T read(Work<T> work) {
    return again(() -> onPool(work));
  }

  private <T> T onPool(Work<T> work) throws SQLException {
    try (Handle handle = jdbi.open()) {
      Connection connection = handle.getConnection();
      try {
        T result = work.run(new Transaction(handle, dialect, new HashMap<>(), clock));
        connection.commit();
        return result;
      } catch (SQLException | RuntimeException | Error e) {
        rollBack(connection, e);
        throw e;
      }
    }
  }

  private <T> T onWriter(Writer only, Work<T> work) throws SQLException {
    Handle handle = only.handle();
    Connection connection = handle.getConnection();
    try {
      T result = work.run(new Transaction(handle, dialect, only.statements, clock));
      connection.commit();
      return result;
    } catch (SQLException | RuntimeException | Error e) {
      // A batch that was being filled must not go with the next transaction; and a connection that
      // cannot even roll back is in no state that is known.
      if (!clearBatches(only.statements, e) || !rollBack(connection, e)) {
        only.forget();
      }
      throw e;
    }
  }

  private static boolean clearBatches(Map<String, PreparedStatement> statements, Throwable cause) {
    try {
      for (PreparedStatement statement : statements.values()) {
        statement.clearBatch();
      }
      return true;
    } catch (SQLException e) {
      cause.addSuppressed(e);
      return false;
    }
  }

  private static boolean rollBack(Connection connection, Throwable cause) {
    try {
      connection.rollback();
      return true;
    } catch (SQLException e) {
      cause.addSuppressed(e);
      return false;
    }
  }

  private <T> T again(Attempt<T> attempt) {
    for (int tries = 1; ; tries++) {
      SQLException failure;
      try {
        return attempt.run();
      } catch (SQLException e) {
        failure = e;
      } catch (JdbiException e) {
        if (!(e.getCause() instanceof SQLException cause)) {
          throw new StoreFailure("a statement failed", e);
        }
        failure = cause;
      }
      if (tries == TRIES || !dialect.isPassing(failure)) {
        throw new StoreFailure("a transaction failed", failure);
      }
      LOG.debug("transaction lost a race, attempt {} of {} follows", tries + 1, TRIES);
      LockSupport.parkNanos(FIRST_PAUSE.toNanos() << tries);
    }
  }

  /// Closes every connection; on SQLite the log is copied back into the file.
  @Override
  public void close() {
    pool.close();
    Writer only = writer;
    if (only != null) {
      only.turn.lock();
      try {
        only.forget();
      } finally {
        only.turn.unlock();
      }
    }
  }

  /// What happens inside a transaction.
  @FunctionalInterface
  interface Work<T> {
    T run(Transaction transaction) throws SQLException;
  }

  @FunctionalInterface
  private interface Attempt<T> {
    T run() throws SQLException;
  }

  /// SQLite's one writing connection, with everything that was ever prepared on it; used by whoever
  /// has the turn. It is never in auto-commit mode: between two transactions it has begun one that
  /// holds no lock yet.
  private static final class Writer {
    private final ReentrantLock turn = new ReentrantLock(true);
    private final Map<String, PreparedStatement> statements = new HashMap<>();
    private final Jdbi jdbi;
    private @Nullable Handle handle;

    Writer(Jdbi jdbi) {
      this.jdbi = jdbi;
    }

    Handle handle() throws SQLException {
      Handle open = handle;
      if (open == null) {
        open = jdbi.open();
        open.getConnection().setAutoCommit(false);
        handle = open;
      }
      return open;
    }

    void forget() {
      statements.clear();
      Handle open = handle;
      handle = null;
      if (open != null) {
        open.close();
      }
    }
  }
}
