/// The XMPP edge: the gateway as external components (XEP-0114) of XMPP servers, one for each face
/// that is shown in XMPP.
///
/// `app` makes an [XmppEdge] and gives it its ports; routes name its steps. It knows EMSG and mail
/// by what `model` says of them, and nothing of how messages are stored.
@NullMarked
package org.emsg.gateway.xmpp;

import org.jspecify.annotations.NullMarked;
