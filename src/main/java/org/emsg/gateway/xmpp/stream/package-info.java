/// The component stream of XEP-0114: bytes to stanzas and back, the handshake, what is in flight,
/// keeping alive and reconnecting.
///
/// `xmpp` calls it. It knows stanzas and no messages: no address means anything here, nothing of
/// the gateway's model is seen but `Outcome` and `Reason`.
@NullMarked
package org.emsg.gateway.xmpp.stream;

import org.jspecify.annotations.NullMarked;
