package org.emsg.gateway.xmpp.stream;

import java.util.Optional;
import org.jxmpp.jid.Jid;

/// The start tag of a stanza whose rest could not be read: enough to answer it.
///
/// @param element `message`, `presence` or `iq`
/// @param type as it stood; empty where there was none
public record StanzaHead(String element, Jid from, Jid to, Optional<String> id, String type) {}
