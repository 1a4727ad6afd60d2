package org.emsg.gateway.outbox;

import org.emsg.gateway.model.Network;

/// One queue of messages: from a domain of ours, over a network, to a server.
///
/// @param ours the domain that we speak as there: a home domain or a face
/// @param remote the domain at the other end
public record LaneKey(String ours, Network network, String remote) {
  @Override
  public String toString() {
    return network.label() + ' ' + ours + " → " + remote;
  }
}
