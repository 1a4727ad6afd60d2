package org.emsg.gateway.gateway;

import java.time.Duration;

/// The limits of the intake.
///
/// @param batchEnvelopes how many envelopes one transaction takes at most; 256
/// @param batchRows how many rows one transaction writes at most; 2,000
/// @param waitingEnvelopes how many envelopes may be inside (being planned, waiting, being
///   committed) before new ones are deferred; 8,192
/// @param waitingBytes how many bytes they may have together; 64 MiB
/// @param retryAfter what a deferred sender is told; 2 s
public record IntakeSettings(
    int batchEnvelopes,
    int batchRows,
    int waitingEnvelopes,
    long waitingBytes,
    Duration retryAfter) {
  public static final IntakeSettings DEFAULT =
      new IntakeSettings(256, 2_000, 8_192, 64L << 20, Duration.ofSeconds(2));

  public IntakeSettings {
    if (batchEnvelopes < 1 || batchRows < 1 || waitingEnvelopes < 1 || waitingBytes < 1) {
      throw new IllegalArgumentException("limits of the intake are at least 1");
    }
  }
}
