/// The local, authenticated interface through which an operator changes a running gateway.
///
/// HTTP on the loopback, on any free port; where it listens and the token that it asks for stand in
/// one file of mode 0600 under the data directory. `app` starts the server, the command line is its
/// client. It calls the ports of `home`, `outbox` and `gateway`, and knows no database and no wire.
@NullMarked
package org.emsg.gateway.console;

import org.jspecify.annotations.NullMarked;
