package org.emsg.gateway.xmpp.stream;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.emsg.gateway.model.Bytes;
import org.jivesoftware.smack.packet.Stanza;
import org.jivesoftware.smack.packet.StanzaError;
import org.jivesoftware.smack.packet.XmlEnvironment;
import org.jivesoftware.smack.util.StringUtils;

/// Bytes of a component stream ⇄ stanzas (XEP-0114, RFC 6120 §4, §8, §11). Pure: no socket, no
/// clock.
public final class XmppCodec {
  private static final XmlEnvironment INSIDE = new XmlEnvironment(StanzaParser.CLIENT);
  private static final char REPLACEMENT = '\uFFFD';

  private final StreamLimits limits;

  public XmppCodec(StreamLimits limits) {
    this.limits = limits;
  }

  /// A decoder for one stream. Not thread-safe.
  public Decoder decoder() {
    return new Decoder(limits);
  }

  /// Our stream header, from the component `domain`.
  public static Bytes header(String domain) {
    return Bytes.utf8(
        "<?xml version='1.0'?><stream:stream xmlns='"
            + StanzaParser.COMPONENT
            + "' xmlns:stream='"
            + StanzaParser.STREAMS
            + "' to='"
            + StringUtils.escapeForXmlAttributeApos(domain)
            + "'>");
  }

  /// The handshake: lower-case hex of SHA-1 over stream id and secret (XEP-0114 §3).
  public static Bytes handshake(String streamId, String secret) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-1")
              .digest((streamId + secret).getBytes(StandardCharsets.UTF_8));
      return Bytes.utf8("<handshake>" + HexFormat.of().formatHex(hash) + "</handshake>");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-1", e);
    }
  }

  /// The end of a stream, after the reason where we are the ones who give it up.
  public static Bytes end(Optional<String> condition) {
    return Bytes.utf8(
        condition
                .map(name ->
                    "<stream:error><"
                        + name
                        + " xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>")
                .orElse("")
            + "</stream:stream>");
  }

  /// A stanza as it stands inside a component stream. Characters that XML does not have are
  /// replaced by U+FFFD: whoever wrote them, the stream survives. Empty where the result is larger
  /// than a stanza may be.
  ///
  /// @throws IllegalStateException where Smack made what is no element: better one stanza lost than
  ///   everybody's stream
  public Optional<Bytes> encode(Stanza stanza) {
    // Smack leaves ]]> in text as it is, which no XML parser takes (XML 1.0 §2.4).
    String xml = legal(stanza.toXML(INSIDE).toString()).replace("]]>", "]]&gt;");
    byte[] bytes = xml.getBytes(StandardCharsets.UTF_8);
    if (bytes.length > limits.stanzaBytes()) {
      return Optional.empty();
    }
    requireOneElement(bytes);
    return Optional.of(Bytes.wrap(bytes));
  }

  private static void requireOneElement(byte[] bytes) {
    XmlFramer framer = new XmlFramer(StreamLimits.ofStanzaBytes(Math.max(bytes.length, 10_000)));
    List<Frame> frames = new ArrayList<>(2);
    byte[] root = {'<', 'r', '>'};
    framer.feed(root, 0, root.length, frames::add);
    framer.feed(bytes, 0, bytes.length, frames::add);
    if (frames.size() != 2 || !(frames.get(1) instanceof Frame.Element)) {
      throw new IllegalStateException("a stanza that would end the stream");
    }
  }

  private static String legal(String xml) {
    StringBuilder repaired = null;
    for (int i = 0; i < xml.length(); i++) {
      char c = xml.charAt(i);
      boolean pair =
          Character.isHighSurrogate(c)
              && i + 1 < xml.length()
              && Character.isLowSurrogate(xml.charAt(i + 1));
      if (pair) {
        i++;
      } else if ((c < ' ' && c != '\t' && c != '\n' && c != '\r')
          || Character.isSurrogate(c)
          || c >= '\uFFFE') {
        repaired = repaired == null ? new StringBuilder(xml) : repaired;
        repaired.setCharAt(i, REPLACEMENT);
      }
    }
    return repaired == null ? xml : repaired.toString();
  }

  /// Takes bytes in pieces of any size and gives events as soon as they are whole.
  public static final class Decoder {
    private final XmlFramer framer;
    private Bytes header = Bytes.empty();
    private boolean over;

    private Decoder(StreamLimits limits) {
      this.framer = new XmlFramer(limits);
    }

    /// After a `Broken` or a `Closed` nothing comes any more.
    public void feed(byte[] bytes, int offset, int count, Consumer<StreamEvent> events) {
      framer.feed(
          bytes,
          offset,
          count,
          frame -> {
            if (!over) {
              StreamEvent event = understand(frame);
              over = event instanceof StreamEvent.Broken || event instanceof StreamEvent.Closed;
              events.accept(event);
            }
          });
    }

    private StreamEvent understand(Frame frame) {
      return switch (frame) {
        case Frame.Header(Bytes tag) -> {
          header = tag;
          yield StanzaParser.header(tag);
        }
        case Frame.Element(Bytes xml, int headLength) ->
            StanzaParser.element(header, xml, headLength);
        case Frame.Overstepped(Bytes head, String limit) ->
            StanzaParser.unreadable(
                header,
                head,
                StanzaError.Condition.policy_violation,
                "the stanza is beyond our limit for its " + limit);
        case Frame.End() -> new StreamEvent.Closed();
        case Frame.Broken(String condition, String why) -> new StreamEvent.Broken(condition, why);
      };
    }
  }
}
