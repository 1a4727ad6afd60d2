package org.emsg.gateway.outbox;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.ConversationId;
import org.emsg.gateway.model.Envelope;
import org.emsg.gateway.model.MessageId;
import org.emsg.gateway.model.Network;
import org.emsg.gateway.model.Reason;
import org.emsg.gateway.model.TraceId;

/// The durable queue behind the `outbox:` component. All calls block on the database and are made
/// from virtual threads; times are the database's own.
public interface Outbox {
  /// Leases for `ttl` up to `max` lanes of `network` that have something due and that nobody else
  /// holds, longest waiting first; lanes already held by `node` are not given again, and lanes of
  /// the names `elsewhere` of ours are left to other nodes.
  List<LaneLease> lease(String node, Network network, Set<String> elsewhere, int max, Duration ttl);

  /// The same for all names of ours.
  default List<LaneLease> lease(String node, Network network, int max, Duration ttl) {
    return lease(node, network, Set.of(), max, ttl);
  }

  /// Prolongs a lease; false where another node has the lane by now.
  boolean renew(LaneLease lease, Duration ttl);

  /// Gives a lane back.
  void release(LaneLease lease);

  /// Gives back what an earlier life of `node` held: called once, before `node` leases anything, so
  /// that a restart after a crash does not wait for its own leases to run out.
  void releaseAll(String node);

  /// The oldest waiting message of each conversation of the lane that is due and not in `busy`, at
  /// most `max`, oldest first; nothing while the lane itself is paused, or where the lease is lost.
  /// A row that is damaged is failed on the way and does not hide the others; one that only another
  /// version can read rests for a while.
  List<OutboundMessage> heads(LaneLease lease, int max, Set<ConversationId> busy);

  /// Settles in one transaction; false, and nothing is changed, where the lease's epoch is over. A
  /// `Done` sets the lane's failures to 0; then, however many lane deferrals are in the call, the
  /// lane counts one more and pauses for the longest of their delays. A row that is gone is passed
  /// over.
  boolean settle(LaneLease lease, List<Settlement> settlements);

  /// Whether the conversation has rows here, be they waiting, being sent or failed and not bounced.
  boolean isWaiting(ConversationId conversation);

  /// Fails at most `max` waiting rows of `network` that were accepted more than `age` ago; how many
  /// there were. For what lies behind a lane that never comes to it.
  int expire(Network network, Duration age, Reason reason, int max);

  /// Failed rows after `after` whose senders have not been told, oldest first; without those that
  /// cannot be read here.
  List<FailedMessage> failed(OutboxId after, int max);

  /// The sender of a failed row was told, or is not to be told: the row goes. Where it was the last
  /// of a home user's first contact with somebody (`gateway.Preferences.Footing.TRIED` on the row's
  /// network), their conversation runs nowhere from then on, in the same transaction.
  void bounced(OutboxId id);

  /// A failed row waits in another lane now, due at once and with no attempt counted; its place
  /// among the rows of its new conversation is by its number as ever. The id map learns the new
  /// native id, the trace gets a line, a first contact of which nothing else waits in the old
  /// conversation is tried on the new network from then on. False where no failed row has that
  /// number.
  boolean reroute(OutboxId id, Reroute to);

  /// For operators: every lane with its counts.
  List<LaneStatus> lanes();

  /// For operators: the waiting rows of a lane, oldest first.
  List<WaitingMessage> waiting(LaneKey lane, int max);

  /// Makes a lane and its conversations due at once; the number of rows concerned.
  int retryNow(LaneKey lane);

  /// Fails a row by hand, so that its sender gets a bounce that says `reason`; false where it is
  /// gone.
  boolean drop(OutboxId id, Reason reason);

  /// A failed row and why it failed.
  ///
  /// @param addressed whom the sender addressed
  /// @param attempted the message as it was sent; empty where the intake refused this recipient
  ///   while it accepted others
  record FailedMessage(
      OutboxId id,
      Envelope envelope,
      Address addressed,
      Reason reason,
      Optional<OutboundMessage> attempted) {}

  /// Where a first contact goes instead.
  record Reroute(
      LaneKey lane,
      ConversationId conversation,
      Address recipient,
      MessageId nativeId,
      List<Network> next,
      String why) {
    public Reroute {
      next = List.copyOf(next);
    }
  }

  /// A lane as an operator sees it.
  record LaneStatus(
      LaneKey lane,
      long waiting,
      long failed,
      int attempts,
      Optional<Instant> pausedUntil,
      Optional<Reason> lastReason,
      Optional<String> holder,
      Optional<Instant> oldest) {}

  /// A waiting row as an operator sees it: no body.
  record WaitingMessage(
      OutboxId id,
      TraceId trace,
      String sender,
      String recipient,
      int attempts,
      Instant queued,
      Optional<Instant> notBefore,
      Optional<Reason> lastReason) {}
}
