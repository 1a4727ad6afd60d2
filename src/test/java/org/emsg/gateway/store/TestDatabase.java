package org.emsg.gateway.store;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.emsg.gateway.model.Bytes;

/// One fresh database for one test. Several nodes may have it open; all see one time, which the
/// test can move on.
final class TestDatabase implements AutoCloseable {
  private final StoreConfig config;
  private final AtomicLong passed = new AtomicLong();
  private final List<Store> open = new ArrayList<>();

  TestDatabase(StoreConfig config) {
    this.config = config;
  }

  StoreConfig config() {
    return config;
  }

  /// Another node's store.
  synchronized Store node() {
    Store store = Store.open(config, millis -> millis + passed.get());
    open.add(store);
    return store;
  }

  /// Runs one statement on the database itself: for what no port does, such as breaking a row.
  void execute(String sql) {
    try (Connection connection =
            DriverManager.getConnection(config.url(), config.user(), config.password());
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /// Makes the bytes of the oldest envelope something else.
  void overwriteOldestEnvelope(Bytes content) {
    try (Connection connection =
            DriverManager.getConnection(config.url(), config.user(), config.password());
        PreparedStatement update =
            connection.prepareStatement(
                "UPDATE envelope SET content = ?" + " WHERE id = (SELECT MIN(id) FROM envelope)")) {
      update.setBytes(1, content.toByteArray());
      update.executeUpdate();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /// Empties every table of a database that is used again.
  void clear() {
    execute(
        "TRUNCATE account, account_key, mailbox_entry, device, seen, trace_line, id_map, sent,"
            + " envelope, lane, outbox, lane_head, failed, planning, preference, hashed_alias,"
            + " blob");
    execute("UPDATE counter SET value = 0");
  }

  /// How many rows a table has.
  long count(String table) {
    try (Connection connection =
            DriverManager.getConnection(config.url(), config.user(), config.password());
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT COUNT(*) FROM " + table)) {
      row.next();
      return row.getLong(1);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  void advance(Duration time) {
    passed.addAndGet(time.toMillis());
  }

  @Override
  public synchronized void close() {
    open.forEach(Store::close);
    open.clear();
  }
}
