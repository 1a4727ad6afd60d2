package org.emsg.gateway.xmpp.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.emsg.gateway.model.Bytes;
import org.jivesoftware.smack.packet.IQ;
import org.jivesoftware.smack.packet.Message;
import org.jivesoftware.smack.packet.Presence;
import org.jivesoftware.smack.packet.StandardExtensionElement;
import org.jivesoftware.smack.packet.Stanza;
import org.jivesoftware.smack.packet.StanzaBuilder;
import org.jivesoftware.smack.packet.StanzaError;
import org.jivesoftware.smackx.disco.packet.DiscoverInfo;
import org.jivesoftware.smackx.ping.packet.Ping;
import org.junit.jupiter.api.Test;
import org.jxmpp.jid.impl.JidCreate;

class XmppCodecTest {
  private static final StreamLimits LIMITS = new StreamLimits(10_000, 2048, 8, 16, 64);
  private static final String HEADER =
      "<?xml version='1.0'?>\n<stream:stream xmlns='jabber:component:accept' "
          + "xmlns:stream='http://etherx.jabber.org/streams' xmlns:x='urn:example:x' "
          + "from='emsg.a.test' id='3BF96D32'>";

  private static final String DAY =
      HEADER
          + "<handshake/>\n"
          + "<message from='dave@xmpp.test/Gajim' to='alice@emsg.a.test' type='chat' id='m-1'>"
          + "<body>h\u00e9 &lt;b> &#x1F600; <![CDATA[<&]]></body><thread> t1 </thread>"
          + "<x:nick x:at='1'>Dave</x:nick><request xmlns='urn:xmpp:receipts'/></message> "
          + "<presence from='dave@xmpp.test' to='alice@emsg.a.test' type='subscribe'/>"
          + "<iq from='dave@xmpp.test/Gajim' to='emsg.a.test' id='q' type='get'>"
          + "<query xmlns='http://jabber.org/protocol/disco#info' node='n'/></iq>"
          + "<iq from='xmpp.test' to='emsg.a.test' id='p' type='result'/>"
          + "</stream:stream>";

  @Test
  void readsAStreamWhereverItsBytesAreSplit() {
    byte[] day = DAY.getBytes(StandardCharsets.UTF_8);
    List<String> whole = shapes(List.of(day));
    assertThat(whole)
        .containsExactly(
            "opened 3BF96D32 emsg.a.test",
            "handshaken",
            "message chat m-1 h\u00e9 <b> \uD83D\uDE00 <& [t1]",
            "presence subscribe",
            "iq get q DiscoverInfo",
            "iq result p EmptyResultIQ",
            "closed");
    for (int cut = 0; cut <= day.length; cut++) {
      List<byte[]> parts =
          List.of(Arrays.copyOf(day, cut), Arrays.copyOfRange(day, cut, day.length));
      assertThat(shapes(parts)).as("split at " + cut).isEqualTo(whole);
    }
    List<byte[]> singles = new ArrayList<>();
    for (byte b : day) {
      singles.add(new byte[] {b});
    }
    assertThat(shapes(singles)).as("byte by byte").isEqualTo(whole);
  }

  @Test
  void keepsWhatItDoesNotKnowAsAnElement() {
    Message message = (Message) received(DAY).getFirst();
    StandardExtensionElement nick =
        (StandardExtensionElement) message.getExtensionElement("nick", "urn:example:x");
    assertThat(nick.getText()).isEqualTo("Dave");
    assertThat(message.hasExtension("request", "urn:xmpp:receipts")).isTrue();
  }

  @Test
  void readsStanzasThatNameTheirNamespaceThemselves() {
    String both =
        HEADER
            + "<message xmlns='jabber:component:accept' from='d@x' to='a@y'><body>one</body></message>"
            + "<message xmlns='jabber:client' from='d@x' to='a@y'><body>two</body></message>";
    assertThat(received(both))
        .extracting(stanza -> ((Message) stanza).getBody())
        .containsExactly("one", "two");
  }

