package org.emsg.gateway.store;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.emsg.gateway.model.TraceId;

/// Lets go of what was kept long enough, by the database's time: what is to go is looked for where
/// only is read, and goes in many short transactions. Nobody waits long for one of them, and a stop
/// waits for one at most.
///
/// Rows that are found by a sum lie in no order of time, and an index for it would cost every
/// message; so those tables are gone through slice by slice of their keys.
final class Purge {
  private static final int SLICES = 256;
  private static final int CHUNK = 500;
  private static final int BLOB_CHUNK = 20;
  private static final String OLD_TRACES =
      "SELECT DISTINCT trace FROM trace_line WHERE trace > ? AND trace < ? AND at < ?"
          + " ORDER BY trace LIMIT ?";
  private static final String EMPTY_LANES =
      " FROM lane WHERE waiting = 0 AND leased_until <= ? AND paused_until <= ?"
          + " AND NOT EXISTS (SELECT 1 FROM failed f WHERE f.lane = lane.id)";

  private final Database database;
  private final StoreConfig config;
  private volatile boolean stopped;

  Purge(Database database, StoreConfig config) {
    this.database = database;
    this.config = config;
  }

  Store.Purged run() {
    long duplicates = bySlices("seen", config.duplicates());
    bySlices("id_map", config.ids());
    bySlices("sent", config.ids());
    long traces = traces();
    long entries = mailboxes();
    long blobs = blobs();
    lanes();
    return new Store.Purged(duplicates, entries, traces, blobs);
  }

  /// What runs ends soon, what is begun later does nothing.
  void stop() {
    stopped = true;
  }

  private long before(Duration age) {
    return database.read(transaction -> transaction.now() - age.toMillis());
  }

  private long bySlices(String table, Duration age) {
    String find =
        "SELECT key FROM " + table + " WHERE key > ? AND key < ? AND at < ? ORDER BY key LIMIT ?";
    String delete = "DELETE FROM " + table + " WHERE key = ? AND at < ?";
    long before = before(age);
    long gone = 0;
    for (int slice = 0; slice < SLICES && !stopped; slice++) {
      byte[] end = {(byte) (slice + 1)};
      if (slice == SLICES - 1) {
        end = new byte[Sums.LENGTH + 1];
        Arrays.fill(end, (byte) 0xff);
      }
      byte[] to = end;
      byte[] last = {(byte) slice};
      List<byte[]> keys;
      do {
        byte[] from = last;
        keys =
            database.read(transaction -> {
              PreparedStatement old = transaction.prepare(find);
              old.setBytes(1, from);
              old.setBytes(2, to);
              old.setLong(3, before);
              old.setInt(4, CHUNK);
              return all(old, row -> row.getBytes(1));
            });
        gone += delete(delete, keys, PreparedStatement::setBytes, before);
        last = keys.isEmpty() ? last : keys.getLast();
      } while (keys.size() == CHUNK && !stopped);
    }
    return gone;
  }

  /// Traces are named by time, so the oldest are first in the index, and none that began lately is
  /// looked at.
  private long traces() {
    long before = before(config.traces());
    String end = TraceId.next(Instant.ofEpochMilli(before), () -> 0L).value();
    String delete = "DELETE FROM trace_line WHERE trace = ? AND at < ?";
    long gone = 0;
    String last = "";
    while (!stopped) {
      String from = last;
      List<String> traces =
          database.read(transaction -> {
            PreparedStatement old = transaction.prepare(OLD_TRACES);
            old.setString(1, from);
            old.setString(2, end);
            old.setLong(3, before);
            old.setInt(4, CHUNK);
            return all(old, row -> row.getString(1));
          });
      if (traces.isEmpty()) {
        return gone;
      }
      gone += delete(delete, traces, PreparedStatement::setString, before);
      last = traces.getLast();
    }
    return gone;
  }

  private long mailboxes() {
    long gone = 0;
    long account = 0;
    while (!stopped) {
      long after = account;
      List<Long> page =
          database.read(transaction ->
              transaction
                  .jdbi()
                  .createQuery("SELECT id FROM account WHERE id > :after ORDER BY id LIMIT 500")
                  .bind("after", after)
                  .mapTo(Long.class)
                  .list());
      if (page.isEmpty()) {
        return gone;
      }
      for (long id : page) {
        gone += mailbox(id);
      }
      account = page.getLast();
    }
    return gone;
  }

