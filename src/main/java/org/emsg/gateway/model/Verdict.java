package org.emsg.gateway.model;

import java.time.Duration;
import java.util.Optional;

/// A policy's answer.
public sealed interface Verdict {
  /// Go on.
  record Allow() implements Verdict {}

  /// Not now: ask again after `retryAfter`.
  record Wait(Reason reason, Optional<Duration> retryAfter) implements Verdict {}

  /// No.
  record Refuse(Reason reason) implements Verdict {}

  static Verdict allow() {
    return new Allow();
  }

  static Verdict refuse(Reason.Kind kind, String text) {
    return new Refuse(Reason.of(kind, text));
  }
}
