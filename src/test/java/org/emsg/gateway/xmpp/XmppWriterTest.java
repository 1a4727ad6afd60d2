package org.emsg.gateway.xmpp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.emsg.gateway.fixtures.World.ALICE;
import static org.emsg.gateway.fixtures.World.DAVE;
import static org.emsg.gateway.fixtures.World.ERIN;
import static org.emsg.gateway.fixtures.World.NOON;

import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.emsg.gateway.fixtures.Envelopes;
import org.emsg.gateway.fixtures.FakeBlobs;
import org.emsg.gateway.fixtures.FakeIdMap;
import org.emsg.gateway.gateway.FileLinks;
import org.emsg.gateway.gateway.KeptFiles;
import org.emsg.gateway.gateway.MappedMessage;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Attachment;
import org.emsg.gateway.model.Body;
import org.emsg.gateway.model.Bytes;
import org.emsg.gateway.model.ConversationId;
import org.emsg.gateway.model.Envelope;
import org.emsg.gateway.model.Event;
import org.emsg.gateway.model.MessageId;
import org.emsg.gateway.model.Network;
import org.emsg.gateway.model.Outcome;
import org.emsg.gateway.model.Reason;
import org.emsg.gateway.outbox.LaneKey;
import org.emsg.gateway.outbox.OutboundMessage;
import org.emsg.gateway.outbox.OutboxId;
import org.junit.jupiter.api.Test;

class XmppWriterTest {
  private static final ConversationId CONVERSATION = ConversationId.of(ALICE, DAVE);

  private final FakeIdMap ids = new FakeIdMap();
  private final XmppWriter writer =
      new XmppWriter(ids, FileLinks.NONE, Clock.fixed(NOON.plusSeconds(10), ZoneOffset.UTC));

  @Test
  void writesAChatMessage() {
    assertThat(xml(Envelopes.from(ALICE).to(DAVE).text("hello <you>").envelope()))
        .isEqualTo(
            "<message to='dave@xmpp.test' from='alice@emsg.a.test' id='x-9' type='chat'>"
                + "<body>hello &lt;you></body>"
                + "<origin-id xmlns='urn:xmpp:sid:0' id='x-9'></origin-id>"
                + "<request xmlns='urn:xmpp:receipts'/></message>");
  }

  @Test
  void asksForNoReceiptThatNobodyCouldBeTold() {
    assertThat(xml(Envelopes.from(ERIN).to(DAVE).text("a").envelope()))
        .doesNotContain("urn:xmpp:receipts");
  }

  @Test
  void saysWhenALateMessageWasWritten() {
    Envelope late =
        Envelopes.from(ALICE).to(DAVE).received(NOON.minusSeconds(3600)).text("a").envelope();
    assertThat(xml(late))
        .contains("<delay xmlns='urn:xmpp:delay' from='emsg.a.test' stamp='2026-11-22T11:00:00Z'>");
  }

  @Test
  void pointsRepliesAndThreadsAtWhatXmppCallsThem() {
    ids.same(CONVERSATION, Network.EMSG, "e-1", Network.XMPP, "r/Gajim/m-1");
    ids.same(CONVERSATION, Network.EMSG, "e-0", Network.XMPP, "x-0");
    Event posted =
        new Event.Posted(
            Body.of("a"),
            List.of(),
            Optional.of(new MessageId("e-1")),
            Optional.of(new MessageId("e-0")));
    assertThat(xml(Envelopes.from(ALICE).to(DAVE).event(posted).envelope()))
        .contains("<reply xmlns='urn:xmpp:reply:0' id='m-1'>", "<thread>x-0</thread>");
    Event unknown =
        new Event.Posted(
            Body.of("a"),
            List.of(),
            Optional.of(new MessageId("nobody-knows")),
            Optional.of(new MessageId("a name")));
    assertThat(xml(Envelopes.from(ALICE).to(DAVE).event(unknown).envelope()))
        .doesNotContain("<reply")
        .contains("<thread>a name</thread>");
  }

  @Test
  void writesALoneLinkedFileAsItsLink() {
    Event posted = new Event.Posted(Body.of(""), List.of(linked()), none(), none());
    assertThat(xml(Envelopes.from(ALICE).to(DAVE).event(posted).envelope()))
        .contains("<body>https://up.test/p.jpg</body>")
        .contains("<x xmlns='jabber:x:oob'><url>https://up.test/p.jpg</url></x>");
  }

  @Test
  void namesAFileThatHasNoLink() {
    Event posted =
        new Event.Posted(
            Body.of("look"),
            List.of(
                linked(),
                new Attachment(
                    "r<x>.pdf",
                    "application/pdf",
                    3000,
                    new Attachment.Content.Inline(Bytes.utf8("x")))),
            none(),
            none());
    assertThat(xml(Envelopes.from(ALICE).to(DAVE).event(posted).envelope()))
        .contains(
            "<body>look\nhttps://up.test/p.jpg\n"
                + "[file not carried over: r&lt;x>.pdf, application/pdf, 2 KiB]</body>");
  }

  @Test
  void linksEveryFileWhereFilesAreServed() {
    FakeBlobs blobs = new FakeBlobs();
    Clock clock = Clock.fixed(NOON, ZoneOffset.UTC);
    XmppWriter serving =
        new XmppWriter(
            ids,
            new KeptFiles(URI.create("https://files.test/"), blobs, Duration.ofDays(1), clock),
            clock);
    Attachment carried =
        new Attachment("a.txt", "text/plain", 1, new Attachment.Content.Inline(Bytes.utf8("x")));
    Event posted = new Event.Posted(Body.of(""), List.of(carried), none(), none());

    String xml = xml(serving, Envelopes.from(ALICE).to(DAVE).event(posted).envelope());

    String link = "https://files.test/" + blobs.kept.keySet().iterator().next().value();
    assertThat(blobs.kept).hasSize(1);
    assertThat(xml).contains("<body>" + link + "</body>", "<url>" + link + "</url>");
  }

