package org.emsg.gateway.address;

import java.util.List;
import org.emsg.gateway.model.Network;

/// One valid state of the mapping file.
record Mapping(Faces faces, List<Network> discovery, RuleTable rules) {
  Mapping {
    discovery = List.copyOf(discovery);
  }
}
