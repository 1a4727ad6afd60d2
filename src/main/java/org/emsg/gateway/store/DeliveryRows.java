package org.emsg.gateway.store;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.emsg.gateway.gateway.IntakeStore.Arrival;
import org.emsg.gateway.gateway.PlannedEnvelope;
import org.emsg.gateway.gateway.PlannedEnvelope.Delivery;
import org.emsg.gateway.gateway.PlannedEnvelope.Learned;
import org.emsg.gateway.model.Envelope;
import org.emsg.gateway.model.Network;

/// Everything that a transaction writes for deliveries that were not seen before. Locks are taken
/// in one order by everybody: the row that is moved (of `planning` or `failed`), accounts, lanes,
/// the counter, then rows by key, envelopes last.
final class DeliveryRows {
  private final MailboxRows mailboxes = new MailboxRows();
  private final WaitingRows waiting = new WaitingRows();
  private final IdRows ids = new IdRows();
  private final List<Learned> learned = new ArrayList<>();

  /// Takes up what is new of one envelope; its mailbox entries will be added to `arrivals`.
  void add(PlannedEnvelope planned, List<Delivery> fresh, List<Arrival> arrivals) {
    Envelope envelope = planned.envelope();
    for (Delivery delivery : fresh) {
      switch (delivery) {
        case Delivery.ToMailbox to -> {
          mailboxes.add(envelope.trace(), to, arrivals);
          ids.same(to.conversation(), envelope.origin(), envelope.id(), Network.EMSG, to.id());
        }
        case Delivery.ToLane to -> {
          Network network = to.lane().network();
          waiting.add(envelope, to);
          ids.same(to.conversation(), envelope.origin(), envelope.id(), network, to.nativeId());
          ids.sent(envelope, to.conversation(), network, to.nativeId(), to.recipient());
        }
        case Delivery.ToPlanning to -> waiting.add(envelope, to);
        case Delivery.Refused refused -> waiting.add(envelope, refused);
      }
    }
    learned.addAll(planned.learned());
  }

  void write(Transaction transaction) throws SQLException {
    mailboxes.write(transaction);
    waiting.write(transaction);
    ids.write(transaction);
    PreferenceRows.learn(transaction, learned);
  }
}
