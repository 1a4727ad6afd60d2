package org.emsg.gateway.interop;

import java.util.List;

class EjabberdPeerIT extends XmppServerContract {

  @Override
  XmppServerPeer startServer(String host, List<String> users, List<String> components) {
    return new EjabberdPeer(host, users, components);
  }
}
