package org.emsg.gateway.store;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.ConversationId;
import org.emsg.gateway.model.Envelope;
import org.emsg.gateway.model.MessageId;
import org.emsg.gateway.model.Reason;
import org.emsg.gateway.outbox.LaneKey;
import org.emsg.gateway.outbox.OutboundMessage;
import org.emsg.gateway.outbox.OutboxId;

/// A row of `outbox`, or of `failed`, without its envelope.
record OutboxRow(
    long id,
    long lane,
    String conversation,
    long envelope,
    long size,
    String trace,
    String sender,
    String addressed,
    String recipient,
    String nativeId,
    String next,
    long queued,
    int attempts) {
  static final String COLUMNS =
      " o.id, o.lane, o.conversation, o.envelope, o.size, o.trace, o.sender, o.addressed,"
          + " o.recipient, o.native_id, o.next, o.queued, o.attempts ";
  private static final String FIND =
      "SELECT" + COLUMNS + "FROM outbox o WHERE o.id = ? AND o.lane = ?";
  private static final String TO_FAILED =
      "INSERT INTO failed (id, lane, network, conversation, envelope, size, trace, sender,"
          + " addressed, recipient, native_id, next, queued, attempts, reason, at, readable)"
          + " SELECT id, lane, network, conversation, envelope, size, trace, sender, addressed,"
          + " recipient, native_id, next, queued, attempts, ?, ?, ? FROM outbox WHERE id = ?";
  private static final String NOTE = "UPDATE outbox SET reason = ? WHERE id = ?";
  private static final String DELETE = "DELETE FROM outbox WHERE id = ?";

  /// The columns of `COLUMNS`, in that order from the first.
  static OutboxRow of(ResultSet row) throws SQLException {
    return new OutboxRow(
        row.getLong(1),
        row.getLong(2),
        row.getString(3),
        row.getLong(4),
        row.getLong(5),
        row.getString(6),
        row.getString(7),
        row.getString(8),
        row.getString(9),
        row.getString(10),
        row.getString(11),
        row.getLong(12),
        row.getInt(13));
  }

  static Optional<OutboxRow> find(Transaction transaction, long id, long lane) throws SQLException {
    PreparedStatement find = transaction.prepare(FIND);
    find.setLong(1, id);
    find.setLong(2, lane);
    try (ResultSet row = find.executeQuery()) {
      return row.next() ? Optional.of(of(row)) : Optional.empty();
    }
  }

  /// The message as a route gets it.
  ///
  /// @throws IllegalArgumentException where a column does not hold what it should
  OutboundMessage message(LaneKey key, Envelope envelope) {
    // Settling needs it: it shall not be found to be broken when the message is gone.
    Objects.requireNonNull(senderAddress());
    return new OutboundMessage(
        new OutboxId(id),
        key,
        new ConversationId(conversation),
        envelope,
        StoredText.address(addressed),
        StoredText.address(recipient),
        new MessageId(nativeId),
        StoredText.networks(next),
        attempts + 1,
        Instant.ofEpochMilli(queued));
  }

  Address senderAddress() {
    return StoredText.address(sender);
  }

  /// Lets its conversation rest, with no attempt counted; its lane is locked.
  void rest(Transaction transaction, Reason reason, Duration pause) throws SQLException {
    PreparedStatement note = transaction.prepare(NOTE);
    note.setString(1, StoredText.of(reason));
    note.setLong(2, id);
    note.executeUpdate();
    LaneRow.pause(transaction, lane, conversation, pause);
  }

  /// Takes it out of its lane, which is locked and will count it as left.
  void delete(Transaction transaction) throws SQLException {
    PreparedStatement delete = transaction.prepare(DELETE);
    delete.setLong(1, id);
    delete.executeUpdate();
    LaneRow.advance(transaction, lane, conversation, id);
  }

  /// Moves it to the failed ones; its lane is locked and will count it as left.
  void fail(Transaction transaction, Reason reason, boolean readable) throws SQLException {
    PreparedStatement move = transaction.prepare(TO_FAILED);
    move.setString(1, StoredText.of(reason));
    move.setLong(2, transaction.now());
    move.setLong(3, readable ? 1 : 0);
    move.setLong(4, id);
    move.executeUpdate();
    delete(transaction);
    TraceRows.add(transaction, trace, "failed", "for " + recipient + ": " + TraceRows.of(reason));
  }
}
