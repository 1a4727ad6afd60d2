package org.emsg.gateway.xmpp;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.List;
import org.emsg.gateway.fixtures.World;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Provenance;
import org.emsg.gateway.model.TraceId;
import org.emsg.gateway.xmpp.stream.StreamEvent;
import org.emsg.gateway.xmpp.stream.StreamLimits;
import org.emsg.gateway.xmpp.stream.XmppCodec;
import org.jivesoftware.smack.packet.Message;
import org.jivesoftware.smack.packet.Stanza;

/// Stanzas as text, through the codec.
final class Wire {
  static final TraceId TRACE = new TraceId("0000000000000000000v");

  private static final StreamLimits LIMITS = StreamLimits.ofStanzaBytes(100_000);

  private Wire() {}

  static List<StreamEvent> events(String stanzas) {
    byte[] bytes =
        ("<stream:stream xmlns='jabber:component:accept' "
                + "xmlns:stream='http://etherx.jabber.org/streams' id='1'>"
                + stanzas)
            .getBytes(UTF_8);
    List<StreamEvent> events = new ArrayList<>();
    new XmppCodec(LIMITS).decoder().feed(bytes, 0, bytes.length, events::add);
    return events.subList(1, events.size());
  }

  static Stanza stanza(String xml) {
    return ((StreamEvent.Received) events(xml).getFirst()).stanza();
  }

  /// `inside` from Dave's Gajim to Alice.
  static XmppInbound.Verified fromDave(String attributes, String inside) {
    Message message =
        (Message)
            stanza(
                "<message from='dave@xmpp.test/Gajim' to='alice@emsg.a.test' "
                    + attributes
                    + ">"
                    + inside
                    + "</message>");
    return new XmppInbound.Verified(
        new XmppInbound("emsg.a.test", message, TRACE, World.NOON),
        World.DAVE,
        new Address.Xmpp("alice", "emsg.a.test"),
        Provenance.verifiedBy("xmpp-s2s"));
  }

  static String xml(Stanza stanza) {
    return new XmppCodec(LIMITS).encode(stanza).orElseThrow().asUtf8();
  }
}
