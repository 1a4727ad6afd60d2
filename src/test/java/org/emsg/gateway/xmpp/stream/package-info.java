/// Tests of the component stream: its codec against good and hostile bytes, its life against a
/// small server.
@NullMarked
package org.emsg.gateway.xmpp.stream;

import org.jspecify.annotations.NullMarked;