  @Test
  void takesNoForeignElementForAStanzaOrABody() {
    assertThat(shapes(HEADER + "<m:message xmlns:m='urn:evil' from='d@x' to='a@y'/>"))
        .last()
        .isEqualTo("unreadable bad_request ");
    Message message =
        (Message)
            received(
                    HEADER
                        + "<message from='d@x' to='a@y'><e:body xmlns:e='urn:evil'>no</e:body>"
                        + "<body>yes</body><e:error xmlns:e='urn:evil'/></message>")
                .getFirst();
    assertThat(message.getBody()).isEqualTo("yes");
    assertThat(message.getError()).isNull();
  }

  @Test
  void answersForAStanzaThatItCannotRead() {
    assertThat(shapes(HEADER + "<iq from='d@x/r' to='a@y' id='7' type='get'><a/><b/></iq>"))
        .last()
        .isEqualTo("unreadable bad_request iq get 7 d@x/r a@y");
    assertThat(shapes(HEADER + "<message from='d@x' to='a@y' id='8'><p:q/></message>"))
        .as("a prefix that nobody declared")
        .last()
        .isEqualTo("unreadable bad_request message  8 d@x a@y");
    assertThat(shapes(HEADER + "<message from='d@x' to='a@y'><body>a<b/></body></message>"))
        .last()
        .isEqualTo("unreadable bad_request message   d@x a@y");
    assertThat(shapes(HEADER + "<message from='@' to='a@y'><body>a</body></message>"))
        .as("a sender that is no JID cannot be answered")
        .last()
        .isEqualTo("unreadable bad_request ");
  }

  @Test
  void skipsWhatIsBeyondALimitAndGoesOn() {
    String after = "<message from='d@x' to='a@y'><body>still here</body></message>";
    String[] tooMuch = {
      "<message from='d@x' to='a@y' id='L'><body>" + "a".repeat(20_000) + "</body></message>",
      "<message from='d@x' to='a@y' id='L'>" + "<a>".repeat(9) + "</a>".repeat(9) + "</message>",
      "<message from='d@x' to='a@y' id='L'>" + "<a/>".repeat(65) + "</message>",
      "<message from='d@x' to='a@y' id='L'><a " + attributes(17) + "/></message>",
      "<message from='d@x' to='a@y' id='L'><a b='" + "c".repeat(2048) + "'/></message>",
    };
    for (String stanza : tooMuch) {
      assertThat(shapes(HEADER + stanza + after))
          .as(stanza.substring(0, 60))
          .containsExactly(
              "opened 3BF96D32 emsg.a.test",
              "unreadable policy_violation message  L d@x a@y",
              "message normal  still here []");
    }
    assertThat(shapes(HEADER + "<message from='" + "d".repeat(3000) + "@x' to='a@y'/>" + after))
        .containsExactly(
            "opened 3BF96D32 emsg.a.test",
            "unreadable policy_violation ",
            "message normal  still here []");
  }

  @Test
  void readsErrorsItHasNoWordFor() {
    Message bounce =
        (Message)
            received(
                    HEADER
                        + "<message from='d@x' to='a@y' type='error' id='9'><body>old</body>"
                        + "<error type='sideways'><gone-fishing "
                        + "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>"
                        + "<text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>one</text>"
                        + "<text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>two</text>"
                        + "</error></message>")
                .getFirst();
    assertThat(bounce.getType()).isEqualTo(Message.Type.error);
    assertThat(bounce.getError().getCondition())
        .isEqualTo(StanzaError.Condition.undefined_condition);
    assertThat(bounce.getError().getType()).isEqualTo(StanzaError.Type.CANCEL);
    assertThat(bounce.getError().getDescriptiveText("en")).isEqualTo("one");
  }

  @Test
  void readsTheServersReasonForGivingUp() {
    assertThat(
            shapes(
                HEADER
                    + "<stream:error><conflict xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>"
                    + "<text xmlns='urn:ietf:params:xml:ns:xmpp-streams'>replaced</text>"
                    + "</stream:error></stream:stream>"))
        .endsWith("failed conflict replaced", "closed");
  }

  @Test
  void refusesAStreamThatIsNoComponentStream() {
    assertThat(shapes("<stream xmlns='jabber:component:accept'>"))
        .containsExactly("broken invalid-namespace");
    assertThat(
            shapes(
                "<stream:stream xmlns='jabber:server' "
                    + "xmlns:stream='http://etherx.jabber.org/streams'>"))
        .containsExactly("broken invalid-namespace");
    assertThat(shapes("HTTP/1.1 400 Bad Request\r\n")).containsExactly("broken bad-format");
  }

