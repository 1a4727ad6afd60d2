package org.emsg.gateway.emsg;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.emsg.gateway.gateway.IntakeResult;
import org.emsg.gateway.model.Reason;

/// Where sessions put the messages they get: the consumer of the route `esmp-in`.
interface Inbox {
  /// Takes the message through the route; `answer` is called once, on any thread, and must not
  /// block.
  void submit(EsmpInbound inbound, Consumer<IntakeResult> answer);

  /// The answer where the route itself failed, or is not there just now.
  static IntakeResult failed() {
    return new IntakeResult.Deferred(
        Reason.of(Reason.Kind.UNAVAILABLE, "The server cannot take it just now."),
        Optional.of(Duration.ofSeconds(10)));
  }
}
