package org.emsg.gateway.gateway;

import java.util.concurrent.CompletableFuture;
import org.emsg.gateway.model.Envelope;
import org.emsg.gateway.model.Verdict;

/// Decides where an envelope goes, before any transaction.
public interface Planning {
  /// Whether the envelope is listened to at all: asked once, before it is planned.
  default Verdict admit(Envelope envelope) {
    return Verdict.allow();
  }

  /// Completes within 2 s: what cannot be decided by then is planned as `ToPlanning`. Complete on
  /// return wherever no network had to be asked. May block for a cached look-up or a signature.
  /// Throws, or completes exceptionally, where the database or a signer fails: nothing is decided
  /// then, and the sender has to come again.
  CompletableFuture<PlannedEnvelope> plan(Envelope envelope);

  /// What was planned for this envelope stands in the database now, or never will.
  default void settled(PlannedEnvelope planned) {}
}
