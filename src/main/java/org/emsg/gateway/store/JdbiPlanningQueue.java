package org.emsg.gateway.store;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.emsg.gateway.gateway.IntakeResult;
import org.emsg.gateway.gateway.IntakeStore.Arrival;
import org.emsg.gateway.gateway.IntakeStore.Committed;
import org.emsg.gateway.gateway.PlannedEnvelope;
import org.emsg.gateway.gateway.PlannedEnvelope.Delivery;
import org.emsg.gateway.gateway.PlannedEnvelope.Learned;
import org.emsg.gateway.gateway.PlanningQueue;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Bytes;
import org.emsg.gateway.model.Envelope;
import org.emsg.gateway.model.Reason;
import org.emsg.gateway.store.EnvelopeRow.Reading;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Accepted messages whose way is not known yet.
final class JdbiPlanningQueue implements PlanningQueue {
  private static final Logger LOG = LoggerFactory.getLogger(JdbiPlanningQueue.class);

  private static final String DUE =
      "SELECT p.id, p.key, p.envelope, p.size, p.trace, p.addressed, p.attempts, p.queued"
          + " FROM planning p WHERE p.due <= ? AND NOT EXISTS (SELECT 1 FROM planning q"
          + " WHERE q.sender = p.sender AND q.addressed = p.addressed AND q.id < p.id)"
          + " ORDER BY p.id LIMIT ?";
  private static final String CLAIM = "UPDATE planning SET due = ? WHERE id = ? AND due <= ?";
  private static final String DELETE = "DELETE FROM planning WHERE id = ? RETURNING envelope";
  private static final String TO_FAILED =
      "INSERT INTO failed (id, network, conversation, envelope, size, trace, sender, addressed,"
          + " recipient, native_id, next, queued, attempts, reason, at, readable)"
          + " SELECT id, ?, '', envelope, size, trace, sender, addressed, addressed, '', '',"
          + " queued, attempts, ?, ?, 0 FROM planning WHERE id = ?";
  private static final String REST = "UPDATE planning SET due = ?, reason = ? WHERE id = ?";
  private static final String AGAIN =
      "UPDATE planning SET due = ?, attempts = attempts + 1, reason = ? WHERE id = ?";
  private static final String IS_WAITING =
      "SELECT 1 FROM planning WHERE sender = ? AND addressed = ? LIMIT 1";

  private final Database database;
  private final Consumer<Learned> learned;

  /// @param learned told after a commit of what it taught about correspondents
  JdbiPlanningQueue(Database database, Consumer<Learned> learned) {
    this.database = database;
    this.learned = learned;
  }

  @Override
  public List<Waiting> claim(int max, Duration hold) {
    if (!database.read(transaction -> !due(transaction, 1).isEmpty())) {
      return List.of();
    }
    return database.write(transaction -> {
      List<Waiting> claimed = new ArrayList<>();
      long bytes = 0;
      for (Row row : due(transaction, max)) {
        bytes += row.size;
        if (bytes > JdbiOutbox.PAGE_BYTES && !claimed.isEmpty()) {
          break;
        }
        if (claim(transaction, row, hold)) {
          read(transaction, row).ifPresent(claimed::add);
        }
      }
      return claimed;
    });
  }

  private static List<Row> due(Transaction transaction, int max) throws SQLException {
    PreparedStatement due = transaction.prepare(DUE);
    due.setLong(1, transaction.now());
    due.setInt(2, max);
    try (ResultSet row = due.executeQuery()) {
      List<Row> rows = new ArrayList<>();
      while (row.next()) {
        rows.add(
            new Row(
                row.getLong(1),
                Bytes.wrap(row.getBytes(2)),
                row.getLong(3),
                row.getLong(4),
                row.getString(5),
                row.getString(6),
                row.getInt(7),
                row.getLong(8)));
      }
      return rows;
    }
  }

  private static boolean claim(Transaction transaction, Row row, Duration hold)
      throws SQLException {
    PreparedStatement claim = transaction.prepare(CLAIM);
    claim.setLong(1, transaction.now() + hold.toMillis());
    claim.setLong(2, row.id);
    claim.setLong(3, transaction.now());
    return claim.executeUpdate() == 1;
  }

