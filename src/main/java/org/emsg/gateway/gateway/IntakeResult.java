package org.emsg.gateway.gateway;

import java.time.Duration;
import java.util.Optional;
import org.emsg.gateway.model.Reason;
import org.emsg.gateway.model.TraceId;

/// What became of an envelope; answered on the wire only after the commit that it tells of.
public sealed interface IntakeResult {
  /// It is on stable storage. Recipients that were refused while others were accepted get their
  /// bounces as messages.
  ///
  /// @param forwarded whether a part of it goes to another server (ESMP `202` instead of `200`)
  record Accepted(TraceId trace, boolean forwarded) implements IntakeResult {}

  /// It was accepted before, under `first`: answered as then, delivered no second time.
  record Duplicate(TraceId first, boolean forwarded) implements IntakeResult {}

  /// Not now, and nothing of it is kept.
  record Deferred(Reason reason, Optional<Duration> retryAfter) implements IntakeResult {}

  /// No, and nothing of it is kept.
  record Refused(Reason reason) implements IntakeResult {}
}
