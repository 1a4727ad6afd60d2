package org.emsg.gateway.xmpp.stream;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import org.emsg.gateway.model.Bytes;
import org.jivesoftware.smack.packet.EmptyResultIQ;
import org.jivesoftware.smack.packet.ErrorIQ;
import org.jivesoftware.smack.packet.IQ;
import org.jivesoftware.smack.packet.IqData;
import org.jivesoftware.smack.packet.Message;
import org.jivesoftware.smack.packet.MessageBuilder;
import org.jivesoftware.smack.packet.Presence;
import org.jivesoftware.smack.packet.PresenceBuilder;
import org.jivesoftware.smack.packet.StandardExtensionElement;
import org.jivesoftware.smack.packet.StanzaBuilder;
import org.jivesoftware.smack.packet.StanzaError;
import org.jivesoftware.smack.packet.UnparsedIQ;
import org.jivesoftware.smack.packet.XmlEnvironment;
import org.jivesoftware.smack.parsing.SmackParsingException;
import org.jivesoftware.smack.parsing.StandardExtensionElementProvider;
import org.jivesoftware.smack.xml.XmlPullParser;
import org.jivesoftware.smack.xml.XmlPullParserException;
import org.jivesoftware.smack.xml.stax.StaxXmlPullParserFactory;
import org.jivesoftware.smackx.disco.packet.DiscoverInfo;
import org.jivesoftware.smackx.disco.packet.DiscoverItems;
import org.jivesoftware.smackx.ping.packet.Ping;
import org.jspecify.annotations.Nullable;
import org.jxmpp.jid.Jid;
import org.jxmpp.jid.impl.JidCreate;
import org.jxmpp.stringprep.XmppStringprepException;

/// Reads one framed child of a component stream into Smack's stanza types.
///
/// None of Smack's two hundred extension parsers sees input from outside: whatever is not body,
/// subject, thread or error becomes a generic element, so that a wrong date in an extension that we
/// never asked for cannot cost the message. Pure, and thread-safe.
final class StanzaParser {
  static final String COMPONENT = "jabber:component:accept";
  static final String CLIENT = "jabber:client";
  static final String STREAMS = "http://etherx.jabber.org/streams";

  private static final String STREAM_ERRORS = "urn:ietf:params:xml:ns:xmpp-streams";
  private static final StaxXmlPullParserFactory PARSERS = new StaxXmlPullParserFactory();

  private StanzaParser() {}

  /// Reads a stream header.
  static StreamEvent header(Bytes tag) {
    try {
      XmlPullParser parser = parser(tag, Bytes.empty());
      forward(parser);
      if (!parser.getName().equals("stream") || !parser.getNamespace().equals(STREAMS)) {
        return new StreamEvent.Broken("invalid-namespace", "the root is no stream");
      }
      if (!COMPONENT.equals(parser.getNamespace(null))) {
        return new StreamEvent.Broken("invalid-namespace", "not a component's stream");
      }
      return new StreamEvent.Opened(
          Optional.ofNullable(parser.getAttributeValue("", "id")).orElse(""),
          Optional.ofNullable(parser.getAttributeValue("", "from")).orElse(""));
    } catch (XmlPullParserException | IOException | RuntimeException notXml) {
      return new StreamEvent.Broken("not-well-formed", "the stream header is no XML");
    }
  }

  /// Reads a whole child of the stream that `header` opened.
  static StreamEvent element(Bytes header, Bytes xml, int headLength) {
    try {
      XmlPullParser parser = parser(header, xml);
      forward(parser);
      forward(parser);
      return read(parser);
    } catch (XmlPullParserException
        | IOException
        | SmackParsingException
        | RuntimeException unreadable) {
      return unreadable(
          header,
          Bytes.copyOf(Arrays.copyOf(xml.view(), headLength)),
          StanzaError.Condition.bad_request,
          "the stanza could not be read");
    }
  }

  /// Reads what is left of a child that could not be kept, or not be read.
  static StreamEvent unreadable(
      Bytes header, Bytes head, StanzaError.Condition condition, String why) {
    return new StreamEvent.Unreadable(head(header, head), condition, why);
  }

  private static Optional<StanzaHead> head(Bytes header, Bytes head) {
    try {
      XmlPullParser parser = parser(header, head);
      forward(parser);
      forward(parser);
      String name = parser.getName();
      Jid from = jid(parser, "from");
      Jid to = jid(parser, "to");
      if (from == null || to == null || !isStanza(parser)) {
        return Optional.empty();
      }
      return Optional.of(
          new StanzaHead(
              name,
              from,
              to,
              Optional.ofNullable(parser.getAttributeValue("", "id")),
              type(parser)));
    } catch (XmlPullParserException | IOException | RuntimeException unreadable) {
      return Optional.empty();
    }
  }

