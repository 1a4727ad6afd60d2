package org.emsg.gateway.store;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.emsg.gateway.model.ConversationId;
import org.emsg.gateway.model.MessageId;
import org.emsg.gateway.model.Network;
import org.emsg.gateway.model.Outcome;
import org.emsg.gateway.outbox.LaneLease;
import org.emsg.gateway.outbox.Settlement;

/// What becomes of a lane's rows after their attempts: one transaction, under the lane's lock.
final class LaneSettling {
  private static final String AGAIN =
      "UPDATE outbox SET attempts = attempts + 1, reason = ?, next = ? WHERE id = ?";
  private static final String PAUSE_LANE =
      "UPDATE lane SET failures = failures + 1, reason = ?,"
          + " paused_until = CASE WHEN paused_until > ? THEN paused_until ELSE ? END WHERE id = ?";
  private static final String LANE_WORKS =
      "UPDATE lane SET failures = 0, reason = NULL WHERE id = ?";

  private final Transaction transaction;
  private final LaneLease lease;
  private final LaneRow lane;
  private final IdRows ids = new IdRows();
  private final List<Long> envelopes = new ArrayList<>();
  private Optional<Settlement.Again> laneFailure = Optional.empty();
  private boolean works;
  private int left;

  private LaneSettling(Transaction transaction, LaneLease lease, LaneRow lane) {
    this.transaction = transaction;
    this.lease = lease;
    this.lane = lane;
  }

  /// False, and nothing is changed, where the lease's epoch is over.
  static boolean settle(Transaction transaction, LaneLease lease, List<Settlement> settlements)
      throws SQLException {
    Optional<LaneRow> lane = LaneRow.lock(transaction, lease.lane());
    if (lane.isEmpty() || lane.get().epoch() != lease.epoch()) {
      return false;
    }
    new LaneSettling(transaction, lease, lane.get()).run(settlements);
    return true;
  }

  private void run(List<Settlement> settlements) throws SQLException {
    for (Settlement settlement : settlements) {
      Optional<OutboxRow> row = OutboxRow.find(transaction, settlement.id().value(), lane.id());
      if (row.isPresent()) {
        settle(row.get(), settlement);
      }
    }
    if (works) {
      update(LANE_WORKS);
    }
    if (laneFailure.isPresent()) {
      pauseLane(laneFailure.get());
    }
    if (left > 0) {
      LaneRow.left(transaction, lane.id(), left);
    }
    ids.write(transaction);
    envelopes.sort(Comparator.naturalOrder());
    for (long envelope : envelopes) {
      EnvelopeRow.release(transaction, envelope);
    }
  }

  private void settle(OutboxRow row, Settlement settlement) throws SQLException {
    switch (settlement) {
      case Settlement.Done done -> {
        row.delete(transaction);
        left++;
        works = true;
        envelopes.add(row.envelope());
        learn(row, done);
        TraceRows.add(
            transaction,
            row.trace(),
            "delivered",
            "to "
                + row.recipient()
                + " as "
                + done.remoteId().map(MessageId::value).orElse(row.nativeId()));
      }
      case Settlement.Failed failed -> {
        row.fail(transaction, failed.reason(), true);
        left++;
      }
      case Settlement.Again again -> again(row, again);
    }
  }

  private void again(OutboxRow row, Settlement.Again again) throws SQLException {
    PreparedStatement update = transaction.prepare(AGAIN);
    update.setString(1, StoredText.of(again.reason()));
    update.setString(2, again.certain() ? row.next() : "");
    update.setLong(3, row.id());
    update.executeUpdate();
    if (again.scope() == Outcome.Deferred.Scope.LANE) {
      if (laneFailure.isEmpty() || again.delay().compareTo(laneFailure.get().delay()) > 0) {
        laneFailure = Optional.of(again);
      }
    } else {
      LaneRow.pause(transaction, lane.id(), row.conversation(), again.delay());
    }
    TraceRows.add(
        transaction,
        row.trace(),
        "deferred",
        "for "
            + row.recipient()
            + ", again in "
            + again.delay().toSeconds()
            + " s: "
            + TraceRows.of(again.reason()));
  }

  private void pauseLane(Settlement.Again again) throws SQLException {
    long until = transaction.now() + again.delay().toMillis();
    PreparedStatement pause = transaction.prepare(PAUSE_LANE);
    pause.setString(1, StoredText.of(again.reason()));
    pause.setLong(2, until);
    pause.setLong(3, until);
    pause.setLong(4, lane.id());
    pause.executeUpdate();
  }

  /// The other side calls the message something else: what points there finds it too.
  private void learn(OutboxRow row, Settlement.Done done) throws SQLException {
    if (done.remoteId().isEmpty() || done.remoteId().get().value().equals(row.nativeId())) {
      return;
    }
    ConversationId conversation = new ConversationId(row.conversation());
    Network there = lease.lane().network();
    Network origin = row.senderAddress().network();
    Optional<MessageId> first =
        JdbiIdMap.find(
            transaction, Sums.idMap(conversation, there, new MessageId(row.nativeId()), origin));
    first.ifPresent(id -> ids.points(conversation, there, done.remoteId().get(), origin, id));
  }

  private void update(String sql) throws SQLException {
    PreparedStatement update = transaction.prepare(sql);
    update.setLong(1, lane.id());
    update.executeUpdate();
  }
}
