package org.emsg.gateway.store;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.emsg.gateway.gateway.Preferences.Contact;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Envelope;
import org.emsg.gateway.model.Network;
import org.emsg.gateway.outbox.LaneKey;
import org.emsg.gateway.outbox.OutboundMessage;
import org.emsg.gateway.outbox.Outbox.FailedMessage;
import org.emsg.gateway.outbox.Outbox.Reroute;
import org.emsg.gateway.outbox.OutboxId;
import org.emsg.gateway.store.EnvelopeCodec.Decoded;
import org.emsg.gateway.store.EnvelopeRow.Reading;
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

  /// Of so many rows at most the log tells once that they are left to another version.
  private static final int MOST_LEFT = 10_000;

  private final Set<Long> left = ConcurrentHashMap.newKeySet();
  private final Database database;
  private final Consumer<Contact> moved;

  /// @param moved told after a commit of whose conversation runs elsewhere, or nowhere, since then
  FailedRows(Database database, Consumer<Contact> moved) {
    this.database = database;
    this.moved = moved;
  }

  /// Readable ones after `after`, oldest first, up to a bounded size together. Those that only
  /// another version can read are passed over: they wait for its round.
  List<FailedMessage> after(OutboxId after, int max) {
    long last = after.value();
    while (true) {
      long from = last;
      Page page = database.read(transaction -> page(transaction, from, max));
      putAside(page.damaged);
      page.newer.stream()
          .filter(id -> left.size() < MOST_LEFT && left.add(id))
          .forEach(id ->
              LOG.warn("failed row {} is left to a gateway of a newer version to bounce", id));
      if (!page.messages.isEmpty() || page.last == from) {
        return page.messages;
      }
      last = page.last;
    }
  }

  private void putAside(List<Long> damaged) {
    if (damaged.isEmpty()) {
      return;
    }
    LOG.error("failed rows {} cannot be read: their senders are not told", damaged);
    database.write(transaction -> {
      for (long id : damaged) {
        PreparedStatement mark = transaction.prepare(UNREADABLE);
        mark.setLong(1, id);
        mark.executeUpdate();
      }
      return true;
    });
  }

  private static Page page(Transaction transaction, long after, int max) throws SQLException {
    List<Failed> rows = new ArrayList<>();
    PreparedStatement find = transaction.prepare(AFTER);
    find.setLong(1, after);
    find.setInt(2, max);
    try (ResultSet row = find.executeQuery()) {
      while (row.next()) {
        rows.add(Failed.of(row));
      }
    }
    List<FailedMessage> messages = new ArrayList<>();
    List<Long> damaged = new ArrayList<>();
    List<Long> newer = new ArrayList<>();
    long last = after;
    long bytes = 0;
    for (Failed failed : rows) {
      bytes += failed.row.size();
      if (bytes > JdbiOutbox.PAGE_BYTES && last != after) {
        break;
      }
      last = failed.row.id();
      switch (EnvelopeRow.read(transaction, failed.row.envelope(), failed::message)) {
        case Reading.Whole<FailedMessage>(var message) -> messages.add(message);
        case Reading.Newer<FailedMessage>() -> newer.add(last);
        case Reading.Damaged<FailedMessage> _ -> damaged.add(last);
      }
    }
    return new Page(messages, damaged, newer, last);
  }

  void bounced(OutboxId id) {
    Optional<Contact> left =
        database.write(transaction -> {
          Optional<Failed> failed = find(transaction, id);
          if (failed.isEmpty() || !delete(transaction, id)) {
            return Optional.empty();
          }
          EnvelopeRow.release(transaction, failed.get().row.envelope());
          return failed.get().leave(transaction, Optional.empty());
        });
    left.ifPresent(moved);
  }

  /// Puts it into another lane, under the number that it has.
  boolean reroute(OutboxId id, Reroute to) {
    Rerouted rerouted =
        database.write(transaction -> {
          Optional<Failed> failed = find(transaction, id);
          if (failed.isEmpty()
              || !(EnvelopeRow.read(transaction, failed.get().row.envelope())
                  instanceof Decoded.Whole(Envelope envelope))
              || !delete(transaction, id)) {
            return new Rerouted(false, Optional.empty());
          }
          OutboxRow row = failed.get().row;
          long lane = WaitingRows.addToLane(transaction, to.lane(), 1);
          insert(transaction, row, lane, to);
          IdRows ids = new IdRows();
          ids.same(
              to.conversation(),
              envelope.origin(),
              envelope.id(),
              to.lane().network(),
              to.nativeId());
          ids.sent(envelope, to.conversation(), to.lane().network(), to.nativeId(), to.recipient());
          ids.write(transaction);
          TraceRows.add(
              transaction,
              row.trace(),
              "rerouted",
              "lane " + to.lane() + " for " + to.recipient().text() + ": " + to.why());
          return new Rerouted(
              true, failed.get().leave(transaction, Optional.of(to.lane().network())));
        });
    rerouted.moved.ifPresent(moved);
    return rerouted.done;
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

  /// @param last the number of the last row that was looked at
  private record Page(
      List<FailedMessage> messages, List<Long> damaged, List<Long> newer, long last) {}

  /// @param moved whose conversation went with it
  private record Rerouted(boolean done, Optional<Contact> moved) {}

  /// @param lane where it waited, as ours, network and remote; empty where the intake refused it
  private record Failed(OutboxRow row, String reason, Optional<List<String>> lane) {
    static Failed of(ResultSet row) throws SQLException {
      Optional<List<String>> lane = Optional.empty();
      if (row.getString(15) != null) {
        lane = Optional.of(List.of(row.getString(15), row.getString(16), row.getString(17)));
      }
      return new Failed(OutboxRow.of(row), row.getString(14), lane);
    }

    /// Whose first contact this was, where it moved to `next`, or ended, with this row.
    Optional<Contact> leave(Transaction transaction, Optional<Network> next) throws SQLException {
      Optional<Contact> contact = lane.isEmpty() ? Optional.empty() : contact();
      return contact.isPresent()
              && PreferenceRows.leave(
                  transaction, contact.get(), lane.get().get(1), row.conversation(), next)
          ? contact
          : Optional.empty();
    }

    /// Empty where the sender is not on EMSG, or a column does not hold what it should.
    private Optional<Contact> contact() {
      try {
        Address addressed = StoredText.address(row.addressed());
        return row.senderAddress() instanceof Address.Emsg account
            ? Optional.of(new Contact(account, addressed.local(), addressed.domain()))
            : Optional.empty();
      } catch (IllegalArgumentException _) {
        return Optional.empty();
      }
    }

    /// @throws IllegalArgumentException where a column does not hold what it should
    FailedMessage message(Envelope envelope) {
      Optional<OutboundMessage> attempted =
          lane.map(it -> new LaneKey(it.get(0), StoredText.network(it.get(1)), it.get(2)))
              .map(key -> row.message(key, envelope));
      return new FailedMessage(
          new OutboxId(row.id()),
          envelope,
          StoredText.address(row.addressed()),
          StoredText.reason(reason),
          attempted);
    }
  }
}
