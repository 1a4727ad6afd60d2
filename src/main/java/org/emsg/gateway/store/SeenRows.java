package org.emsg.gateway.store;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.emsg.gateway.gateway.PlannedEnvelope;
import org.emsg.gateway.gateway.PlannedEnvelope.Delivery;
import org.emsg.gateway.model.TraceId;
import org.jspecify.annotations.Nullable;

/// Tells which deliveries of a batch were accepted before, and remembers those that were not.
///
/// Each delivery has a row under its key. All are inserted in the order of their keys, so that two
/// nodes that commit the same messages wait for one another instead of locking crosswise; whatever
/// was not inserted was there before, or stands earlier in the same batch. From a network whose ids
/// are not unique the digest is a part of the key, so that other content is another message.
final class SeenRows {
  private static final String INSERT =
      "INSERT INTO seen (key, digest, trace, at, forwarded, note) VALUES (?, ?, ?, ?, ?, ?)"
          + " ON CONFLICT (key) DO NOTHING";
  private static final String FIND = "SELECT digest, trace, forwarded FROM seen WHERE key = ?";
  private static final String FORGET = "DELETE FROM seen WHERE key = ?";

  private final List<PlannedEnvelope> batch;
  private final Slot[][] byEnvelope;
  private final Slot[] byKey;

  private SeenRows(List<PlannedEnvelope> batch, Slot[][] byEnvelope, Slot[] byKey) {
    this.batch = batch;
    this.byEnvelope = byEnvelope;
    this.byKey = byKey;
  }

  /// What was found out about one envelope.
  sealed interface Sighting {
    /// New, as far as `deliveries` go; those seen before are left out.
    record Fresh(List<Delivery> deliveries) implements Sighting {}

    record Again(TraceId first, boolean forwarded) implements Sighting {}

    /// Other content under the same id.
    record Conflict() implements Sighting {}
  }

  /// An envelope of the batch was refused while another one has deliveries under the same keys:
  /// they have to be looked at one after the other.
  static final class Entangled extends RuntimeException {
    Entangled() {
      super("two envelopes of a batch share a key", null, false, false);
    }
  }

  /// Inserts the rows of a batch and says, for each envelope in order, what it is.
  static List<Sighting> record(Transaction transaction, List<PlannedEnvelope> batch)
      throws SQLException {
    SeenRows rows = of(batch);
    rows.insert(transaction);
    return rows.sightings(transaction);
  }

  static boolean isForwarded(PlannedEnvelope planned) {
    for (Delivery delivery : planned.deliveries()) {
      if (delivery instanceof Delivery.ToLane || delivery instanceof Delivery.ToPlanning) {
        return true;
      }
    }
    return false;
  }

  private static SeenRows of(List<PlannedEnvelope> batch) {
    Slot[][] byEnvelope = new Slot[batch.size()][];
    List<Slot> all = new ArrayList<>(batch.size());
    for (int i = 0; i < byEnvelope.length; i++) {
      PlannedEnvelope planned = batch.get(i);
      Slot[] slots = new Slot[planned.deliveries().size()];
      byte[] digest = Sums.cut(planned.envelope().digest());
      for (int j = 0; j < slots.length; j++) {
        Delivery delivery = planned.deliveries().get(j);
        byte[] key =
            planned.idsUnique()
                ? Sums.cut(delivery.idempotencyKey())
                : Sums.of(delivery.idempotencyKey(), planned.envelope().digest());
        slots[j] = new Slot(key, digest, planned, delivery);
        all.add(slots[j]);
      }
      byEnvelope[i] = slots;
    }
    Slot[] byKey = all.toArray(Slot[]::new);
    // Stable: of two slots with one key the earlier envelope's comes first.
    Arrays.sort(byKey, (a, b) -> Arrays.compareUnsigned(a.key, b.key));
    return new SeenRows(batch, byEnvelope, byKey);
  }

