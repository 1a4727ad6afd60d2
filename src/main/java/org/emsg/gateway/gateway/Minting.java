package org.emsg.gateway.gateway;

import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Envelope;
import org.emsg.gateway.model.MessageId;
import org.emsg.gateway.model.Network;

/// Gives a message its id on the network that it goes to. Each edge implements it for its own.
public interface Minting {
  Network network();

  /// Deterministic: the same envelope to the same recipient has the same id, whoever asks and
  /// however often. The envelope's own id where the network can bear it.
  MessageId mint(Envelope envelope, Address recipient);
}
