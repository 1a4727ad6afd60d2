package org.emsg.gateway.gateway;

import org.emsg.gateway.model.Address;
import org.emsg.gateway.outbox.OutboundMessage;

/// An outbound message with its parties named as the other network is to see them.
///
/// @param sender who it is from, on the lane's network, on a domain that is ours. For a `Bounced`:
///   the recipient as addressed in XMPP (the stanza error comes from there), `mailer-daemon` at the
///   lane's domain in mail, the lane's domain itself (`#face`) in EMSG.
/// @param recipient the native address there
public record MappedMessage(OutboundMessage message, Address sender, Address recipient) {}
