package org.emsg.gateway.store;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.emsg.gateway.gateway.Preferences.Contact;
import org.emsg.gateway.model.ConversationId;
import org.emsg.gateway.model.Network;
import org.emsg.gateway.model.Reason;
import org.emsg.gateway.outbox.LaneKey;
import org.emsg.gateway.outbox.LaneLease;
import org.emsg.gateway.outbox.OutboundMessage;
import org.emsg.gateway.outbox.Outbox;
import org.emsg.gateway.outbox.OutboxId;
import org.emsg.gateway.outbox.Settlement;
import org.emsg.gateway.store.EnvelopeRow.Reading;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The outbox in tables: lanes, the rows in them, and the head of each conversation in a lane.
///
/// What is asked for all the time (which lanes have something due, what is next in a lane) is read
/// from indexes that hold one row a lane or a conversation, so it costs the same however much
/// waits.
final class JdbiOutbox implements Outbox {
  private static final Logger LOG = LoggerFactory.getLogger(JdbiOutbox.class);

  /// Messages are handed out up to this size together, and always at least one.
  static final long PAGE_BYTES = 4L << 20;

  private static final String DUE_LANES =
      "SELECT id, ours, remote FROM (SELECT l.id, l.ours, l.remote,"
          + " (SELECT MIN(h.due) FROM lane_head h WHERE h.lane = l.id) AS due FROM lane l"
          + " WHERE l.network = ? AND l.waiting > 0 AND l.paused_until <= ?"
          + " AND l.leased_until <= ?";
  private static final String NOT_OF = " AND l.ours <> ?";
  private static final String IN_ORDER = ") AS busy WHERE due <= ? ORDER BY due, id LIMIT ?";
  private static final String LEASE =
      "UPDATE lane SET holder = ?, epoch = epoch + 1, leased_until = ?"
          + " WHERE id = ? AND leased_until <= ? RETURNING epoch, failures";
  private static final String RENEW =
      "UPDATE lane SET leased_until = ?"
          + " WHERE ours = ? AND network = ? AND remote = ? AND epoch = ? AND holder = ?";
  private static final String RELEASE =
      "UPDATE lane SET leased_until = 0, holder = NULL"
          + " WHERE ours = ? AND network = ? AND remote = ? AND epoch = ? AND holder = ?";
  private static final String RELEASE_ALL =
      "UPDATE lane SET leased_until = 0, holder = NULL WHERE holder = ?";
  private static final String HEADS =
      "SELECT"
          + OutboxRow.COLUMNS
          + "FROM lane_head h JOIN outbox o ON o.id = h.outbox"
          + " WHERE h.lane = ? AND h.due <= ? ORDER BY h.due, h.outbox LIMIT ?";

  private final Database database;
  private final FailedRows failed;
  private final LaneDesk desk;

  /// @param moved told after a commit of whose conversation runs elsewhere, or nowhere, since then
  JdbiOutbox(Database database, Consumer<Contact> moved) {
    this.database = database;
    this.failed = new FailedRows(database, moved);
    this.desk = new LaneDesk(database);
  }

  @Override
  public List<LaneLease> lease(
      String node, Network network, Set<String> elsewhere, int max, Duration ttl) {
    List<String> others = List.copyOf(elsewhere);
    List<DueLane> due = database.read(transaction -> due(transaction, network, others, max));
    if (due.isEmpty()) {
      return List.of();
    }
    return database.write(transaction -> {
      List<LaneLease> leases = new ArrayList<>(due.size());
      for (DueLane lane : due) {
        lease(transaction, node, lane, ttl).ifPresent(leases::add);
      }
      return leases;
    });
  }

  private static List<DueLane> due(
      Transaction transaction, Network network, List<String> elsewhere, int max)
      throws SQLException {
    PreparedStatement find =
        transaction.prepare(DUE_LANES + NOT_OF.repeat(elsewhere.size()) + IN_ORDER);
    find.setString(1, network.label());
    find.setLong(2, transaction.now());
    find.setLong(3, transaction.now());
    int next = 4;
    for (String ours : elsewhere) {
      find.setString(next++, ours);
    }
    find.setLong(next++, transaction.now());
    find.setInt(next, max);
    try (ResultSet row = find.executeQuery()) {
      List<DueLane> lanes = new ArrayList<>();
      while (row.next()) {
        lanes.add(
            new DueLane(row.getLong(1), new LaneKey(row.getString(2), network, row.getString(3))));
      }
      return lanes;
    }
  }

  private static Optional<LaneLease> lease(
      Transaction transaction, String node, DueLane lane, Duration ttl) throws SQLException {
    PreparedStatement take = transaction.prepare(LEASE);
    take.setString(1, node);
    take.setLong(2, transaction.now() + ttl.toMillis());
    take.setLong(3, lane.id);
    take.setLong(4, transaction.now());
    try (ResultSet row = take.executeQuery()) {
      return row.next()
          ? Optional.of(new LaneLease(lane.key, node, row.getLong(1), ttl, row.getInt(2)))
          : Optional.empty();
    }
  }

  @Override
  public boolean renew(LaneLease lease, Duration ttl) {
    return database.write(transaction -> {
      PreparedStatement renew = transaction.prepare(RENEW);
      renew.setLong(1, transaction.now() + ttl.toMillis());
      name(renew, 2, lease);
      return renew.executeUpdate() == 1;
    });
  }

  @Override
  public void release(LaneLease lease) {
    database.write(transaction -> {
      PreparedStatement release = transaction.prepare(RELEASE);
      name(release, 1, lease);
      return release.executeUpdate();
    });
  }

