package org.emsg.gateway.store;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.emsg.gateway.model.Network;
import org.emsg.gateway.model.Reason;
import org.emsg.gateway.model.TraceId;
import org.emsg.gateway.outbox.LaneKey;
import org.emsg.gateway.outbox.Outbox.LaneStatus;
import org.emsg.gateway.outbox.Outbox.WaitingMessage;
import org.emsg.gateway.outbox.OutboxId;
import org.jspecify.annotations.Nullable;

/// What is done to lanes from outside: looked at, hurried, given up.
final class LaneDesk {
  private static final String LANES =
      "SELECT l.ours, l.network, l.remote, l.waiting,"
          + " (SELECT COUNT(*) FROM failed f WHERE f.lane = l.id) AS failed, l.failures,"
          + " l.paused_until, l.reason, CASE WHEN l.leased_until > :now THEN l.holder END AS holder,"
          + " (SELECT o.queued FROM outbox o WHERE o.id ="
          + " (SELECT MIN(h.outbox) FROM lane_head h WHERE h.lane = l.id)) AS oldest"
          + " FROM lane l WHERE l.waiting > 0 OR l.paused_until > :now"
          + " OR EXISTS (SELECT 1 FROM failed f WHERE f.lane = l.id)"
          + " ORDER BY l.network, l.remote, l.ours";
  private static final String WAITING =
      "SELECT o.id, o.trace, o.sender, o.addressed, o.attempts, o.queued, h.due, o.reason"
          + " FROM outbox o JOIN lane l ON l.id = o.lane"
          + " JOIN lane_head h ON h.lane = o.lane AND h.conversation = o.conversation"
          + " WHERE l.ours = :ours AND l.network = :network AND l.remote = :remote"
          + " ORDER BY o.id LIMIT :max";
  private static final String OLD =
      "SELECT id, lane FROM outbox WHERE network = ? AND queued < ? ORDER BY queued LIMIT ?";

  private static final Reason UNKNOWN =
      Reason.of(Reason.Kind.INTERNAL, "A reason that this version does not know.");

  private final Database database;

  LaneDesk(Database database) {
    this.database = database;
  }

  List<LaneStatus> lanes() {
    return database.read(transaction -> {
      long now = transaction.now();
      return transaction
          .jdbi()
          .createQuery(LANES)
          .bind("now", now)
          .map((row, _) -> status(row, now))
          .stream()
          .flatMap(Optional::stream)
          .toList();
    });
  }

  /// Empty for a lane of a network that only another version knows.
  private static Optional<LaneStatus> status(ResultSet row, long now) throws SQLException {
    Optional<Network> network = StoredText.known(row.getString(2));
    if (network.isEmpty()) {
      return Optional.empty();
    }
    long paused = row.getLong(7);
    long oldest = row.getLong(10);
    Optional<Instant> since =
        row.wasNull() ? Optional.empty() : Optional.of(Instant.ofEpochMilli(oldest));
    return Optional.of(
        new LaneStatus(
            new LaneKey(row.getString(1), network.get(), row.getString(3)),
            row.getLong(4),
            row.getLong(5),
            row.getInt(6),
            paused > now ? Optional.of(Instant.ofEpochMilli(paused)) : Optional.empty(),
            reason(row.getString(8)),
            Optional.ofNullable(row.getString(9)),
            since));
  }

  List<WaitingMessage> waiting(LaneKey lane, int max) {
    return database.read(transaction -> {
      long now = transaction.now();
      return transaction
          .jdbi()
          .createQuery(WAITING)
          .bind("ours", lane.ours())
          .bind("network", lane.network().label())
          .bind("remote", lane.remote())
          .bind("max", max)
          .map((row, _) -> message(row, now))
          .list();
    });
  }

  private static WaitingMessage message(ResultSet row, long now) throws SQLException {
    long due = row.getLong(7);
    return new WaitingMessage(
        new OutboxId(row.getLong(1)),
        new TraceId(row.getString(2)),
        address(row.getString(3)),
        address(row.getString(4)),
        row.getInt(5),
        Instant.ofEpochMilli(row.getLong(6)),
        due > now ? Optional.of(Instant.ofEpochMilli(due)) : Optional.empty(),
        reason(row.getString(8)));
  }

  private static String address(String text) {
    try {
      return StoredText.address(text).text();
    } catch (IllegalArgumentException _) {
      return text;
    }
  }

  private static Optional<Reason> reason(@Nullable String text) {
    try {
      return Optional.ofNullable(text).map(StoredText::reason);
    } catch (IllegalArgumentException _) {
      return Optional.of(UNKNOWN);
    }
  }

  /// Makes a lane and its conversations due now; how many rows wait in it.
  int retryNow(LaneKey lane) {
    return database.write(transaction -> {
      Optional<LaneRow> found = LaneRow.lock(transaction, lane);
      if (found.isEmpty()) {
        return 0;
      }
      long id = found.get().id();
      transaction
          .jdbi()
          .createUpdate("UPDATE lane_head SET due = :now WHERE lane = :lane AND due > :now")
          .bind("now", transaction.now())
          .bind("lane", id)
          .execute();
      return transaction
          .jdbi()
          .createQuery("UPDATE lane SET paused_until = 0 WHERE id = :lane RETURNING waiting")
          .bind("lane", id)
          .mapTo(Integer.class)
          .one();
    });
  }

  boolean drop(OutboxId id, Reason reason) {
    return database.write(transaction -> {
      Optional<Long> lane =
          transaction
              .jdbi()
              .createQuery("SELECT lane FROM outbox WHERE id = :id")
              .bind("id", id.value())
              .mapTo(Long.class)
              .findOne();
      return lane.isPresent() && fail(transaction, lane.get(), List.of(id.value()), reason) == 1;
    });
  }

  /// Lane by lane in the order of their numbers, so that two nodes that do it do not lock
  /// crosswise.
  int expire(Network network, Duration age, Reason reason, int max) {
    SortedMap<Long, List<Long>> byLane =
        database.read(transaction -> old(transaction, network, age, max));
    int count = 0;
    for (var lane : byLane.entrySet()) {
      count +=
          database.write(transaction -> fail(transaction, lane.getKey(), lane.getValue(), reason));
    }
    return count;
  }

  private static SortedMap<Long, List<Long>> old(
      Transaction transaction, Network network, Duration age, int max) throws SQLException {
    PreparedStatement find = transaction.prepare(OLD);
    find.setString(1, network.label());
    find.setLong(2, transaction.now() - age.toMillis());
    find.setInt(3, max);
    SortedMap<Long, List<Long>> byLane = new TreeMap<>();
    try (ResultSet row = find.executeQuery()) {
      while (row.next()) {
        byLane.computeIfAbsent(row.getLong(2), _ -> new ArrayList<>()).add(row.getLong(1));
      }
    }
    return byLane;
  }

  private static int fail(Transaction transaction, long lane, List<Long> ids, Reason reason)
      throws SQLException {
    LaneRow.lock(transaction, lane);
    int count = 0;
    for (long id : ids) {
      Optional<OutboxRow> row = OutboxRow.find(transaction, id, lane);
      if (row.isPresent()) {
        row.get().fail(transaction, reason, true);
        count++;
      }
    }
    if (count > 0) {
      LaneRow.left(transaction, lane, count);
    }
    return count;
  }
}