  private static StreamEvent read(XmlPullParser parser)
      throws XmlPullParserException, IOException, SmackParsingException {
    String name = parser.getName();
    String namespace = parser.getNamespace();
    if (namespace.equals(STREAMS) && name.equals("error")) {
      return streamError(parser);
    }
    if (namespace.equals(COMPONENT) && name.equals("handshake")) {
      return new StreamEvent.Handshaken();
    }
    if (!isStanza(parser)) {
      return new StreamEvent.Unreadable(
          Optional.empty(), StanzaError.Condition.bad_request, "no stanza");
    }
    return new StreamEvent.Received(
        switch (name) {
          case "message" -> message(parser);
          case "presence" -> presence(parser);
          default -> iq(parser);
        });
  }

  private static boolean isStanza(XmlPullParser parser) {
    String name = parser.getName();
    return isOurs(parser.getNamespace())
        && (name.equals("message") || name.equals("presence") || name.equals("iq"));
  }

  /// Some servers forward what came from a client without renaming its namespace.
  private static boolean isOurs(String namespace) {
    return namespace.equals(COMPONENT) || namespace.equals(CLIENT);
  }

  private static Message message(XmlPullParser parser)
      throws XmlPullParserException, IOException, SmackParsingException {
    MessageBuilder message = StanzaBuilder.buildMessage(parser.getAttributeValue("", "id"));
    address(parser, message);
    message.ofType(
        switch (type(parser)) {
          case "chat" -> Message.Type.chat;
          case "error" -> Message.Type.error;
          case "groupchat" -> Message.Type.groupchat;
          case "headline" -> Message.Type.headline;
          // RFC 6121 §5.2.2: what is not known is taken for normal.
          default -> Message.Type.normal;
        });
    while (nextChild(parser)) {
      String name = isOurs(parser.getNamespace()) ? parser.getName() : "";
      String language = parser.getAttributeValue("http://www.w3.org/XML/1998/namespace", "lang");
      String lang = language == null || language.isEmpty() ? null : language;
      switch (name) {
        case "body" -> message.addExtension(new Message.Body(lang, parser.nextText()));
        case "subject" -> message.addExtension(new Message.Subject(lang, parser.nextText()));
        case "thread" -> {
          String thread = parser.nextText().strip();
          if (!thread.isEmpty() && !message.build().hasExtension("thread", CLIENT)) {
            message.setThread(thread);
          }
        }
        case "error" -> message.setError(error(parser));
        default -> message.addExtension(extension(parser));
      }
    }
    return message.build();
  }

  private static Presence presence(XmlPullParser parser)
      throws XmlPullParserException, IOException, SmackParsingException {
    PresenceBuilder presence = StanzaBuilder.buildPresence(parser.getAttributeValue("", "id"));
    address(parser, presence);
    String type = type(parser);
    presence.ofType(type.isEmpty() ? Presence.Type.available : Presence.Type.fromString(type));
    while (nextChild(parser)) {
      if (isOurs(parser.getNamespace()) && parser.getName().equals("error")) {
        presence.setError(error(parser));
      } else {
        extension(parser);
      }
    }
    return presence.build();
  }

  private static IQ iq(XmlPullParser parser)
      throws XmlPullParserException, IOException, SmackParsingException {
    IqData data = StanzaBuilder.buildIqData(parser.getAttributeValue("", "id"));
    address(parser, data);
    IQ.Type type = IQ.Type.fromString(type(parser));
    data.ofType(type);
    StandardExtensionElement child = null;
    StanzaError error = null;
    int children = 0;
    while (nextChild(parser)) {
      if (type == IQ.Type.error
          && isOurs(parser.getNamespace())
          && parser.getName().equals("error")) {
        error = error(parser);
      } else {
        child = extension(parser);
        children++;
      }
    }
    IQ iq =
        switch (type) {
          case result -> new EmptyResultIQ();
          case error -> ErrorIQ.builder(error == null ? undefined() : error, data).build();
          case get, set -> {
            if (children != 1 || child == null) {
              // RFC 6120 §8.2.3, rule 4
              throw new IOException("a request has one child");
            }
            yield request(child);
          }
        };
    iq.setStanzaId(data.getStanzaId());
    iq.setFrom(data.getFrom());
    iq.setTo(data.getTo());
    iq.setType(type);
    return iq;
  }

