package org.emsg.gateway.xmpp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.emsg.gateway.fixtures.World.ALICE;
import static org.emsg.gateway.fixtures.World.DAVE;
import static org.emsg.gateway.fixtures.World.NOON;

import java.net.URI;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.emsg.gateway.fixtures.FakeIdMap;
import org.emsg.gateway.gateway.IdMap;
import org.emsg.gateway.model.Attachment;
import org.emsg.gateway.model.ConversationId;
import org.emsg.gateway.model.Envelope;
import org.emsg.gateway.model.Event;
import org.emsg.gateway.model.MessageId;
import org.emsg.gateway.model.Network;
import org.emsg.gateway.model.Reason;
import org.jivesoftware.smack.packet.Message;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class XmppTranslatorTest {
  private final FakeIdMap ids = new FakeIdMap();
  private final AtomicInteger counter = new AtomicInteger();
  private final XmppTranslator translator =
      new XmppTranslator(ids, () -> "made-" + counter.incrementAndGet());

  @Test
  void givesTheMessageTheIdOfItsDevice() {
    assertThat(envelope("id='7' type='chat'", "<body>a</body>").id().value())
        .isEqualTo("n/Gajim/7");
    assertThat(
            envelope("id='7'", "<body>a</body><request xmlns='urn:xmpp:receipts'/>").id().value())
        .isEqualTo("r/Gajim/7");
    assertThat(
            envelope("", "<body>a</body><origin-id xmlns='urn:xmpp:sid:0' id='o'/>").id().value())
        .isEqualTo("n/Gajim/o");
  }

  @Test
  void takesTwoMessagesWithoutAnIdForTwoMessages() {
    Envelope one = envelope("", "<body>same</body>");
    Envelope other = envelope("", "<body>same</body>");
    assertThat(one.id()).isNotEqualTo(other.id());
  }

  @Test
  void tellsADuplicateFromANewMessageOfTheSameId() {
    Envelope first = envelope("id='1'", "<body>yes</body>");
    Envelope again =
        envelope(
            "id='1'",
            "<body>yes</body><delay xmlns='urn:xmpp:delay' stamp='2026-11-22T11:00:00Z'/>");
    Envelope other = envelope("id='1'", "<body>no</body>");
    assertThat(again.digest()).isEqualTo(first.digest());
    assertThat(other.digest()).isNotEqualTo(first.digest());
  }

  @Test
  void readsSubjectThreadNickAndReply() {
    Envelope envelope =
        envelope(
            "id='1' type='normal'",
            "<subject>a\nb</subject><body>text\r\nmore</body><thread>th</thread>"
                + "<nick xmlns='http://jabber.org/protocol/nick'> Dave\n\u202eX </nick>"
                + "<reply xmlns='urn:xmpp:reply:0' id='x-1' to='alice@emsg.a.test'/>");
    Event.Posted posted = (Event.Posted) envelope.event();
    assertThat(posted.body().subject()).contains("a b");
    assertThat(posted.body().text()).isEqualTo("text\nmore");
    assertThat(posted.thread()).contains(new MessageId("th"));
    assertThat(posted.replyTo()).contains(new MessageId("x-1"));
    assertThat(envelope.displayName()).contains("Dave X");
  }

  @Test
  void cutsTheQuotationThatAReplyRepeatsForOlderClients() {
    Event.Posted posted =
        posted(
            "<body>&gt; \uD83D\uDE00 hi\nyes</body><reply xmlns='urn:xmpp:reply:0' id='x'/>"
                + "<fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:reply:0'>"
                + "<body start='0' end='7'/></fallback>");
    assertThat(posted.body().text()).isEqualTo("yes");
    assertThat(posted.body().trimmed()).contains("> \uD83D\uDE00 hi");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<body start='0' end='99'/>",
        "<body start='-1' end='2'/>",
        "<body start='3' end='1'/>",
        "<body start='0' end='99999999999999999999'/>",
        "<body/>",
        "<body start='x' end='y'/>"
      })
  void cutsNothingWhereTheQuotationIsSaidToBeWhereItCannotBe(String range) {
    Event.Posted posted =
        posted(
            "<body>whole</body><reply xmlns='urn:xmpp:reply:0' id='x'/>"
                + "<fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:reply:0'>"
                + range
                + "</fallback>");
    assertThat(posted.body().text()).isEqualTo("whole");
  }

  @Test
  void takesAFileThatIsALinkForAnAttachment() {
    Event.Posted posted =
        posted(
            "<body>https://up.test/a/p%20x.jpg</body><x xmlns='jabber:x:oob'>"
                + "<url>https://up.test/a/p%20x.jpg</url></x>");
    assertThat(posted.body().text()).isEmpty();
    assertThat(posted.attachments())
        .containsExactly(
            new Attachment(
                "p x.jpg",
                "image/jpeg",
                0,
                new Attachment.Content.Linked(URI.create("https://up.test/a/p%20x.jpg"))));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "javascript:alert(1)",
        "file:///etc/passwd",
        "https:///nohost",
        "not a link",
        "aesgcm://up.test/x#00"
      })
  void leavesALinkThatWeWouldNotHandOnInTheText(String url) {
    Event.Posted posted =
        posted("<body>see</body><x xmlns='jabber:x:oob'><url>" + url + "</url></x>");
    assertThat(posted.attachments()).isEmpty();
    assertThat(posted.body().text()).isEqualTo("see\n" + url);
  }

  @Test
  void believesADelayThatCanBeTrue() {
    String delay = "<body>a</body><delay xmlns='urn:xmpp:delay' stamp='%s'/>";
    assertThat(envelope("", delay.formatted("2026-11-22T11:30:00.5+01:00")).sent())
        .isEqualTo("2026-11-22T10:30:00.500Z");
    for (String stamp : new String[] {"2099-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "x", ""}) {
      assertThat(envelope("", delay.formatted(stamp)).sent()).as(stamp).isEqualTo(NOON);
    }
    assertThat(envelope("", "<body>a</body><delay xmlns='urn:xmpp:delay'/>").sent())
        .isEqualTo(NOON);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<encrypted xmlns='eu.siacs.conversations.axolotl'/>",
        "<encrypted xmlns='urn:xmpp:omemo:2'/>",
        "<openpgp xmlns='urn:xmpp:openpgp:0'/>",
        "<x xmlns='jabber:x:encrypted'/>",
        "<encryption xmlns='urn:xmpp:eme:0' namespace='whatever'/>"
      })
  void refusesWhatIsEncrypted(String element) {
    assertThat(translator.toModel(Wire.fromDave("", "<body>fallback</body>" + element)))
        .isInstanceOfSatisfying(
            XmppTranslator.Reading.Refused.class,
            refused ->
                assertThat(refused.reason().kind()).isEqualTo(Reason.Kind.UNSUPPORTED_CONTENT));
  }

  @Test
  void refusesAnIdThatIsTooLongToBeAnswered() {
    String id = "id='" + "i".repeat(1100) + "'";
    assertThat(translator.toModel(Wire.fromDave(id, "<body>a</body>")))
        .isInstanceOf(XmppTranslator.Reading.Refused.class);
    assertThat(translator.toModel(Wire.fromDave("id='a&#10;b'", "<body>a</body>")))
        .isInstanceOf(XmppTranslator.Reading.Refused.class);
  }

  @Test
  void dropsAThreadOrAReplyThatIsNoIdAndKeepsTheMessage() {
    Event.Posted posted =
        posted(
            "<body>a</body><thread>"
                + "t".repeat(2000)
                + "</thread><reply xmlns='urn:xmpp:reply:0' id='a&#9;b'/>");
    assertThat(posted.thread()).isEmpty();
    assertThat(posted.replyTo()).isEmpty();
    assertThat(posted.body().text()).isEqualTo("a");
  }

  @Test
  void believesAReceiptOfTheOneWhoWasWrittenTo() {
    String receipt = "<received xmlns='urn:xmpp:receipts' id='x-1'/>";
    assertThat(translator.toModel(Wire.fromDave("", receipt)))
        .isInstanceOf(XmppTranslator.Reading.Nothing.class);
    ids.sent(
        Network.XMPP,
        "x-1",
        new IdMap.Sent(Wire.TRACE, ConversationId.of(ALICE, DAVE), ALICE, DAVE, true));
    assertThat(envelope("", receipt).event())
        .isEqualTo(new Event.Receipted(new MessageId("x-1"), Event.Receipted.Kind.DELIVERED));
  }

  @Test
  void knowsWhatSaysNothing() {
    assertThat(says("type='chat'", "<active xmlns='http://jabber.org/protocol/chatstates'/>"))
        .isFalse();
    assertThat(says("type='headline'", "<body>x</body>")).isFalse();
    assertThat(says("type='error'", "<error type='cancel'/>")).isFalse();
    assertThat(says("type='error' id='1'", "<error type='cancel'/>")).isTrue();
    assertThat(says("type='groupchat'", "<body>x</body>")).isTrue();
    assertThat(says("", "<encrypted xmlns='urn:xmpp:omemo:2'/>")).isTrue();
  }

  @Test
  void readsTheBodyInTheStanzasOwnLanguage() {
    Message message =
        (Message)
            Wire.stanza(
                "<message from='d@x' to='a@y' xml:lang='de'><body xml:lang='en'>one</body>"
                    + "<body xml:lang='de'>eins</body></message>");
    assertThat(InboundText.of(message).body().text()).isIn("one", "eins");
    Message plain =
        (Message)
            Wire.stanza(
                "<message from='d@x' to='a@y'><body xml:lang='en'>one</body><body>own</body>"
                    + "<body>second</body></message>");
    assertThat(InboundText.of(plain).body().text()).isEqualTo("own");
  }

  @Test
  void carriesARefThereAndBack() {
    for (String resource : new String[] {"", "Gajim", "a/b%2F", "%", "ünï/"}) {
      for (String id : new String[] {"1", "a/b", "n//x", "%2F"}) {
        StanzaRef ref =
            new StanzaRef(Optional.of(resource).filter(r -> !r.isEmpty()), Optional.of(id), true);
        MessageId text = ref.toMessageId("unused").orElseThrow();
        assertThat(StanzaRef.parse(text)).as(text.value()).contains(ref);
      }
    }
    StanzaRef unnamed = new StanzaRef(Optional.of("r"), Optional.empty(), true);
    assertThat(StanzaRef.parse(unnamed.toMessageId("x").orElseThrow()))
        .contains(new StanzaRef(Optional.of("r"), Optional.empty(), false));
    assertThat(StanzaRef.parse(new MessageId("0f8fad5b-d9cb-869f-a165-70867728950e"))).isEmpty();
    assertThat(StanzaRef.parse(new MessageId("x"))).isEmpty();
    assertThat(StanzaRef.parse(new MessageId("n/"))).isEmpty();
  }

  private static boolean says(String attributes, String inside) {
    return XmppTranslator.says(Wire.fromDave(attributes, inside).inbound().message());
  }

  private Envelope envelope(String attributes, String inside) {
    return switch (translator.toModel(Wire.fromDave(attributes, inside))) {
      case XmppTranslator.Reading.Of(Envelope envelope) -> envelope;
      case XmppTranslator.Reading.Refused refused -> throw new AssertionError(refused);
      case XmppTranslator.Reading.Nothing nothing -> throw new AssertionError(nothing);
    };
  }

  private Event.Posted posted(String inside) {
    return (Event.Posted) envelope("id='1'", inside).event();
  }
}
