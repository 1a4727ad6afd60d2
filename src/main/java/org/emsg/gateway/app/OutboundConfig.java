package org.emsg.gateway.app;

import java.util.List;
import java.util.Set;
import org.emsg.gateway.net.Cidr;

/// Which local addresses connections to other servers may go to; none unless set. Peers that
/// settings name (an XMPP server's component port, a mail relay) need no entry.
///
/// @param allow blocks: `10.1.0.0/16`
/// @param allowHosts host names, whatever they resolve to
public record OutboundConfig(List<Cidr> allow, Set<String> allowHosts) {
  public OutboundConfig {
    allow = List.copyOf(allow);
    allowHosts = Set.copyOf(allowHosts);
  }
}
