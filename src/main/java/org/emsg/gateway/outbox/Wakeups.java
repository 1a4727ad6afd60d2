package org.emsg.gateway.outbox;

/// Told after a commit that a lane has something new, so that it need not wait for the next poll.
/// Only a hint: polling is the truth. Returns at once; safe from any thread.
@FunctionalInterface
public interface Wakeups {
  void queued(LaneKey lane);

  /// Nobody listens.
  static Wakeups none() {
    return lane -> {};
  }
}