  @Test
  void writesSubjectAndName() {
    Envelope plain =
        Envelopes.from(ERIN)
            .to(DAVE)
            .event(
                Event.Posted.of(
                    new Body("text", none(), Optional.of("Re: \"x\"><script>"), none())))
            .envelope();
    Envelope named =
        new Envelope(
            plain.trace(),
            plain.origin(),
            plain.id(),
            plain.sender(),
            Optional.of("Erin <script>"),
            plain.recipients(),
            plain.sent(),
            plain.received(),
            plain.event(),
            plain.provenance(),
            plain.digest(),
            plain.wire());
    assertThat(xml(named))
        .contains("<subject>Re: &quot;x&quot;&gt;&lt;script&gt;</subject>")
        .contains("<nick xmlns='http://jabber.org/protocol/nick'>Erin &lt;script></nick>");
  }

  @Test
  void writesDomainsAsXmppHasThem() {
    Address away = new Address.Xmpp("zoë", "xn--bcher-kva.test");
    OutboundMessage outbound =
        new OutboundMessage(
            new OutboxId(1),
            new LaneKey("emsg.a.test", Network.XMPP, away.domain()),
            CONVERSATION,
            Envelopes.from(ALICE).to(away).text("a").envelope(),
            away,
            away,
            new MessageId("x-9"),
            List.of(),
            1,
            NOON);
    Address alice = new Address.Xmpp("alice", "emsg.a.test");
    assertThat(writer.fromModel(new MappedMessage(outbound, alice, away)))
        .isInstanceOfSatisfying(
            XmppWriter.Writing.Of.class,
            of -> assertThat(Wire.xml(of.message())).contains(" to='zoë@bücher.test' "));
  }

  @Test
  void rejectsWhatOnlyItsOwnNetworkUnderstands() {
    assertThat(write(Envelopes.from(ALICE).to(DAVE).event(new Event.Opaque("mls")).envelope()))
        .isInstanceOfSatisfying(
            XmppWriter.Writing.Settled.class,
            settled ->
                assertThat(((Outcome.Rejected) settled.outcome()).reason().kind())
                    .isEqualTo(Reason.Kind.UNSUPPORTED_CONTENT));
  }

  @Test
  void rejectsAnEmptyMessage() {
    assertThat(write(Envelopes.from(ALICE).to(DAVE).text(" ").envelope()))
        .isInstanceOf(XmppWriter.Writing.Settled.class);
  }

  @Test
  void writesABounceOfAMessageWithoutAnId() {
    Event bounced =
        new Event.Bounced(
            new MessageId("u/phone/made-1"),
            new Address.Xmpp("alice", "emsg.a.test"),
            Reason.of(Reason.Kind.NO_SUCH_USER, "gone <\">"));
    assertThat(xml(Envelopes.from(ALICE).to(DAVE).event(bounced).envelope()))
        .startsWith("<message to='dave@xmpp.test/phone' from='alice@emsg.a.test' type='error'>")
        .contains("item-not-found", "gone &lt;&quot;&gt;");
  }

  @Test
  void mintsOneIdForOneMessageToOneRecipient() {
    XmppMinting minting = new XmppMinting();
    Envelope envelope = Envelopes.from(ALICE).to(DAVE).id("e-1").envelope();
    String id = minting.mint(envelope, DAVE).value();
    assertThat(id).isEqualTo(minting.mint(envelope, DAVE).value());
    assertThat(id).matches("[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
    assertThat(minting.mint(envelope, new Address.Xmpp("zoe", "xmpp.test")).value())
        .isNotEqualTo(id);
    assertThat(minting.mint(Envelopes.from(ERIN).to(DAVE).id("e-1").envelope(), DAVE).value())
        .isNotEqualTo(id);
  }

  private static Attachment linked() {
    return new Attachment(
        "p.jpg",
        "image/jpeg",
        10,
        new Attachment.Content.Linked(URI.create("https://up.test/p.jpg")));
  }

  private static <T> Optional<T> none() {
    return Optional.empty();
  }

  private String xml(Envelope envelope) {
    return xml(writer, envelope);
  }

  private static String xml(XmppWriter writer, Envelope envelope) {
    return switch (write(writer, envelope)) {
      case XmppWriter.Writing.Of(var message) -> Wire.xml(message);
      case XmppWriter.Writing.Settled settled -> throw new AssertionError(settled);
    };
  }

  private XmppWriter.Writing write(Envelope envelope) {
    return write(writer, envelope);
  }

  private static XmppWriter.Writing write(XmppWriter writer, Envelope envelope) {
    Address sender =
        envelope.sender().equals(ERIN)
            ? new Address.Xmpp("erin__mail.test", "mail.a.test")
            : new Address.Xmpp("alice", "emsg.a.test");
    return writer.fromModel(
        new MappedMessage(
            new OutboundMessage(
                new OutboxId(1),
                new LaneKey(sender.domain(), Network.XMPP, "xmpp.test"),
                CONVERSATION,
                envelope,
                DAVE,
                DAVE,
                new MessageId("x-9"),
                List.of(),
                1,
                NOON),
            sender,
            DAVE));
  }
}
