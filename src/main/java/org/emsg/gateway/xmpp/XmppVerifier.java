package org.emsg.gateway.xmpp;

import java.util.Optional;
import org.emsg.gateway.address.Addressing;
import org.emsg.gateway.address.Domains;
import org.emsg.gateway.address.Parsed;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Network;
import org.emsg.gateway.model.Provenance;
import org.emsg.gateway.model.Reason;
import org.jxmpp.jid.Jid;

/// Whether the sender of a stanza is who it says: the server whose component we are vouches for it,
/// by its own authentication or by the server-to-server stream that it came over (`addresses.md`,
/// "Who is who"). What no server can vouch for is a sender on one of our own faces. Thread-safe.
final class XmppVerifier {
  private final Addressing addressing;

  XmppVerifier(Addressing addressing) {
    this.addressing = addressing;
  }

  /// What came of it.
  sealed interface Result {
    record Passed(XmppInbound.Verified verified) implements Result {}

    record Refused(Reason reason) implements Result {}

    /// A stanza that nobody honest sends, or nobody sent to us: no answer.
    record Dropped(String why) implements Result {}
  }

  Result verify(XmppInbound inbound) {
    Jid from = inbound.message().getFrom();
    Jid to = inbound.message().getTo();
    if (from == null || to == null) {
      return new Result.Dropped("no sender or no recipient");
    }
    if (isOurs(from)) {
      return new Result.Dropped("a sender on a face of ours");
    }
    if (!isFor(inbound.component(), to)) {
      return new Result.Dropped("not for this component");
    }
    if (!(parse(from) instanceof Parsed.Valid(Address.Xmpp sender))) {
      return new Result.Dropped("a sender that is no JID");
    }
    return switch (parse(to)) {
      case Parsed.Invalid(String why) ->
          new Result.Refused(Reason.of(Reason.Kind.NO_SUCH_USER, why));
      case Parsed.Valid(Address addressed) ->
          new Result.Passed(
              new XmppInbound.Verified(
                  inbound, sender, addressed, Provenance.verifiedBy("xmpp-s2s")));
    };
  }

  /// Whether a JID is on the domain of that component.
  static boolean isFor(String component, Jid jid) {
    return Domains.normalize(jid.getDomain().toString()).equals(Optional.of(component));
  }

  /// Whether a JID is on a domain that only we speak for.
  boolean isOurs(Jid jid) {
    return parse(jid) instanceof Parsed.Valid(Address address)
        ? addressing.isOurs(address.domain())
        : addressing.isOurs(jid.getDomain().toString());
  }

  private Parsed parse(Jid jid) {
    return addressing.parse(Network.XMPP, jid.asBareJid().toString());
  }
}
