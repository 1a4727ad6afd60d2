package org.emsg.gateway.xmpp.stream;

import java.util.Optional;
import org.jivesoftware.smack.packet.Stanza;
import org.jivesoftware.smack.packet.StanzaError;

/// What came over a component stream, understood.
public sealed interface StreamEvent {
  /// The server's stream header (XEP-0114 §3): its stream id is half of the handshake.
  record Opened(String id, String from) implements StreamEvent {}

  /// The server took our handshake.
  record Handshaken() implements StreamEvent {}

  /// A stanza. Its extensions are Smack's own for body, subject and thread, and
  /// `StandardExtensionElement` for all else.
  record Received(Stanza stanza) implements StreamEvent {}

  /// A child of the stream that is no stanza we could read, or one beyond a limit.
  ///
  /// @param condition what its sender is told, where `head` says whom to tell
  record Unreadable(Optional<StanzaHead> head, StanzaError.Condition condition, String why)
      implements StreamEvent {}

  /// The server gave the stream up (RFC 6120 §4.9).
  record Failed(String condition, String text) implements StreamEvent {}

  /// What the server sends is no XMPP stream: we give it up.
  record Broken(String condition, String why) implements StreamEvent {}

  /// The server closed the stream.
  record Closed() implements StreamEvent {}
}
