package org.emsg.gateway.outbox;

import java.time.Duration;

/// The right of one node to drain one lane.
///
/// Time is the database's; `epoch` grows with each new holder, and whatever a holder of an older
/// epoch settles is refused.
///
/// @param remaining how long the lease still ran when it was given, to be counted from before the
///   request on a monotonic clock: before each send the holder checks what is left
/// @param failures how often in a row the lane was deferred when the lease was given
public record LaneLease(LaneKey lane, String node, long epoch, Duration remaining, int failures) {}
