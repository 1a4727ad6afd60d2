package org.emsg.gateway.interop;

import java.util.List;

class EjabberdStoryIT extends XmppStory {
  @Override
  XmppServerPeer startServer(String host, List<String> users, List<String> components) {
    return new EjabberdPeer(host, users, components);
  }
}
