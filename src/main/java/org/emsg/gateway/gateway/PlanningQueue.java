package org.emsg.gateway.gateway;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Bytes;
import org.emsg.gateway.model.Envelope;

/// Accepted messages to recipients whose network could not be found out in time
/// (`PlannedEnvelope.Delivery.ToPlanning`). Calls block on the database.
public interface PlanningQueue {
  /// Rows that are due, oldest first, each the oldest of its sender and recipient; they are not due
  /// again for `hold`, so that other nodes leave them alone meanwhile.
  List<Waiting> claim(int max, Duration hold);

  /// Writes what was planned, as the intake's transaction would have, in the row's stead; empty
  /// arrivals where the row was gone.
  IntakeStore.Committed settle(Waiting row, PlannedEnvelope planned);

  /// Due again after `delay`, with one more attempt counted.
  void again(Waiting row, Duration delay, String why);

  /// Whether something from `sender` to `addressed` waits here: what comes later must not overtake.
  boolean isWaiting(Address sender, Address addressed);

  /// One message to one recipient.
  ///
  /// @param attempts how often it was planned in vain
  record Waiting(
      long id,
      Envelope envelope,
      Bytes idempotencyKey,
      Address addressed,
      int attempts,
      Instant queued) {}
}
