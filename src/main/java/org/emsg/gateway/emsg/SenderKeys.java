package org.emsg.gateway.emsg;

import java.util.concurrent.CompletionStage;
import org.emsg.gateway.model.Address;

/// Finds the keys that somebody's domain publishes for them.
interface SenderKeys {
  /// Never completes exceptionally; at once where they are known. `#domain` asks for the domain's.
  CompletionStage<KeysFound> keysOf(Address.Emsg address);
}
