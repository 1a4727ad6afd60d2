package org.emsg.gateway.store;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.emsg.gateway.model.Envelope;
import org.emsg.gateway.model.Reason;
import org.emsg.gateway.outbox.LaneKey;
import org.emsg.gateway.outbox.OutboundMessage;
import org.emsg.gateway.outbox.Outbox.FailedMessage;
import org.emsg.gateway.outbox.Outbox.Reroute;
import org.emsg.gateway.outbox.OutboxId;
import org.emsg.gateway.store.EnvelopeCodec.Decoded;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What was given up and waits for its bounce, or for another network.
final class FailedRows {
  private static final Logger LOG = LoggerFactory.getLogger(FailedRows.class);

  private static final String SELECT =
      "SELECT"
          + OutboxRow.COLUMNS
          + ", o.reason, l.ours, l.network, l.remote FROM failed o LEFT JOIN lane l ON l.id = o.lane"
          + " WHERE o.readable = 1 AND ";
  private static final String AFTER = SELECT + "o.id > ? ORDER BY o.id LIMIT ?";
  private static final String ONE = SELECT + "o.id = ?";
  private static final String UNREADABLE = "UPDATE failed SET readable = 0 WHERE id = ?";
  private static final String DELETE = "DELETE FROM failed WHERE id = ?";
  private static final String INSERT =
      "INSERT INTO outbox (id, lane, network, conversation, envelope, size, trace, sender,"
          + " addressed, recipient, native_id, next, queued)"
          + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
  private static final String HEAD =
      "INSERT INTO lane_head (lane, conversation, outbox, due) VALUES (?, ?, ?, ?)"
          + " ON CONFLICT (lane, conversation) DO UPDATE"
          + " SET outbox = excluded.outbox, due = excluded.due"
          + " WHERE excluded.outbox < lane_head.outbox";

  private final Database database;

  FailedRows(Database database) {
    this.database = database;
  }

  /// Readable ones after `after`, oldest first, up to a bounded size together.
  List<FailedMessage> after(OutboxId after, int max) {
    Page page = database.read(transaction -> page(transaction, after, max));
    if (!page.unreadable.isEmpty()) {
      LOG.error("failed rows {} cannot be read: their senders are not told", page.unreadable);
      database.write(transaction -> {
        for (long id : page.unreadable) {
          PreparedStatement mark = transaction.prepare(UNREADABLE);
          mark.setLong(1, id);
          mark.executeUpdate();
        }
        return true;
      });
      return page.messages.isEmpty() ? after(after, max) : page.messages;
    }
    return page.messages;
  }

  private static Page page(Transaction transaction, OutboxId after, int max) throws SQLException {
    List<Failed> rows = new ArrayList<>();
    PreparedStatement find = transaction.prepare(AFTER);
    find.setLong(1, after.value());
    find.setInt(2, max);
    try (ResultSet row = find.executeQuery()) {
      while (row.next()) {
        rows.add(Failed.of(row));
      }
    }
    Page page = new Page(new ArrayList<>(), new ArrayList<>());
    long bytes = 0;
    for (Failed failed : rows) {
      bytes += failed.row.size();
      if (bytes > JdbiOutbox.PAGE_BYTES && !page.messages.isEmpty()) {
        break;
      }
      try {
        switch (EnvelopeRow.read(transaction, failed.row.envelope())) {
          case Decoded.Whole whole -> page.messages.add(failed.message(whole.envelope()));
          case Decoded.Unreadable _ -> page.unreadable.add(failed.row.id());
        }
      } catch (IllegalArgumentException _) {
        page.unreadable.add(failed.row.id());
      }
    }
    return page;
  }

  void bounced(OutboxId id) {
    database.write(transaction -> {
      Optional<Failed> failed = find(transaction, id);
      if (failed.isPresent() && delete(transaction, id)) {
        EnvelopeRow.release(transaction, failed.get().row.envelope());
      }
      return true;
    });
  }

  /// Puts it into another lane, under the number that it has.
  boolean reroute(OutboxId id, Reroute to) {
    return database.write(transaction -> {
      Optional<Failed> failed = find(transaction, id);
      if (failed.isEmpty()
          || !(EnvelopeRow.read(transaction, failed.get().row.envelope())
              instanceof Decoded.Whole(Envelope envelope))
          || !delete(transaction, id)) {
        return false;
      }
      OutboxRow row = failed.get().row;
      long lane = WaitingRows.addToLane(transaction, to.lane(), 1);
      insert(transaction, row, lane, to);
      IdRows ids = new IdRows();
      ids.same(
          to.conversation(), envelope.origin(), envelope.id(), to.lane().network(), to.nativeId());
      ids.sent(envelope, to.conversation(), to.lane().network(), to.nativeId(), to.recipient());
      ids.write(transaction);
      TraceRows.add(
          transaction,
          row.trace(),
          "rerouted",
          "lane " + to.lane() + " for " + to.recipient().text() + ": " + to.why());
      return true;
    });
  }

  private static void insert(Transaction transaction, OutboxRow row, long lane, Reroute to)
      throws SQLException {
    PreparedStatement insert = transaction.prepare(INSERT);
    insert.setLong(1, row.id());
    insert.setLong(2, lane);
    insert.setString(3, to.lane().network().label());
    insert.setString(4, to.conversation().value());
    insert.setLong(5, row.envelope());
    insert.setLong(6, row.size());
    insert.setString(7, row.trace());
    insert.setString(8, row.sender());
    insert.setString(9, row.addressed());
    insert.setString(10, StoredText.of(to.recipient()));
    insert.setString(11, to.nativeId().value());
    insert.setString(12, StoredText.of(to.next()));
    insert.setLong(13, row.queued());
    insert.executeUpdate();
    PreparedStatement head = transaction.prepare(HEAD);
    head.setLong(1, lane);
    head.setString(2, to.conversation().value());
    head.setLong(3, row.id());
    head.setLong(4, transaction.now());
    head.executeUpdate();
  }

  private static Optional<Failed> find(Transaction transaction, OutboxId id) throws SQLException {
    PreparedStatement find = transaction.prepare(ONE);
    find.setLong(1, id.value());
    try (ResultSet row = find.executeQuery()) {
      return row.next() ? Optional.of(Failed.of(row)) : Optional.empty();
    }
  }

  /// False where another node was faster.
  private static boolean delete(Transaction transaction, OutboxId id) throws SQLException {
    PreparedStatement delete = transaction.prepare(DELETE);
    delete.setLong(1, id.value());
    return delete.executeUpdate() == 1;
  }

  private record Page(List<FailedMessage> messages, List<Long> unreadable) {}

  /// @param lane where it waited; empty where the intake refused it
  private record Failed(OutboxRow row, Reason reason, Optional<LaneKey> lane) {
    static Failed of(ResultSet row) throws SQLException {
      OutboxRow outbox = OutboxRow.of(row);
      Optional<String> ours = Optional.ofNullable(row.getString(15));
      Optional<LaneKey> lane = Optional.empty();
      if (ours.isPresent()) {
        lane =
            Optional.of(
                new LaneKey(ours.get(), StoredText.network(row.getString(16)), row.getString(17)));
      }
      return new Failed(outbox, StoredText.reason(row.getString(14)), lane);
    }

    FailedMessage message(Envelope envelope) {
      Optional<OutboundMessage> attempted = lane.map(key -> row.message(key, envelope));
      return new FailedMessage(
          new OutboxId(row.id()), envelope, StoredText.address(row.addressed()), reason, attempted);
    }
  }
}
