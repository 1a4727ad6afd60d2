package org.emsg.gateway.interop;

import java.util.List;

class ProsodyStoryIT extends XmppStory {
  @Override
  XmppServerPeer startServer(String host, List<String> users, List<String> components) {
    return new ProsodyPeer(host, users, components);
  }
}
