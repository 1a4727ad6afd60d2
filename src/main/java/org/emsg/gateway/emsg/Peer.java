package org.emsg.gateway.emsg;

import org.emsg.gateway.model.Address;

/// Who is at the other end of a session, as far as was proven.
sealed interface Peer {
  /// Nobody yet; may ask for keys, and authenticate.
  record Anonymous() implements Peer {}

  /// A device of a home user.
  record Device(Address.Emsg user, String name) implements Peer {}

  /// The server of `domain`, which proved its key.
  record Server(String domain) implements Peer {}

  /// A server that proved nothing: what it brings is judged by its signature alone.
  record Stranger() implements Peer {}
}
