package org.emsg.gateway.interop;

import java.util.List;

class ProsodyPeerIT extends XmppServerContract {

  @Override
  XmppServerPeer startServer(String host, List<String> users, List<String> components) {
    return new ProsodyPeer(host, users, components);
  }
}
