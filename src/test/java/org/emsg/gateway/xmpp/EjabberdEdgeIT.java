package org.emsg.gateway.xmpp;

import java.util.List;
import org.emsg.gateway.interop.EjabberdPeer;
import org.emsg.gateway.interop.XmppServerPeer;

class EjabberdEdgeIT extends RealServerContract {
  @Override
  XmppServerPeer startServer(String host, List<String> users, List<String> components) {
    return new EjabberdPeer(host, users, components);
  }
}
