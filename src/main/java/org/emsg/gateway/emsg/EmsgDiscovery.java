package org.emsg.gateway.emsg;

import java.util.concurrent.CompletionStage;
import org.emsg.gateway.gateway.Discovery;
import org.emsg.gateway.model.Network;

/// Whether a domain has an EMSG server, for the planner: what [EsmpLocator] finds.
final class EmsgDiscovery implements Discovery {
  private final EsmpLocator locator;

  EmsgDiscovery(EsmpLocator locator) {
    this.locator = locator;
  }

  @Override
  public Network network() {
    return Network.EMSG;
  }

  @Override
  public CompletionStage<Answer> discover(String domain) {
    return locator
        .server(domain)
        .thenApply(located ->
            switch (located) {
              case Located.At at -> new Answer.Serves(at.evidence(), at.weak(), at.ttl());
              case Located.Nowhere nowhere -> new Answer.Absent(nowhere.evidence(), nowhere.ttl());
              case Located.Unknown unknown -> new Answer.Unknown(unknown.evidence());
            });
  }
}