  @Override
  public void releaseAll(String node) {
    database.write(transaction -> {
      PreparedStatement release = transaction.prepare(RELEASE_ALL);
      release.setString(1, node);
      return release.executeUpdate();
    });
  }

  private static void name(PreparedStatement statement, int from, LaneLease lease)
      throws SQLException {
    statement.setString(from, lease.lane().ours());
    statement.setString(from + 1, lease.lane().network().label());
    statement.setString(from + 2, lease.lane().remote());
    statement.setLong(from + 3, lease.epoch());
    statement.setString(from + 4, lease.node());
  }

  @Override
  public List<OutboundMessage> heads(LaneLease lease, int max, Set<ConversationId> busy) {
    while (true) {
      Page page = database.read(transaction -> page(transaction, lease, max, busy));
      if (page.damaged.isEmpty() && page.newer.isEmpty()) {
        return page.messages;
      }
      page.damaged.forEach(row ->
          LOG.error("{} in lane {} cannot be read and is failed", row.trace(), lease.lane()));
      page.newer.forEach(row ->
          LOG.warn(
              "{} in lane {} is for a gateway of a newer version; it is looked at again in {}",
              row.trace(),
              lease.lane(),
              EnvelopeRow.LEFT_TO_NEWER));
      if (!putAside(lease, page)) {
        return List.of();
      }
    }
  }

  private static Page page(
      Transaction transaction, LaneLease lease, int max, Set<ConversationId> busy)
      throws SQLException {
    Page page = new Page(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    Optional<LaneRow> found = LaneRow.find(transaction, lease.lane());
    if (found.isEmpty()) {
      return page;
    }
    LaneRow lane = found.get();
    long now = transaction.now();
    if (lane.epoch() != lease.epoch() || lane.leasedUntil() <= now || lane.pausedUntil() > now) {
      return page;
    }
    long bytes = 0;
    for (OutboxRow row : rows(transaction, lane.id(), max, busy)) {
      bytes += row.size();
      if (bytes > PAGE_BYTES && !page.messages.isEmpty()) {
        break;
      }
      Reading<OutboundMessage> read =
          EnvelopeRow.read(
              transaction, row.envelope(), envelope -> row.message(lease.lane(), envelope));
      switch (read) {
        case Reading.Whole<OutboundMessage>(var message) -> page.messages.add(message);
        case Reading.Newer<OutboundMessage>() -> page.newer.add(row);
        case Reading.Damaged<OutboundMessage> _ -> page.damaged.add(row);
      }
    }
    return page;
  }

  private static List<OutboxRow> rows(
      Transaction transaction, long lane, int max, Set<ConversationId> busy) throws SQLException {
    PreparedStatement heads = transaction.prepare(HEADS);
    heads.setLong(1, lane);
    heads.setLong(2, transaction.now());
    heads.setInt(3, max + busy.size());
    Set<String> underway = busy.stream().map(ConversationId::value).collect(Collectors.toSet());
    try (ResultSet row = heads.executeQuery()) {
      List<OutboxRow> rows = new ArrayList<>();
      while (rows.size() < max && row.next()) {
        if (!underway.contains(row.getString(3))) {
          rows.add(OutboxRow.of(row));
        }
      }
      return rows;
    }
  }

  /// Fails what is damaged, and lets a conversation rest that another version is to go on with.
  private boolean putAside(LaneLease lease, Page page) {
    return database.write(transaction -> {
      Optional<LaneRow> lane = LaneRow.lock(transaction, lease.lane());
      if (lane.isEmpty() || lane.get().epoch() != lease.epoch()) {
        return false;
      }
      for (OutboxRow row : page.damaged) {
        if (OutboxRow.find(transaction, row.id(), row.lane()).isPresent()) {
          row.fail(transaction, EnvelopeRow.DAMAGED, false);
          LaneRow.left(transaction, row.lane(), 1);
        }
      }
      for (OutboxRow row : page.newer) {
        row.rest(transaction, EnvelopeRow.NEWER, EnvelopeRow.LEFT_TO_NEWER);
      }
      return true;
    });
  }

  @Override
  public boolean settle(LaneLease lease, List<Settlement> settlements) {
    return database.write(transaction -> LaneSettling.settle(transaction, lease, settlements));
  }

  @Override
  public boolean isWaiting(ConversationId conversation) {
    return database.read(transaction ->
        transaction
            .jdbi()
            .createQuery(
                "SELECT 1 WHERE EXISTS (SELECT 1 FROM outbox WHERE conversation = :c)"
                    + " OR EXISTS"
                    + " (SELECT 1 FROM failed WHERE conversation = :c AND readable = 1)")
            .bind("c", conversation.value())
            .mapTo(Integer.class)
            .findOne()
            .isPresent());
  }

  @Override
  public int expire(Network network, Duration age, Reason reason, int max) {
    return desk.expire(network, age, reason, max);
  }

  @Override
  public List<FailedMessage> failed(OutboxId after, int max) {
    return failed.after(after, max);
  }

  @Override
  public void bounced(OutboxId id) {
    failed.bounced(id);
  }

  @Override
  public boolean reroute(OutboxId id, Reroute to) {
    return failed.reroute(id, to);
  }

  @Override
  public List<LaneStatus> lanes() {
    return desk.lanes();
  }

  @Override
  public List<WaitingMessage> waiting(LaneKey lane, int max) {
    return desk.waiting(lane, max);
  }

  @Override
  public int retryNow(LaneKey lane) {
    return desk.retryNow(lane);
  }

  @Override
  public boolean drop(OutboxId id, Reason reason) {
    return desk.drop(id, reason);
  }

  private record DueLane(long id, LaneKey key) {}

  private record Page(
      List<OutboundMessage> messages, List<OutboxRow> damaged, List<OutboxRow> newer) {}
}
