package org.emsg.gateway.xmpp;

import java.util.List;
import org.emsg.gateway.interop.ProsodyPeer;
import org.emsg.gateway.interop.XmppServerPeer;

class ProsodyEdgeIT extends RealServerContract {
  @Override
  XmppServerPeer startServer(String host, List<String> users, List<String> components) {
    return new ProsodyPeer(host, users, components);
  }
}
