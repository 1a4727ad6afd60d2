package org.emsg.gateway.interop;

import java.util.List;
import org.testcontainers.containers.wait.strategy.Wait;

/// Prosody 13.
public final class ProsodyPeer extends XmppServerPeer {

  /// @param components the domains of the external components
  public ProsodyPeer(String host, List<String> users, List<String> components) {
    super("prosody", host, users, components, Wait.forListeningPort());
  }
}
