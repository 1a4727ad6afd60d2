package org.emsg.gateway.xmpp;

import org.emsg.gateway.model.TraceId;
import org.jivesoftware.smack.packet.Message;

/// A message ready for a component's stream, as the outbound route carries it. The domain it is
/// from says which stream.
public record XmppOutbound(TraceId trace, Message message) {}
