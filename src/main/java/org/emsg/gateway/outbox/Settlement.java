package org.emsg.gateway.outbox;

import java.time.Duration;
import java.util.Optional;
import org.emsg.gateway.model.MessageId;
import org.emsg.gateway.model.Outcome;
import org.emsg.gateway.model.Reason;

/// What becomes of an outbox row after an attempt.
public sealed interface Settlement {
  OutboxId id();

  /// Done: the row goes, the id map learns `remoteId` beside the native id where it differs.
  record Done(OutboxId id, Optional<MessageId> remoteId) implements Settlement {}

  /// Again, not before `delay` from now by database time; the lane or the conversation waits too.
  ///
  /// @param certain false where the other side may have it all the same: the row's `next` is
  ///   emptied, since another network could double it
  record Again(
      OutboxId id, Outcome.Deferred.Scope scope, Duration delay, Reason reason, boolean certain)
      implements Settlement {}

  /// Given up: the row leaves its lane and waits, failed, until its bounce is accepted.
  record Failed(OutboxId id, Reason reason) implements Settlement {}
}
