/// Everything between a name and a socket: DNS, the guard on outbound connections, TLS.
///
/// The edges call it to find servers and to secure connections; `app` makes the one instance of
/// each part. It knows no protocol that runs over its sockets, and no address of a person.
@NullMarked
package org.emsg.gateway.net;

import org.jspecify.annotations.NullMarked;
