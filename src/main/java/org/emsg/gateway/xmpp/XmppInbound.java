package org.emsg.gateway.xmpp;

import java.time.Instant;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Provenance;
import org.emsg.gateway.model.TraceId;
import org.jivesoftware.smack.packet.Message;

/// A message that came over a component's stream, as the inbound route carries it.
///
/// @param component the domain whose stream it came over
public record XmppInbound(String component, Message message, TraceId trace, Instant received) {
  /// Whether it tells what became of a message of ours: an error, or a receipt. Nobody wrote it, so
  /// nobody is told where it cannot be taken, and nobody sends it again.
  boolean isReport() {
    return message.getType() == Message.Type.error
        || (message.getBody() == null && Extensions.has(message, "received", Extensions.RECEIPTS));
  }

  /// Nothing of what somebody wrote.
  @Override
  public String toString() {
    return trace + " (" + component + ')';
  }

  /// The same with its parties known to be who they say they are.
  public record Verified(
      XmppInbound inbound, Address.Xmpp sender, Address addressed, Provenance provenance) {}

  /// It has nothing for anybody behind the gateway; it gets no answer.
  public record Ignored(String why) {}
}
