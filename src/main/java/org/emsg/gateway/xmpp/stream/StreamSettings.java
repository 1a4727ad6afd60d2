package org.emsg.gateway.xmpp.stream;

import java.time.Duration;

/// How one component is joined to its server.
///
/// @param domain the component's own
/// @param host where the server listens for components
/// @param secret shared with the server; never printed
/// @param pingTarget the domain that is pinged: one that the server itself answers for, or the
///   component's own, whose ping then comes back to us through the server's router
/// @param connect how long a connection and its handshake may take
/// @param answer how long a ping may go unanswered before the stream is given up
/// @param silence how long the server may say nothing before it is pinged
/// @param maxQueuedBytes what may wait to be written
public record StreamSettings(
    String domain,
    String host,
    int port,
    String secret,
    String pingTarget,
    Duration connect,
    Duration answer,
    Duration silence,
    int maxQueuedBytes,
    StreamLimits limits) {
  @Override
  public String toString() {
    return domain + " at " + host + ':' + port;
  }
}
