package org.emsg.gateway.store;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import org.emsg.gateway.outbox.LaneKey;

/// A lane's own row: who drains it, and whether it may go.
///
/// Whoever adds to a lane, settles in it or takes from it locks this row first, so that `waiting`
/// and the rows of `lane_head` always tell the truth about the rows of `outbox`.
record LaneRow(long id, long epoch, long leasedUntil, int failures, long pausedUntil) {
  private static final String FIND =
      "SELECT id, epoch, leased_until, failures, paused_until FROM lane"
          + " WHERE ours = ? AND network = ? AND remote = ?";
  private static final String LOCK = "UPDATE lane SET waiting = waiting WHERE id = ?";
  private static final String FIND_HEAD =
      "SELECT outbox FROM lane_head WHERE lane = ? AND conversation = ?";
  private static final String NEXT_HEAD =
      "SELECT id, queued FROM outbox WHERE lane = ? AND conversation = ? ORDER BY id LIMIT 1";
  private static final String MOVE_HEAD =
      "UPDATE lane_head SET outbox = ?, due = ? WHERE lane = ? AND conversation = ?";
  private static final String NO_HEAD = "DELETE FROM lane_head WHERE lane = ? AND conversation = ?";
  private static final String PAUSE_HEAD =
      "UPDATE lane_head SET due = ? WHERE lane = ? AND conversation = ?";
  private static final String LEAVE = "UPDATE lane SET waiting = waiting - ? WHERE id = ?";

  static Optional<LaneRow> find(Transaction transaction, LaneKey lane) throws SQLException {
    return find(transaction, lane, FIND);
  }

  /// Finds it for a transaction that changes something in the lane.
  static Optional<LaneRow> lock(Transaction transaction, LaneKey lane) throws SQLException {
    return find(transaction, lane, FIND + transaction.dialect().forUpdate());
  }

  static void lock(Transaction transaction, long lane) throws SQLException {
    PreparedStatement lock = transaction.prepare(LOCK);
    lock.setLong(1, lane);
    lock.executeUpdate();
  }

  private static Optional<LaneRow> find(Transaction transaction, LaneKey lane, String sql)
      throws SQLException {
    PreparedStatement find = transaction.prepare(sql);
    find.setString(1, lane.ours());
    find.setString(2, lane.network().label());
    find.setString(3, lane.remote());
    try (ResultSet row = find.executeQuery()) {
      return row.next()
          ? Optional.of(
              new LaneRow(
                  row.getLong(1), row.getLong(2), row.getLong(3), row.getInt(4), row.getLong(5)))
          : Optional.empty();
    }
  }

  /// Lets a conversation of the lane rest.
  static void pause(Transaction transaction, long lane, String conversation, Duration pause)
      throws SQLException {
    PreparedStatement later = transaction.prepare(PAUSE_HEAD);
    later.setLong(1, transaction.now() + pause.toMillis());
    later.setLong(2, lane);
    later.setString(3, conversation);
    later.executeUpdate();
  }

  /// Counts rows that are no longer in the lane.
  static void left(Transaction transaction, long lane, int rows) throws SQLException {
    PreparedStatement leave = transaction.prepare(LEAVE);
    leave.setInt(1, rows);
    leave.setLong(2, lane);
    leave.executeUpdate();
  }

  /// A row of the conversation is gone from the lane: if it was the oldest, the next one follows,
  /// due since it was queued.
  static void advance(Transaction transaction, long lane, String conversation, long gone)
      throws SQLException {
    PreparedStatement find = transaction.prepare(FIND_HEAD);
    find.setLong(1, lane);
    find.setString(2, conversation);
    try (ResultSet row = find.executeQuery()) {
      if (!row.next() || row.getLong(1) != gone) {
        return;
      }
    }
    PreparedStatement next = transaction.prepare(NEXT_HEAD);
    next.setLong(1, lane);
    next.setString(2, conversation);
    try (ResultSet row = next.executeQuery()) {
      if (row.next()) {
        PreparedStatement move = transaction.prepare(MOVE_HEAD);
        move.setLong(1, row.getLong(1));
        move.setLong(2, row.getLong(2));
        move.setLong(3, lane);
        move.setString(4, conversation);
        move.executeUpdate();
        return;
      }
    }
    PreparedStatement none = transaction.prepare(NO_HEAD);
    none.setLong(1, lane);
    none.setString(2, conversation);
    none.executeUpdate();
  }
}