  /// A row that cannot be read hides no other: a damaged one is put aside for an operator, one of
  /// another version is left to a node that knows it.
  private static Optional<Waiting> read(Transaction transaction, Row row) throws SQLException {
    return switch (EnvelopeRow.read(transaction, row.envelope, row::waiting)) {
      case Reading.Whole<Waiting>(var waiting) -> Optional.of(waiting);
      case Reading.Newer<Waiting>() -> {
        LOG.warn(
            "{} in the planning queue is for a gateway of a newer version; it is looked at again"
                + " in {}",
            row.trace,
            EnvelopeRow.LEFT_TO_NEWER);
        PreparedStatement rest = transaction.prepare(REST);
        rest.setLong(1, transaction.now() + EnvelopeRow.LEFT_TO_NEWER.toMillis());
        rest.setString(2, TraceRows.of(EnvelopeRow.NEWER));
        rest.setLong(3, row.id);
        rest.executeUpdate();
        yield Optional.empty();
      }
      case Reading.Damaged<Waiting> _ -> {
        LOG.error("{} in the planning queue cannot be read and is failed", row.trace);
        PreparedStatement move = transaction.prepare(TO_FAILED);
        move.setString(1, row.addressed.split(":", 2)[0]);
        move.setString(2, StoredText.of(EnvelopeRow.DAMAGED));
        move.setLong(3, transaction.now());
        move.setLong(4, row.id);
        move.executeUpdate();
        delete(transaction, row.id);
        TraceRows.add(transaction, row.trace, "failed", TraceRows.of(EnvelopeRow.DAMAGED));
        yield Optional.empty();
      }
    };
  }

  @Override
  public Committed settle(Waiting row, PlannedEnvelope planned) {
    try {
      return write(row, planned);
    } catch (Unstorable e) {
      return write(row, refused(planned, e.reason()));
    }
  }

  private Committed write(Waiting row, PlannedEnvelope planned) {
    List<Arrival> arrivals = new ArrayList<>();
    boolean there =
        database.write(transaction -> {
          arrivals.clear();
          OptionalLong envelope = delete(transaction, row.id());
          if (envelope.isEmpty()) {
            return false;
          }
          DeliveryRows rows = new DeliveryRows();
          rows.add(planned, planned.deliveries(), arrivals);
          rows.write(transaction);
          // After the lanes, as where lanes are settled: nobody waits crosswise.
          EnvelopeRow.release(transaction, envelope.getAsLong());
          for (Delivery delivery : planned.deliveries()) {
            TraceRows.add(
                transaction,
                planned.envelope().trace().value(),
                "planned",
                SeenRows.note(delivery));
          }
          return true;
        });
    if (there) {
      planned.learned().forEach(learned);
    }
    return new Committed(
        new IntakeResult.Accepted(planned.envelope().trace(), SeenRows.isForwarded(planned)),
        List.copyOf(arrivals));
  }

  /// The same where nobody is at home: the sender is told.
  private static PlannedEnvelope refused(PlannedEnvelope planned, Reason reason) {
    List<Delivery> deliveries = new ArrayList<>();
    for (Delivery delivery : planned.deliveries()) {
      deliveries.add(
          delivery instanceof Delivery.ToMailbox to
              ? new Delivery.Refused(to.idempotencyKey(), to.account(), reason, to.why())
              : delivery);
    }
    return new PlannedEnvelope(planned.envelope(), planned.idsUnique(), deliveries);
  }

  /// Deletes a row and says which envelope it had; empty where another node was faster.
  private static OptionalLong delete(Transaction transaction, long id) throws SQLException {
    PreparedStatement delete = transaction.prepare(DELETE);
    delete.setLong(1, id);
    try (ResultSet row = delete.executeQuery()) {
      return row.next() ? OptionalLong.of(row.getLong(1)) : OptionalLong.empty();
    }
  }

  @Override
  public void again(Waiting row, Duration delay, String why) {
    database.write(transaction -> {
      PreparedStatement again = transaction.prepare(AGAIN);
      again.setLong(1, transaction.now() + delay.toMillis());
      again.setString(2, TraceRows.fit(why));
      again.setLong(3, row.id());
      if (again.executeUpdate() == 1) {
        TraceRows.add(
            transaction,
            row.envelope().trace().value(),
            "planning",
            "again in " + delay.toSeconds() + " s: " + why);
      }
      return true;
    });
  }

  @Override
  public boolean isWaiting(Address sender, Address addressed) {
    return database.read(transaction -> {
      PreparedStatement find = transaction.prepare(IS_WAITING);
      find.setString(1, StoredText.key(sender));
      find.setString(2, StoredText.key(addressed));
      try (ResultSet row = find.executeQuery()) {
        return row.next();
      }
    });
  }

  private record Row(
      long id,
      Bytes key,
      long envelope,
      long size,
      String trace,
      String addressed,
      int attempts,
      long queued) {
    /// @throws IllegalArgumentException where a column does not hold what it should
    Waiting waiting(Envelope envelope) {
      Address address = StoredText.address(addressed);
      // The envelope knows how its sender spelled it.
      Address spelled =
          envelope.recipients().stream().filter(address::equals).findFirst().orElse(address);
      return new Waiting(id, envelope, key, spelled, attempts, Instant.ofEpochMilli(queued));
    }
  }
}
