package org.emsg.gateway.emsg;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.emsg.gateway.address.Addressing;
import org.emsg.gateway.address.MappedAddressing;
import org.emsg.gateway.crypto.AliasKeys;
import org.emsg.gateway.crypto.DomainKeys;
import org.emsg.gateway.crypto.Ed25519;
import org.emsg.gateway.crypto.KeyFiles;
import org.emsg.gateway.crypto.RsaSignatures;
import org.emsg.gateway.fixtures.FakeHome;
import org.emsg.gateway.fixtures.RememberedAliases;
import org.emsg.gateway.fixtures.World;
import org.emsg.gateway.gateway.FileLinks;
import org.emsg.gateway.gateway.IdMap;
import org.emsg.gateway.gateway.IntakeResult;
import org.emsg.gateway.gateway.MailboxForm;
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
import org.emsg.gateway.model.Provenance;
import org.emsg.gateway.model.Reason;
import org.emsg.gateway.model.TraceId;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Between the wire and the model, and what home users find in their mailboxes.
class TranslationTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final EsmpSchemas SCHEMAS = new EsmpSchemas();
  private static final EsmpCodec CODEC = new EsmpCodec(SCHEMAS);
  private static final Bytes DIGEST = Bytes.wrap(new byte[32]);

  @TempDir Path keyDirectory;
  private Addressing addressing;
  private OurKeys keys;
  private EsmpTranslator translator;
  private EmsgMailboxForm mailboxForm;

  @BeforeEach
  void wire() {
    addressing = MappedAddressing.of(World.MAPPING, new RememberedAliases());
    keys =
        new OurKeys(
            addressing,
            new FakeHome(),
            DomainKeys.open(
                new KeyFiles(keyDirectory, new SecureRandom()), Ed25519.best(), List.of("a.test")),
            new AliasKeys(DIGEST, 1, Ed25519.best()));
    MessageWriter writer = new MessageWriter(addressing, new OneReply(), FileLinks.NONE);
    translator = new EsmpTranslator(addressing, new AddressCache(addressing), writer);
    mailboxForm = new EmsgMailboxForm(addressing, keys, writer, new EmsgMinting());
  }

  /// alice's `m1` is called `stanza-1` on XMPP.
  private static final class OneReply implements IdMap {
    @Override
    public Optional<MessageId> translate(
        ConversationId conversation, Network from, MessageId id, Network to) {
      return conversation.equals(ConversationId.of(World.DAVE, World.ALICE))
              && from == Network.XMPP
              && to == Network.EMSG
              && id.value().equals("stanza-1")
          ? Optional.of(new MessageId("m1"))
          : Optional.empty();
    }

    @Override
    public Optional<Sent> sent(Network network, MessageId nativeId) {
      return Optional.empty();
    }
  }

  @Test
  void understandsTheFirstExampleOfTheSpecification() {
    Envelope envelope =
        accepted(
            "{\"type\":\"chat\",\"sender\":\"alice@a.test\",\"to\":\"bob@b.test\","
                + "\"timestamp\":1610000000000,\"content\":\"Hello!\"}");
    assertThat(envelope.recipients()).containsExactly(World.BOB);
    assertThat(envelope.event()).isEqualTo(Event.Posted.of(Body.of("Hello!")));
    assertThat(envelope.id().value()).isEqualTo(DIGEST.asHex());
    assertThat(envelope.sent()).isEqualTo(Instant.ofEpochMilli(1610000000000L));
  }

  @Test
  void anEncryptedBodyStaysOpaque() {
    assertThat(accepted(chat(",\"encryption\":{\"scheme\":\"omemo\"}")).event())
        .isEqualTo(new Event.Opaque("encryption"));
  }

  @Test
  void anUnknownSystemEventStaysOpaque() {
    assertThat(
            accepted(
                    "{\"type\":\"system\",\"event\":\"key_changed\",\"sender\":\"alice#a.test\","
                        + "\"recipient\":\"bob#b.test\",\"timestamp\":1}")
                .event())
        .isEqualTo(new Event.Opaque("key_changed"));
  }

  @Test
  void readsWhatDidNotArrive() {
    Event event =
        accepted(
                "{\"type\":\"system\",\"event\":\"bounced\",\"sender\":\"alice#a.test\","
                    + "\"recipient\":\"bob#b.test\",\"timestamp\":1,\"target\":\"m9\","
                    + "\"failed_recipient\":\"carl#c.test\",\"code\":404,\"reason\":\"Nobody.\"}")
            .event();
    assertThat(event)
        .isEqualTo(
            new Event.Bounced(
                new MessageId("m9"),
                new Address.Emsg("carl", "c.test"),
                Reason.of(Reason.Kind.NO_SUCH_USER, "Nobody.", "404")));
  }

  @Test
  void namesOfFilesAreNeitherPathsNorControls() {
    Event.Posted posted =
        (Event.Posted)
            accepted(
                    chat(
                        ",\"attachments\":[{\"name\":\"../../a\\nb.png\",\"data\":\"AAAA\"},"
                            + "{\"name\":\"c\",\"url\":\"https://c.test/c\",\"size\":7}]"))
                .event();
    assertThat(posted.attachments())
        .extracting(Attachment::name, Attachment::size)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("a_b.png", 3L),
            org.assertj.core.groups.Tuple.tuple("c", 7L));
  }

  @Test
  void groupsAndIdsWithControlCharactersAreRefused() {
    assertThat(refusal(chat("").replace("\"recipient\":\"bob#b.test\"", "\"group_id\":\"g\"")))
        .isEqualTo(Reason.Kind.UNSUPPORTED_CONTENT);
    assertThat(refusal(chat(",\"message_id\":\"a\\u0007b\"")))
        .isEqualTo(Reason.Kind.SCHEMA_VIOLATION);
  }

  @Test
  void anotherServersListConcernsUsAsFarAsItIsOurs() {
    String list =
        chat("")
            .replace("\"recipient\":\"bob#b.test\"", "\"to\":[\"anna#a.test\",\"carl#c.test\"]");
    assertThat(accepted(list, new Peer.Server("b.test")).recipients()).containsExactly(World.ANNA);
    assertThat(accepted(list, new Peer.Device(World.ALICE, "phone")).recipients()).hasSize(2);
  }

  @Test
  void aServersConnectionIsForTheDomainThatItNamed() {
    String other = chat("").replace("bob#b.test", "dave__xmpp.test#xmpp.a.test");
    Peer server = new Peer.Server("b.test");
    assertThat(refusal(other, server)).isEqualTo(Reason.Kind.NOT_ALLOWED);
    assertThat(refusal(other, new Peer.Stranger())).isEqualTo(Reason.Kind.NOT_ALLOWED);
    String both =
        other.replace(
            "\"recipient\":\"dave__xmpp.test#xmpp.a.test\"",
            "\"to\":[\"dave__xmpp.test#xmpp.a.test\",\"anna#a.test\"]");
    assertThat(accepted(both, server).recipients()).containsExactly(World.ANNA);
    assertThat(accepted(other).recipients()).hasSize(1);
  }

  @Test
  void whatAnEmsgSenderSignedIsStoredAsItCame() {
    Bytes wire = Bytes.utf8("{ \"as\" : \"it came\" }");
    Envelope envelope =
        envelope(Network.EMSG, World.BOB, Event.Posted.of(Body.of("x")), true, wire);
    assertThat(mailboxForm.render(envelope, World.ALICE))
        .isEqualTo(new MailboxForm.Item(new MessageId("stanza-2"), wire));
  }

  @Test
  void aForeignUserIsShownPlainAndVouchedForByTheHomeDomain() throws Exception {
    Event reply =
        new Event.Posted(
            Body.of("Hi"), List.of(), Optional.of(new MessageId("stanza-1")), Optional.empty());
    Envelope envelope = envelope(Network.XMPP, World.DAVE, reply, true, Bytes.empty());
    MailboxForm.Item item = mailboxForm.render(envelope, World.ALICE);
    ObjectNode json = read(item);
    assertThat(json.path("sender").textValue()).isEqualTo("dave#xmpp.test");
    assertThat(json.path("reply_to").textValue()).isEqualTo("m1");
    assertThat(json.at("/bridge/origin").textValue()).isEqualTo("xmpp");
    assertThat(json.at("/bridge/via/0").textValue()).isEqualTo("a.test");
    assertThat(json.at("/bridge/verified/xmpp-s2s").textValue()).isEqualTo("pass");
    assertThat(SCHEMAS.violationOnEmit("chat", json)).isEmpty();
    assertThat(
            new Signatures(Ed25519.best(), new RsaSignatures())
                .verifiedBy(
                    json,
                    SignedForm.of(json),
                    keys.published(new Address.Emsg("", "a.test")),
                    Instant.EPOCH))
        .isPresent();
    assertThat(mailboxForm.render(envelope, World.ALICE).id()).isEqualTo(item.id());
    assertThat(java.util.UUID.fromString(item.id().value()).version()).isEqualTo(8);
  }

  @Test
  void anUnverifiedSenderIsMarkedAndHasIdsOfTheirOwn() throws Exception {
    Event event = Event.Posted.of(Body.of("Hi"));
    MailboxForm.Item claimed =
        mailboxForm.render(
            envelope(Network.SMTP, World.ERIN, event, false, Bytes.empty()), World.ALICE);
    MailboxForm.Item proven =
        mailboxForm.render(
            envelope(Network.SMTP, World.ERIN, event, true, Bytes.empty()), World.ALICE);
    assertThat(read(claimed).at("/bridge/verified/sender").textValue()).isEqualTo("unverified");
    assertThat(claimed.id()).isNotEqualTo(proven.id());
  }

  @Test
  void aBounceIsTheHomeDomainsWordInTheReadersTerms() throws Exception {
    Event bounced =
        new Event.Bounced(
            new MessageId("m7"),
            World.DAVE,
            Reason.of(Reason.Kind.NO_SUCH_USER, "Nobody of that name.", "item-not-found"));
    Envelope envelope =
        envelope(Network.EMSG, new Address.Emsg("", "a.test"), bounced, true, Bytes.empty());
    ObjectNode json = read(mailboxForm.render(envelope, World.ALICE));
    assertThat(json.path("sender").textValue()).isEqualTo("#a.test");
    assertThat(json.path("target").textValue()).isEqualTo("m7");
    assertThat(json.path("failed_recipient").textValue()).isEqualTo("dave#xmpp.test");
    assertThat(json.path("code").intValue()).isEqualTo(404);
    assertThat(json.path("status").textValue()).isEqualTo("item-not-found");
    assertThat(SCHEMAS.violationOnEmit("system", json)).isEmpty();
  }

  @Test
  void anAnswerOfAnotherServerIsAnOutcome() {
    assertThat(outcome(200)).isEqualTo(Outcome.Delivered.plain());
    assertThat(outcome(202)).isEqualTo(Outcome.Delivered.plain());
    assertThat(outcome(299)).isEqualTo(Outcome.Delivered.plain());
    for (int permanent : new int[] {400, 401, 403, 404, 409, 410, 413, 415, 422, 423, 451, 501}) {
      assertThat(outcome(permanent)).as("%d", permanent).isInstanceOf(Outcome.Rejected.class);
    }
    for (int laneWide : new int[] {411, 426, 429}) {
      assertThat(scope(laneWide)).as("%d", laneWide).isEqualTo(Outcome.Deferred.Scope.LANE);
    }
    for (int later : new int[] {500, 502, 503, 504, 599}) {
      assertThat(scope(later)).as("%d", later).isEqualTo(Outcome.Deferred.Scope.CONVERSATION);
    }
  }

  private static Outcome.Deferred.Scope scope(int code) {
    return ((Outcome.Deferred) outcome(code)).scope();
  }

  private static Outcome outcome(int code) {
    return EsmpProducer.outcome(
        new EsmpLine.Response(
            Optional.empty(), code, "said so", Optional.of(3L), JSON.createObjectNode()));
  }

  private static ObjectNode read(MailboxForm.Item item) throws java.io.IOException {
    return (ObjectNode) JSON.readTree(item.line().view());
  }

  private static Envelope envelope(
      Network origin, Address sender, Event event, boolean verified, Bytes wire) {
    return new Envelope(
        new TraceId("00000000000000000000"),
        origin,
        new MessageId("stanza-2"),
        sender,
        Optional.empty(),
        List.of(World.ALICE),
        World.NOON,
        World.NOON,
        event,
        new Provenance(
            verified,
            List.of(new Provenance.Check("xmpp-s2s", verified ? "pass" : "fail", Optional.empty())),
            List.of()),
        DIGEST,
        wire.isEmpty() ? Optional.empty() : Optional.of(wire));
  }

  private static String chat(String more) {
    return "{\"type\":\"chat\",\"sender\":\"alice#a.test\",\"recipient\":\"bob#b.test\","
        + "\"timestamp\":1610000000000,\"body\":\"x\""
        + more
        + "}";
  }

  private Envelope accepted(String line) {
    return accepted(line, new Peer.Device(World.ALICE, "phone"));
  }

  private Envelope accepted(String line, Peer peer) {
    return ((EsmpTranslator.Translated.Accepted) translate(line, peer)).envelope();
  }

  private Reason.Kind refusal(String line) {
    return refusal(line, new Peer.Device(World.ALICE, "phone"));
  }

  private Reason.Kind refusal(String line, Peer peer) {
    EsmpTranslator.Translated.Refused refused =
        (EsmpTranslator.Translated.Refused) translate(line, peer);
    return ((IntakeResult.Refused) refused.result()).reason().kind();
  }

  private EsmpTranslator.Translated translate(String line, Peer peer) {
    EsmpLine.Message message =
        (EsmpLine.Message) CODEC.decode(line.getBytes(StandardCharsets.UTF_8));
    EsmpInbound inbound =
        new EsmpInbound(
            message,
            Optional.of("a.test"),
            peer,
            World.ALICE,
            new KeysFound.Published(List.of()),
            new TraceId("00000000000000000000"),
            World.NOON);
    return translator.toModel(
        new EsmpInbound.Verified(
            inbound, "k", DIGEST, Timestamps.read(message.json()).orElse(World.NOON)));
  }
}
