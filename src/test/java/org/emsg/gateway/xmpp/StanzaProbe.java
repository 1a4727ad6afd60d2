package org.emsg.gateway.xmpp;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.emsg.gateway.address.Addressing;
import org.emsg.gateway.address.MappedAddressing;
import org.emsg.gateway.fixtures.FakeIdMap;
import org.emsg.gateway.fixtures.RememberedAliases;
import org.emsg.gateway.fixtures.World;
import org.emsg.gateway.model.Envelope;
import org.emsg.gateway.model.Event;
import org.emsg.gateway.model.Network;
import org.emsg.gateway.model.Reason;
import org.emsg.gateway.xmpp.stream.StreamEvent;
import org.emsg.gateway.xmpp.stream.StreamLimits;
import org.emsg.gateway.xmpp.stream.XmppCodec;
import org.jivesoftware.smack.packet.IQ;
import org.jivesoftware.smack.packet.Message;
import org.jivesoftware.smack.packet.Presence;
import org.jivesoftware.smack.packet.Stanza;

/// Sends bytes the whole way that a stranger's stanza goes, from the socket to the envelope and to
/// whatever is answered, and throws where a promise is broken.
public final class StanzaProbe {
  private static final StreamLimits LIMITS = StreamLimits.ofStanzaBytes(10_000);
  private static final XmppCodec CODEC = new XmppCodec(LIMITS);
  private static final Addressing ADDRESSING =
      MappedAddressing.of(World.MAPPING, new RememberedAliases());
  private static final XmppVerifier VERIFIER = new XmppVerifier(ADDRESSING);
  private static final XmppTranslator TRANSLATOR =
      new XmppTranslator(new FakeIdMap(), () -> "made");
  private static final ServiceAnswers SERVICES = new ServiceAnswers("1.0");

  private StanzaProbe() {}

  public static void probe(byte[] input) {
    List<StreamEvent> whole = events(input, Math.max(1, input.length));
    require(
        shapes(whole).equals(shapes(events(input, 1))),
        "the same bytes are read otherwise when they come one by one");
    require(
        shapes(whole).equals(shapes(events(input, 7))),
        "the same bytes are read otherwise when they come in sevens");
    for (StreamEvent event : whole) {
      if (event instanceof StreamEvent.Received(Stanza stanza)) {
        probe(stanza);
      }
    }
  }

  private static void probe(Stanza stanza) {
    if (stanza.getFrom() == null || stanza.getTo() == null) {
      return;
    }
    VERIFIER.isOurs(stanza.getFrom());
    switch (stanza) {
      case Message message -> probe(message);
      case Presence presence -> {
        if (PresenceAnswers.asks(presence)) {
          Reason no = Reason.of(Reason.Kind.NO_SUCH_USER, "no");
          PresenceAnswers.answer(presence, Optional.empty()).forEach(StanzaProbe::write);
          PresenceAnswers.answer(presence, Optional.of(no)).forEach(StanzaProbe::write);
        }
      }
      case IQ iq when iq.isRequestIQ() && iq.getStanzaId() != null ->
          write(SERVICES.answer(iq, Network.EMSG));
      default -> {
        // An answer: the stream's business.
      }
    }
  }

  private static void probe(Message message) {
    if (message.getError() != null) {
      StanzaErrors.toOutcome(message.getError());
    }
    if (!XmppTranslator.says(message)) {
      return;
    }
    XmppInbound inbound = new XmppInbound("emsg.a.test", message, Wire.TRACE, World.NOON);
    if (VERIFIER.verify(inbound) instanceof XmppVerifier.Result.Passed(var verified)
        && TRANSLATOR.toModel(verified) instanceof XmppTranslator.Reading.Of(Envelope envelope)) {
      envelope.displayName().ifPresent(StanzaProbe::requireOneLine);
      if (envelope.event() instanceof Event.Posted posted) {
        posted.body().subject().ifPresent(StanzaProbe::requireOneLine);
        require(
            posted.body().text().chars().allMatch(c -> c >= ' ' || c == '\n' || c == '\t'),
            "a control character in a text");
        require(
            StanzaRef.parse(envelope.id()).isPresent(), "an id that nobody could be answered by");
      }
    }
  }

  private static void write(Stanza answer) {
    CODEC
        .encode(answer)
        .ifPresent(bytes -> {
          List<StreamEvent> back = Wire.events(bytes.asUtf8());
          require(
              back.size() == 1 && back.getFirst() instanceof StreamEvent.Received,
              "an answer that we could not read ourselves: " + bytes.asUtf8());
        });
  }

  private static List<StreamEvent> events(byte[] input, int piece) {
    List<StreamEvent> events = new ArrayList<>();
    Consumer<StreamEvent> all = events::add;
    XmppCodec.Decoder decoder = CODEC.decoder();
    for (int i = 0; i < input.length; i += piece) {
      byte[] part = Arrays.copyOfRange(input, i, Math.min(input.length, i + piece));
      decoder.feed(part, 0, part.length, all);
    }
    return events;
  }

  private static List<String> shapes(List<StreamEvent> events) {
    return events.stream().map(StanzaProbe::shape).toList();
  }

  private static String shape(StreamEvent event) {
    return event instanceof StreamEvent.Received(Stanza stanza)
        ? stanza.getClass().getSimpleName()
            + '|'
            + stanza.getStanzaId()
            + '|'
            + stanza.getFrom()
            + '|'
            + stanza.getTo()
            + '|'
            + (stanza instanceof Message message ? message.getBody() : "")
        : event.toString();
  }

  private static void requireOneLine(String text) {
    require(text.chars().noneMatch(Character::isISOControl), "a control character in one line");
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new IllegalStateException(otherwise);
    }
  }
}