  private static IQ request(StandardExtensionElement child) {
    String name = child.getElementName();
    String namespace = child.getNamespace();
    return switch (namespace) {
      case DiscoverInfo.NAMESPACE -> {
        DiscoverInfo info =
            DiscoverInfo.builder("disco").setNode(child.getAttributeValue("node")).build();
        yield info;
      }
      case DiscoverItems.NAMESPACE -> {
        DiscoverItems items = new DiscoverItems();
        items.setNode(child.getAttributeValue("node"));
        yield items;
      }
      case Ping.NAMESPACE -> new Ping();
      default -> new UnparsedIQ(name, namespace, "");
    };
  }

  /// Reads an error as leniently as it is safe: a condition that we do not know, or none, is
  /// `undefined-condition`.
  private static StanzaError error(XmlPullParser parser)
      throws XmlPullParserException, IOException {
    StanzaError.Type type =
        switch (Optional.ofNullable(parser.getAttributeValue("", "type")).orElse("")) {
          case "wait" -> StanzaError.Type.WAIT;
          case "modify" -> StanzaError.Type.MODIFY;
          case "auth" -> StanzaError.Type.AUTH;
          case "continue" -> StanzaError.Type.CONTINUE;
          default -> StanzaError.Type.CANCEL;
        };
    StanzaError.Condition condition = StanzaError.Condition.undefined_condition;
    String text = null;
    while (nextChild(parser)) {
      StandardExtensionElement child = extension(parser);
      if (!child.getNamespace().equals(StanzaError.ERROR_CONDITION_AND_TEXT_NAMESPACE)) {
        continue;
      }
      if (child.getElementName().equals("text")) {
        text = text == null ? child.getText() : text;
      } else {
        condition = condition(child.getElementName());
      }
    }
    return StanzaError.from(condition, text).setType(type).build();
  }

  private static StanzaError undefined() {
    return StanzaError.getBuilder(StanzaError.Condition.undefined_condition)
        .setType(StanzaError.Type.CANCEL)
        .build();
  }

  private static StanzaError.Condition condition(String name) {
    for (StanzaError.Condition known : StanzaError.Condition.values()) {
      if (known.toString().equals(name)) {
        return known;
      }
    }
    return StanzaError.Condition.undefined_condition;
  }

  private static StreamEvent streamError(XmlPullParser parser)
      throws XmlPullParserException, IOException {
    String condition = "undefined-condition";
    String text = "";
    while (nextChild(parser)) {
      StandardExtensionElement child = extension(parser);
      if (!child.getNamespace().equals(STREAM_ERRORS)) {
        continue;
      }
      if (child.getElementName().equals("text")) {
        text = Optional.ofNullable(child.getText()).orElse("");
      } else {
        condition = child.getElementName();
      }
    }
    return new StreamEvent.Failed(condition, text);
  }

  private static StandardExtensionElement extension(XmlPullParser parser)
      throws XmlPullParserException, IOException {
    return StandardExtensionElementProvider.INSTANCE.parse(
        parser, parser.getDepth(), XmlEnvironment.EMPTY);
  }

  /// Moves to the start of the next child of a stanza or of its error, or to the end of the parent.
  private static boolean nextChild(XmlPullParser parser)
      throws XmlPullParserException, IOException {
    while (true) {
      switch (parser.next()) {
        case START_ELEMENT -> {
          return true;
        }
        case END_ELEMENT, END_DOCUMENT -> {
          return false;
        }
        default -> {
          // Text between children has no meaning (RFC 6120 §8.4).
        }
      }
    }
  }

  private static void forward(XmlPullParser parser) throws XmlPullParserException, IOException {
    while (parser.next() != XmlPullParser.Event.START_ELEMENT) {
      if (parser.getEventType() == XmlPullParser.Event.END_DOCUMENT) {
        throw new IOException("no element");
      }
    }
  }

  private static void address(XmlPullParser parser, StanzaBuilder<?> stanza)
      throws XmppStringprepException {
    stanza.to(jid(parser, "to"));
    stanza.from(jid(parser, "from"));
  }

  private static @Nullable Jid jid(XmlPullParser parser, String attribute)
      throws XmppStringprepException {
    String text = parser.getAttributeValue("", attribute);
    return text == null ? null : JidCreate.from(text);
  }

  private static String type(XmlPullParser parser) {
    String type = parser.getAttributeValue("", "type");
    return type == null ? "" : type.toLowerCase(Locale.ROOT);
  }

  /// The stream's end tag is never read: the parser pulls no further than it must.
  private static XmlPullParser parser(Bytes header, Bytes rest) throws XmlPullParserException {
    InputStream both =
        new SequenceInputStream(
            new ByteArrayInputStream(header.view()), new ByteArrayInputStream(rest.view()));
    Reader reader = new InputStreamReader(both, StandardCharsets.UTF_8);
    return PARSERS.newXmlPullParser(reader);
  }
}
