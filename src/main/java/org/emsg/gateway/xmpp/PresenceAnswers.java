package org.emsg.gateway.xmpp;

import java.util.List;
import java.util.Optional;
import org.emsg.gateway.model.Reason;
import org.jivesoftware.smack.packet.Presence;
import org.jivesoftware.smack.packet.StanzaBuilder;
import org.jxmpp.jid.Jid;

/// The answers to presence (RFC 6121 §3, §4): a bridged person may be subscribed to, and is always
/// available, for a message to them is always taken. Nothing is remembered. Pure.
final class PresenceAnswers {
  private PresenceAnswers() {}

  /// Whether there is anything to answer, should the addressed user be there.
  static boolean asks(Presence presence) {
    return switch (presence.getType()) {
      case subscribe, probe, unsubscribe -> true;
      case available, unavailable, subscribed, unsubscribed, error -> false;
    };
  }

  /// @param refusal why the addressed user cannot be written to, where that is so
  static List<Presence> answer(Presence presence, Optional<Reason> refusal) {
    if (presence.getType() == Presence.Type.unsubscribe) {
      return List.of(reply(presence, Presence.Type.unsubscribed));
    }
    if (refusal.isPresent()) {
      Presence error = reply(presence, Presence.Type.error);
      error.setError(StanzaErrors.toError(refusal.get(), false));
      return List.of(error);
    }
    return switch (presence.getType()) {
      case subscribe ->
          List.of(
              reply(presence, Presence.Type.subscribed), reply(presence, Presence.Type.available));
      case probe -> List.of(reply(presence, Presence.Type.available));
      case available, unavailable, subscribed, unsubscribed, unsubscribe, error -> List.of();
    };
  }

  /// Subscriptions are between bare JIDs; a probe is answered to the very resource.
  private static Presence reply(Presence presence, Presence.Type type) {
    Jid to =
        presence.getType() == Presence.Type.probe
            ? presence.getFrom()
            : presence.getFrom().asBareJid();
    return StanzaBuilder.buildPresence(presence.getStanzaId())
        .from(presence.getTo().asBareJid())
        .to(to)
        .ofType(type)
        .build();
  }
}
