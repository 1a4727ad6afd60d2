package org.emsg.gateway.store;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/// Lets go of what was kept long enough, by the database's time, in many short transactions: nobody
/// waits long for one of them.
///
/// Rows that are found by a sum lie in no order of time, and an index for it would cost every
/// message; so those tables are gone through slice by slice of their keys.
final class Purge {
  private static final int SLICES = 256;
  private static final int CHUNK = 500;

  private final Database database;
  private final StoreConfig config;

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
    return new Store.Purged(duplicates, entries, traces, blobs);
  }

  private long bySlices(String table, Duration age) {
    String sql = "DELETE FROM " + table + " WHERE key >= ? AND key < ? AND at < ?";
    long gone = 0;
    for (int slice = 0; slice < SLICES; slice++) {
      byte[] from = {(byte) slice};
      byte[] to = {(byte) (slice + 1)};
      if (slice == SLICES - 1) {
        to = new byte[Sums.LENGTH + 1];
        Arrays.fill(to, (byte) 0xff);
      }
      byte[] end = to;
      gone +=
          database.write(transaction -> {
            PreparedStatement delete = transaction.prepare(sql);
            delete.setBytes(1, from);
            delete.setBytes(2, end);
            delete.setLong(3, transaction.now() - age.toMillis());
            return delete.executeUpdate();
          });
    }
    return gone;
  }

  /// Traces are named by time, so the oldest are first in the index.
  private long traces() {
    long gone = 0;
    int chunk;
    do {
      chunk =
          database.write(transaction ->
              transaction
                  .jdbi()
                  .createUpdate(
                      "DELETE FROM trace_line WHERE trace IN (SELECT trace FROM trace_line"
                          + " WHERE at < :before ORDER BY trace LIMIT :chunk)"
                          + " AND at < :before")
                  .bind("before", transaction.now() - config.traces().toMillis())
                  .bind("chunk", CHUNK)
                  .execute());
      gone += chunk;
    } while (chunk >= CHUNK);
    return gone;
  }

  private long mailboxes() {
    long gone = 0;
    long account = 0;
    while (true) {
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
    } while (chunk == CHUNK);
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
    return database.write(transaction -> {
      PreparedStatement delete = transaction.prepare("DELETE FROM blob WHERE expires < ?");
      delete.setLong(1, transaction.now());
      return (long) delete.executeUpdate();
    });
  }
}
