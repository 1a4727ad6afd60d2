package org.emsg.gateway.emsg;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Bytes;
import org.emsg.gateway.outbox.LaneKey;

/// A message on its way to another server, as the route `esmp-out` carries it.
sealed interface EsmpOutbound {
  LaneKey lane();

  /// Written, and not signed yet.
  record Unsigned(LaneKey lane, ObjectNode json, Address.Emsg signer) implements EsmpOutbound {}

  /// Ready to be sent.
  record Signed(LaneKey lane, Bytes line) implements EsmpOutbound {}
}