  @Test
  void writesStanzasThatItCanReadAgain() throws Exception {
    Message message =
        StanzaBuilder.buildMessage("id'1")
            .from(JidCreate.from("alice@emsg.a.test"))
            .to(JidCreate.from("dave@xmpp.test"))
            .ofType(Message.Type.chat)
            .setBody("a < b && \"c\" 'd' ]]> \u0001\uFFFF\uD800 \uD83D\uDE00")
            .setSubject("x\"><script>alert(1)</script>")
            .build();
    String xml = new XmppCodec(LIMITS).encode(message).orElseThrow().asUtf8();
    assertThat(xml).startsWith("<message ").doesNotContain("xmlns=").doesNotContain("<script>");
    Message back = (Message) received(HEADER + xml).getFirst();
    assertThat(back.getStanzaId()).isEqualTo("id'1");
    assertThat(back.getBody()).isEqualTo("a < b && \"c\" 'd' ]]> \uFFFD\uFFFD\uFFFD \uD83D\uDE00");
    assertThat(back.getSubject()).isEqualTo("x\"><script>alert(1)</script>");
  }

  @Test
  void writesNoStanzaThatIsTooLarge() throws Exception {
    Message message =
        StanzaBuilder.buildMessage("1")
            .to(JidCreate.from("dave@xmpp.test"))
            .setBody("&".repeat(3000))
            .build();
    assertThat(new XmppCodec(LIMITS).encode(message)).isEqualTo(Optional.empty());
  }

  private static String attributes(int count) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < count; i++) {
      text.append(" a").append(i).append("='1'");
    }
    return text.toString();
  }

  private static List<Stanza> received(String stream) {
    return events(List.of(stream.getBytes(StandardCharsets.UTF_8))).stream()
        .filter(StreamEvent.Received.class::isInstance)
        .map(event -> ((StreamEvent.Received) event).stanza())
        .toList();
  }

  private static List<String> shapes(String stream) {
    return shapes(List.of(stream.getBytes(StandardCharsets.UTF_8)));
  }

  private static List<String> shapes(List<byte[]> parts) {
    return events(parts).stream().map(XmppCodecTest::shape).toList();
  }

  static List<StreamEvent> events(List<byte[]> parts) {
    List<StreamEvent> events = new ArrayList<>();
    XmppCodec.Decoder decoder = new XmppCodec(LIMITS).decoder();
    for (byte[] part : parts) {
      decoder.feed(part, 0, part.length, events::add);
    }
    return events;
  }

  static String shape(StreamEvent event) {
    return switch (event) {
      case StreamEvent.Opened(String id, String from) -> "opened " + id + " " + from;
      case StreamEvent.Handshaken() -> "handshaken";
      case StreamEvent.Received(Stanza stanza) -> shape(stanza);
      case StreamEvent.Unreadable(var head, var condition, var why) ->
          "unreadable "
              + condition.name()
              + " "
              + head.map(h ->
                      String.join(
                          " ",
                          h.element(),
                          h.type(),
                          h.id().orElse(""),
                          h.from().toString(),
                          h.to().toString()))
                  .orElse("");
      case StreamEvent.Failed(String condition, String text) -> "failed " + condition + " " + text;
      case StreamEvent.Broken(String condition, String why) -> "broken " + condition;
      case StreamEvent.Closed() -> "closed";
    };
  }

  private static String shape(Stanza stanza) {
    return switch (stanza) {
      case Message message ->
          "message "
              + message.getType()
              + " "
              + Optional.ofNullable(message.getStanzaId()).orElse("")
              + " "
              + message.getBody()
              + " ["
              + Optional.ofNullable(message.getThread()).orElse("")
              + "]";
      case Presence presence -> "presence " + presence.getType();
      case DiscoverInfo info -> "iq " + info.getType() + " " + info.getStanzaId() + " DiscoverInfo";
      case Ping ping -> "iq " + ping.getType() + " " + ping.getStanzaId() + " Ping";
      case IQ iq ->
          "iq " + iq.getType() + " " + iq.getStanzaId() + " " + iq.getClass().getSimpleName();
      default -> "?";
    };
  }

  static Bytes header() {
    return Bytes.utf8(HEADER);
  }
}