  private long mailbox(long account) {
    long gone = 0;
    long chunk;
    do {
      chunk = 0;
      long end = database.read(transaction -> end(transaction, account));
      if (end > 0) {
        chunk =
            database.write(transaction -> {
              PreparedStatement delete =
                  transaction.prepare(
                      "DELETE FROM mailbox_entry WHERE account = ? AND cursor <= ?");
              delete.setLong(1, account);
              delete.setLong(2, end);
              return delete.executeUpdate();
            });
        gone += chunk;
      }
    } while (chunk == CHUNK && !stopped);
    return gone;
  }

  /// The cursor up to which a mailbox's oldest entries are acknowledged by every device, or too
  /// old; at most a chunk of them, 0 where there are none.
  private long end(Transaction transaction, long account) throws SQLException {
    long acknowledged = 0;
    PreparedStatement devices =
        transaction.prepare("SELECT COALESCE(MIN(cursor), 0) FROM device WHERE account = ?");
    devices.setLong(1, account);
    try (ResultSet row = devices.executeQuery()) {
      if (row.next()) {
        acknowledged = row.getLong(1);
      }
    }
    PreparedStatement oldest =
        transaction.prepare(
            "SELECT cursor, at FROM mailbox_entry WHERE account = ? ORDER BY cursor LIMIT ?");
    oldest.setLong(1, account);
    oldest.setInt(2, CHUNK);
    long before = transaction.now() - config.mailbox().toMillis();
    long end = 0;
    try (ResultSet row = oldest.executeQuery()) {
      while (row.next() && (row.getLong(1) <= acknowledged || row.getLong(2) < before)) {
        end = row.getLong(1);
      }
    }
    return end;
  }

  private long blobs() {
    long before = before(Duration.ZERO);
    long gone = 0;
    List<String> expired;
    do {
      expired =
          database.read(transaction -> {
            PreparedStatement find =
                transaction.prepare("SELECT id FROM blob WHERE expires < ? LIMIT ?");
            find.setLong(1, before);
            find.setInt(2, BLOB_CHUNK);
            return all(find, row -> row.getString(1));
          });
      gone +=
          delete(
              "DELETE FROM blob WHERE id = ? AND expires < ?",
              expired,
              PreparedStatement::setString,
              before);
    } while (expired.size() == BLOB_CHUNK && !stopped);
    return gone;
  }

  /// Lanes in which nothing is, one a transaction: intakes lock several of them in another order.
  private void lanes() {
    List<Long> empty =
        database.read(transaction -> {
          PreparedStatement find = transaction.prepare("SELECT id" + EMPTY_LANES);
          find.setLong(1, transaction.now());
          find.setLong(2, transaction.now());
          return all(find, row -> row.getLong(1));
        });
    for (long lane : empty) {
      if (stopped) {
        return;
      }
      database.write(transaction -> {
        // First the lock, then the look: what came in meanwhile is seen.
        LaneRow.lock(transaction, lane);
        PreparedStatement delete = transaction.prepare("DELETE" + EMPTY_LANES + " AND id = ?");
        delete.setLong(1, transaction.now());
        delete.setLong(2, transaction.now());
        delete.setLong(3, lane);
        return delete.executeUpdate();
      });
    }
  }

  private static <T> List<T> all(PreparedStatement find, Column<T> column) throws SQLException {
    List<T> found = new ArrayList<>();
    try (ResultSet row = find.executeQuery()) {
      while (row.next()) {
        found.add(column.of(row));
      }
    }
    return found;
  }

  private <T> long delete(String sql, List<T> keys, Setter<T> setter, long before) {
    if (keys.isEmpty()) {
      return 0;
    }
    return database.write(transaction -> {
      PreparedStatement delete = transaction.prepare(sql);
      for (T key : keys) {
        setter.set(delete, 1, key);
        delete.setLong(2, before);
        delete.addBatch();
      }
      return Arrays.stream(delete.executeBatch()).asLongStream().sum();
    });
  }

  @FunctionalInterface
  private interface Column<T> {
    T of(ResultSet row) throws SQLException;
  }

  @FunctionalInterface
  private interface Setter<T> {
    void set(PreparedStatement statement, int index, T value) throws SQLException;
  }
}
