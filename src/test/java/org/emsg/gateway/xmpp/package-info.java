/// Tests of the XMPP edge: each converter alone, and the whole of it against a small server.
@NullMarked
package org.emsg.gateway.xmpp;

import org.jspecify.annotations.NullMarked;
