package org.emsg.gateway.interop;

import java.util.List;
import org.testcontainers.containers.wait.strategy.Wait;

/// ejabberd 24.
public final class EjabberdPeer extends XmppServerPeer {

  /// @param components the domains of the external components
  public EjabberdPeer(String host, List<String> users, List<String> components) {
    super("ejabberd", host, users, components, Wait.forSuccessfulCommand("ready"));
  }
}
