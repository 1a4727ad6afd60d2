package org.emsg.gateway.store;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import org.emsg.gateway.gateway.PlannedEnvelope.Delivery;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.ConversationId;
import org.emsg.gateway.model.Envelope;
import org.emsg.gateway.outbox.LaneKey;

/// What a transaction leaves waiting: rows in lanes, in the planning queue, and of refused
/// recipients whose sender has to be told; with their envelopes, each stored once.
///
/// Rows are numbered by a counter row, taken after the lanes are locked (in the order of their
/// keys): of one lane's rows, what is accepted later has the greater number, whichever node took
/// it.
final class WaitingRows {
  static final String ADD_TO_LANE =
      "UPDATE lane SET waiting = waiting + ? WHERE ours = ? AND network = ? AND remote = ?"
          + " RETURNING id";
  static final String NEW_LANE =
      "INSERT INTO lane (ours, network, remote, epoch) VALUES (?, ?, ?, ?)"
          + " ON CONFLICT (ours, network, remote) DO NOTHING";
  private static final String COUNT =
      "UPDATE counter SET value = value + ? WHERE name = 'outbox' RETURNING value";
  private static final String INSERT_ENVELOPE =
      "INSERT INTO envelope (id, refs, content) VALUES (?, ?, ?)";
  private static final String INSERT_OUTBOX =
      "INSERT INTO outbox (id, lane, network, conversation, envelope, size, trace, sender,"
          + " addressed, recipient, native_id, next, queued)"
          + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
  private static final String INSERT_HEAD =
      "INSERT INTO lane_head (lane, conversation, outbox, due) VALUES (?, ?, ?, ?)"
          + " ON CONFLICT (lane, conversation) DO NOTHING";
  private static final String INSERT_FAILED =
      "INSERT INTO failed (id, network, conversation, envelope, size, trace, sender, addressed,"
          + " recipient, native_id, next, queued, attempts, reason, at)"
          + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', ?, 0, ?, ?)";
  private static final String INSERT_PLANNING =
      "INSERT INTO planning (id, key, envelope, size, trace, sender, addressed, queued, due)"
          + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";

  private final List<Item> items = new ArrayList<>();

  void add(Envelope envelope, Delivery delivery) {
    items.add(new Item(envelope, delivery));
  }

  void write(Transaction transaction) throws SQLException {
    if (items.isEmpty()) {
      return;
    }
    lanes(transaction);
    long number = count(transaction, items.size()) - items.size() + 1;
    for (Item item : items) {
      item.number = number++;
    }
    envelopes(transaction);
    long now = transaction.now();
    boolean outbox = false;
    boolean failed = false;
    boolean planning = false;
    for (Item item : items) {
      switch (item.delivery) {
        case Delivery.ToLane to -> {
          addOutbox(transaction, item, to, now);
          outbox = true;
        }
        case Delivery.Refused refused -> {
          addFailed(transaction, item, refused, now);
          failed = true;
        }
        case Delivery.ToPlanning to -> {
          addPlanning(transaction, item, to, now);
          planning = true;
        }
        case Delivery.ToMailbox _ ->
            throw new IllegalStateException("mailboxes are not waited for");
      }
    }
    if (outbox) {
      transaction.prepare(INSERT_OUTBOX).executeBatch();
      transaction.prepare(INSERT_HEAD).executeBatch();
    }
    if (failed) {
      transaction.prepare(INSERT_FAILED).executeBatch();
    }
    if (planning) {
      transaction.prepare(INSERT_PLANNING).executeBatch();
    }
  }

  /// Locks the lanes, counts the new rows in them, and tells the items their numbers.
  private void lanes(Transaction transaction) throws SQLException {
    TreeMap<LaneKey, List<Item>> lanes = new TreeMap<>(Comparator.comparing(LaneKey::toString));
    for (Item item : items) {
      if (item.delivery instanceof Delivery.ToLane to) {
        lanes.computeIfAbsent(to.lane(), _ -> new ArrayList<>()).add(item);
      }
    }
    for (var lane : lanes.entrySet()) {
      long number = addToLane(transaction, lane.getKey(), lane.getValue().size());
      lane.getValue().forEach(item -> item.lane = number);
    }
  }

