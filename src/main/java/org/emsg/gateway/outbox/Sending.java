package org.emsg.gateway.outbox;

import org.emsg.gateway.model.Outcome;

/// One attempt to hand a message to the next server.
@FunctionalInterface
interface Sending {
  /// Blocks until the outcome is known. Whatever it throws counts as deferred, with the message
  /// perhaps sent.
  Outcome send(OutboundMessage message);
}
