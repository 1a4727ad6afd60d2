package org.emsg.gateway.xmpp.stream;

import org.emsg.gateway.model.Outcome;
import org.jivesoftware.smack.packet.Stanza;
import org.jivesoftware.smack.packet.StanzaError;

/// Who hears what comes over a component's stream. Called on the stream's reading thread, one
/// stanza at a time and in their order; it may block, and the server then waits with us.
public interface StreamListener {
  /// A stanza that is no answer to what the stream itself sent.
  void received(Stanza stanza);

  /// A stanza that could not be read.
  void unreadable(StreamEvent.Unreadable what);

  /// What an error means that came back for a message before it was confirmed.
  Outcome refused(StanzaError error);
}
