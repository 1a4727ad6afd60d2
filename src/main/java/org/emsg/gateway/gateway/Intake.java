package org.emsg.gateway.gateway;

import java.util.concurrent.CompletionStage;
import org.emsg.gateway.model.Envelope;

/// The one way into the gateway.
public interface Intake {
  /// Plans and commits. The stage completes after the commit, never exceptionally, and on a thread
  /// of the intake: whoever continues there must not block. Envelopes of one caller are committed
  /// in the order of the calls.
  CompletionStage<IntakeResult> accept(Envelope envelope);
}
