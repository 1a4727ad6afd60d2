package org.emsg.gateway.gateway;

import java.time.Duration;
import java.util.concurrent.CompletionStage;
import org.emsg.gateway.model.Network;

/// Whether a domain is served on one network. Each edge implements it for its own; answers are
/// cached behind it for as long as DNS allows.
public interface Discovery {
  Network network();

  /// Never completes exceptionally.
  CompletionStage<Answer> discover(String domain);

  /// What was found. `evidence` is for the trace: `SRV _xmpp-server._tcp.jabber.org → hermes…`.
  sealed interface Answer {
    String evidence();

    /// `weak` where it is a guess that other networks' answers come before (EMSG by bare A record).
    record Serves(String evidence, boolean weak, Duration ttl) implements Answer {}

    record Absent(String evidence, Duration ttl) implements Answer {}

    /// It could not be found out now.
    record Unknown(String evidence) implements Answer {}
  }
}