  /// Locks a lane, made where it is new, and counts `rows` more in it; its number.
  static long addToLane(Transaction transaction, LaneKey lane, long rows) throws SQLException {
    PreparedStatement add = transaction.prepare(ADD_TO_LANE);
    while (true) {
      add.setLong(1, rows);
      add.setString(2, lane.ours());
      add.setString(3, lane.network().label());
      add.setString(4, lane.remote());
      try (ResultSet row = add.executeQuery()) {
        if (row.next()) {
          return row.getLong(1);
        }
      }
      PreparedStatement make = transaction.prepare(NEW_LANE);
      make.setString(1, lane.ours());
      make.setString(2, lane.network().label());
      make.setString(3, lane.remote());
      // Who held a lane of that name before it was purged has a smaller epoch.
      make.setLong(4, transaction.now());
      make.executeUpdate();
    }
  }

  private static long count(Transaction transaction, int rows) throws SQLException {
    PreparedStatement count = transaction.prepare(COUNT);
    count.setLong(1, rows);
    try (ResultSet row = count.executeQuery()) {
      row.next();
      return row.getLong(1);
    }
  }

  /// An envelope has the number of its first row. The rows of one follow one another; two that are
  /// only equal are not looked for, since that would cost more than it saves.
  @SuppressWarnings("ReferenceEquality")
  private void envelopes(Transaction transaction) throws SQLException {
    PreparedStatement insert = transaction.prepare(INSERT_ENVELOPE);
    int from = 0;
    while (from < items.size()) {
      Item first = items.get(from);
      byte[] content = EnvelopeCodec.encode(first.envelope);
      int to = from;
      while (to < items.size() && items.get(to).envelope == first.envelope) {
        items.get(to).envelopeNumber = first.number;
        items.get(to).size = content.length;
        to++;
      }
      insert.setLong(1, first.number);
      insert.setLong(2, to - from);
      insert.setBytes(3, content);
      insert.addBatch();
      from = to;
    }
    insert.executeBatch();
  }

  private static void addOutbox(Transaction transaction, Item item, Delivery.ToLane to, long now)
      throws SQLException {
    PreparedStatement row = transaction.prepare(INSERT_OUTBOX);
    row.setLong(1, item.number);
    row.setLong(2, item.lane);
    row.setString(3, to.lane().network().label());
    row.setString(4, to.conversation().value());
    row.setLong(5, item.envelopeNumber);
    row.setLong(6, item.size);
    row.setString(7, item.envelope.trace().value());
    row.setString(8, StoredText.of(item.envelope.sender()));
    row.setString(9, StoredText.of(to.addressed()));
    row.setString(10, StoredText.of(to.recipient()));
    row.setString(11, to.nativeId().value());
    row.setString(12, StoredText.of(to.next()));
    row.setLong(13, now);
    row.addBatch();
    PreparedStatement head = transaction.prepare(INSERT_HEAD);
    head.setLong(1, item.lane);
    head.setString(2, to.conversation().value());
    head.setLong(3, item.number);
    head.setLong(4, now);
    head.addBatch();
  }

  private static void addFailed(
      Transaction transaction, Item item, Delivery.Refused refused, long now) throws SQLException {
    Address sender = item.envelope.sender();
    Address addressed = refused.addressed();
    PreparedStatement row = transaction.prepare(INSERT_FAILED);
    row.setLong(1, item.number);
    row.setString(2, addressed.network().label());
    row.setString(3, ConversationId.of(sender, addressed).value());
    row.setLong(4, item.envelopeNumber);
    row.setLong(5, item.size);
    row.setString(6, item.envelope.trace().value());
    row.setString(7, StoredText.of(sender));
    row.setString(8, StoredText.of(addressed));
    row.setString(9, StoredText.of(addressed));
    row.setString(10, item.envelope.id().value());
    row.setLong(11, now);
    row.setString(12, StoredText.of(refused.reason()));
    row.setLong(13, now);
    row.addBatch();
  }

  private static void addPlanning(
      Transaction transaction, Item item, Delivery.ToPlanning to, long now) throws SQLException {
    PreparedStatement row = transaction.prepare(INSERT_PLANNING);
    row.setLong(1, item.number);
    row.setBytes(2, to.idempotencyKey().view());
    row.setLong(3, item.envelopeNumber);
    row.setLong(4, item.size);
    row.setString(5, item.envelope.trace().value());
    row.setString(6, StoredText.key(item.envelope.sender()));
    row.setString(7, StoredText.key(to.addressed()));
    row.setLong(8, now);
    row.setLong(9, now);
    row.addBatch();
  }

  private static final class Item {
    private final Envelope envelope;
    private final Delivery delivery;
    private long lane;
    private long number;
    private long envelopeNumber;
    private long size;

    Item(Envelope envelope, Delivery delivery) {
      this.envelope = envelope;
      this.delivery = delivery;
    }
  }
}