  private void insert(Transaction transaction) throws SQLException {
    if (byKey.length == 0) {
      return;
    }
    PreparedStatement insert = transaction.prepare(INSERT);
    long now = transaction.now();
    for (Slot slot : byKey) {
      insert.setBytes(1, slot.key);
      insert.setBytes(2, slot.digest);
      insert.setString(3, slot.planned.envelope().trace().value());
      insert.setLong(4, now);
      insert.setLong(5, isForwarded(slot.planned) ? 1 : 0);
      insert.setString(6, note(slot.delivery));
      insert.addBatch();
    }
    int[] counts = insert.executeBatch();
    for (int i = 0; i < byKey.length; i++) {
      byKey[i].fresh = isNew(counts[i]);
    }
  }

  /// Whether a row was inserted. A driver that does not tell must not make a new message pass for a
  /// duplicate: it would be acknowledged and lost.
  static boolean isNew(int count) {
    if (count < 0 || count > 1) {
      throw new IllegalStateException("the database does not tell which rows are new: " + count);
    }
    return count == 1;
  }

  private List<Sighting> sightings(Transaction transaction) throws SQLException {
    List<Sighting> sightings = new ArrayList<>(batch.size());
    for (int i = 0; i < byEnvelope.length; i++) {
      sightings.add(sighting(transaction, batch.get(i), byEnvelope[i]));
    }
    return sightings;
  }

  private Sighting sighting(Transaction transaction, PlannedEnvelope planned, Slot[] slots)
      throws SQLException {
    int fresh = 0;
    for (Slot slot : slots) {
      fresh += slot.fresh ? 1 : 0;
    }
    if (fresh == slots.length) {
      return new Sighting.Fresh(planned.deliveries());
    }
    Sighting.@Nullable Again first = null;
    List<Delivery> deliveries = new ArrayList<>(fresh);
    for (Slot slot : slots) {
      if (slot.fresh) {
        deliveries.add(slot.delivery);
        continue;
      }
      Sighting.@Nullable Again known = find(transaction, slot);
      if (known == null) {
        forget(transaction, slots);
        return new Sighting.Conflict();
      }
      first = first == null ? known : first;
    }
    return first != null && fresh == 0 ? first : new Sighting.Fresh(deliveries);
  }

  /// The row that was there before, or null where it is of other content.
  private static Sighting.@Nullable Again find(Transaction transaction, Slot slot)
      throws SQLException {
    PreparedStatement find = transaction.prepare(FIND);
    find.setBytes(1, slot.key);
    try (ResultSet row = find.executeQuery()) {
      if (!row.next()) {
        // The purge was faster; it is as good as new, and the second attempt inserts it.
        throw new Entangled();
      }
      return Arrays.equals(row.getBytes(1), slot.digest)
          ? new Sighting.Again(new TraceId(row.getString(2)), row.getLong(3) == 1)
          : null;
    }
  }

  private void forget(Transaction transaction, Slot[] slots) throws SQLException {
    if (batch.size() > 1 && hasTwins()) {
      throw new Entangled();
    }
    PreparedStatement forget = transaction.prepare(FORGET);
    for (Slot slot : slots) {
      if (slot.fresh) {
        forget.setBytes(1, slot.key);
        forget.executeUpdate();
      }
    }
  }

  private boolean hasTwins() {
    for (int i = 1; i < byKey.length; i++) {
      if (Arrays.equals(byKey[i - 1].key, byKey[i].key)) {
        return true;
      }
    }
    return false;
  }

  /// Where a delivery goes and why, in one line for the trace.
  static String note(Delivery delivery) {
    String note =
        switch (delivery) {
          case Delivery.ToMailbox to -> "mailbox of " + to.account().text();
          case Delivery.ToLane to -> "lane " + to.lane() + " for " + to.recipient().text();
          case Delivery.ToPlanning to -> "planning queue for " + to.addressed().text();
          case Delivery.Refused refused ->
              "refused " + refused.addressed().text() + " (" + refused.reason().text() + ")";
        };
    return StoredText.oneLine(note + ": " + delivery.why());
  }

  private static final class Slot {
    private final byte[] key;
    private final byte[] digest;
    private final PlannedEnvelope planned;
    private final Delivery delivery;
    private boolean fresh;

    Slot(byte[] key, byte[] digest, PlannedEnvelope planned, Delivery delivery) {
      this.key = key;
      this.digest = digest;
      this.planned = planned;
      this.delivery = delivery;
    }
  }
}
