package org.emsg.gateway.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.emsg.gateway.fixtures.World.ALICE;
import static org.emsg.gateway.fixtures.World.BOB;
import static org.emsg.gateway.fixtures.World.DAVE;
import static org.emsg.gateway.fixtures.World.ERIN;
import static org.emsg.gateway.fixtures.World.NOON;

import java.net.URI;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.emsg.gateway.fixtures.Envelopes;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Attachment;
import org.emsg.gateway.model.BlobId;
import org.emsg.gateway.model.Body;
import org.emsg.gateway.model.Bytes;
import org.emsg.gateway.model.Envelope;
import org.emsg.gateway.model.Event;
import org.emsg.gateway.model.MessageId;
import org.emsg.gateway.model.Network;
import org.emsg.gateway.model.Provenance;
import org.emsg.gateway.model.Reason;
import org.emsg.gateway.model.TraceId;
import org.emsg.gateway.store.EnvelopeCodec.Decoded;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Envelopes come back as they went, and anything else costs nothing but a value.
class EnvelopeCodecTest {
  private static final Provenance RICH =
      new Provenance(
          true,
          List.of(
              new Provenance.Check("dkim", "pass", Optional.of("s1.mail.test")),
              new Provenance.Check("spf", "none", Optional.empty())),
          List.of("gate.one.test", "gate.two.test"));

  static Stream<Event> everyEvent() {
    return Stream.of(
        Event.Posted.of(Body.of("")),
        new Event.Posted(
            new Body(
                "Grüße\n\uD83D\uDE00",
                Optional.of("<p>Grüße</p>"),
                Optional.of("Subject"),
                Optional.of("> quoted")),
            List.of(
                attachment(new Attachment.Content.Inline(Bytes.utf8("content"))),
                attachment(
                    new Attachment.Content.Stored(
                        new BlobId("a".repeat(43)), Letters.sha256("content"))),
                attachment(
                    new Attachment.Content.Linked(URI.create("https://files.test/a?b=c#d")))),
            Optional.of(new MessageId("reply")),
            Optional.of(new MessageId("thread"))),
        new Event.Receipted(new MessageId("m1"), Event.Receipted.Kind.DELIVERED),
        new Event.Receipted(new MessageId("m1"), Event.Receipted.Kind.READ),
        new Event.Bounced(
            new MessageId("m1"),
            new Address.Smtp("erin", "mail.test", "Erin"),
            Reason.of(Reason.Kind.NO_SUCH_USER, "Nobody has this name.", "5.1.1")),
        new Event.Bounced(new MessageId("m1"), DAVE, Reason.of(Reason.Kind.EXPIRED, "Too late.")),
        new Event.Opaque("omemo"));
  }

  @ParameterizedTest
  @MethodSource("everyEvent")
  void everyEventComesBackAsItWent(Event event) {
    Envelope envelope = envelope(event);
    assertThat(EnvelopeCodec.decode(EnvelopeCodec.encode(envelope)))
        .isEqualTo(new Decoded.Whole(envelope));
  }

  @Test
  void everyKindOfEventIsAmongThem() {
    assertThat(everyEvent().map(Event::getClass).distinct())
        .hasSize(Event.class.getPermittedSubclasses().length);
    assertThat(
            everyEvent()
                .flatMap(event ->
                    event instanceof Event.Posted posted
                        ? posted.attachments().stream()
                        : Stream.empty())
                .map(it -> it.content().getClass())
                .distinct())
        .hasSize(Attachment.Content.class.getPermittedSubclasses().length);
  }

  @Test
  void theSpellingOfAMailAddressIsKept() {
    Envelope envelope =
        Letters.envelope(new Address.Smtp("erin", "mail.test", "Erin"), "m1", "hello", ALICE);
    Decoded decoded = EnvelopeCodec.decode(EnvelopeCodec.encode(envelope));
    assertThat(decoded).isInstanceOf(Decoded.Whole.class);
    if (decoded instanceof Decoded.Whole whole) {
      assertThat(whole.envelope().sender())
          .isInstanceOfSatisfying(
              Address.Smtp.class, smtp -> assertThat(smtp.spelling()).isEqualTo("Erin"));
    }
  }

  @Test
  void whoIsToldOfAFailureComesBackAsItWent() {
    Envelopes mail = Envelopes.from(ERIN).to(ALICE);
    for (Optional<Address> whom :
        List.<Optional<Address>>of(
            Optional.empty(),
            Optional.of(ERIN),
            Optional.of(new Address.Smtp("list-bounces", "list.test", "List-Bounces")))) {
      Envelope envelope = mail.reportTo(whom).envelope();
      assertThat(EnvelopeCodec.decode(EnvelopeCodec.encode(envelope)))
          .isEqualTo(new Decoded.Whole(envelope));
    }
  }

  @Test
  void aDomainAndABareServerAreAddressesToo() {
    Envelope envelope =
        new Envelope(
            trace(),
            Network.EMSG,
            new MessageId("m1"),
            ALICE.authority(),
            Optional.empty(),
            List.of(new Address.Xmpp("", "xmpp.test"), BOB, ERIN),
            Instant.ofEpochSecond(-1, 5),
            NOON.plusNanos(123_456_789),
            new Event.Opaque(""),
            RICH,
            Bytes.empty(),
            Optional.empty());
    assertThat(EnvelopeCodec.decode(EnvelopeCodec.encode(envelope)))
        .isEqualTo(new Decoded.Whole(envelope));
  }

  @Test
  void aFieldOfANewerNodeIsSkipped() {
    Envelope envelope = envelope(new Event.Opaque("omemo"));
    byte[] content = EnvelopeCodec.encode(envelope);
    FieldWriter newer = new FieldWriter();
    newer.nested(99, in -> in.text(1, "something new"));
    byte[] more = newer.toByteArray();
    byte[] both = Arrays.copyOf(content, content.length + more.length);
    System.arraycopy(more, 0, both, content.length, more.length);
    assertThat(EnvelopeCodec.decode(both)).isEqualTo(new Decoded.Whole(envelope));
  }

  @Test
  void anEventOfANewerNodeIsForANewerNode() {
    FieldWriter out = new FieldWriter();
    out.raw(1);
    out.nested(9, event -> event.nested(77, in -> in.text(1, "danced")));
    assertThat(EnvelopeCodec.decode(out.toByteArray())).isInstanceOf(Decoded.Newer.class);
  }

  @Test
  void aNetworkOfANewerNodeIsForANewerNodeAndGarbageIsDamage() {
    assertThatThrownBy(() -> StoredText.address("matrix:dave@m.test"))
        .isInstanceOf(UnknownLabel.class);
    assertThatThrownBy(() -> StoredText.address("\u0001\u0002:dave@m.test"))
        .isInstanceOf(IllegalArgumentException.class)
        .isNotInstanceOf(UnknownLabel.class);
    assertThatThrownBy(() -> StoredText.reason("BORED\n\nNot today."))
        .isInstanceOf(UnknownLabel.class);
  }

  @Test
  void anotherVersionIsForANewerNode() {
    byte[] content = EnvelopeCodec.encode(envelope(new Event.Opaque("omemo")));
    content[0] = 2;
    assertThat(EnvelopeCodec.decode(content)).isInstanceOf(Decoded.Newer.class);
    content[0] = 'x';
    assertThat(EnvelopeCodec.decode(content)).isInstanceOf(Decoded.Unreadable.class);
    assertThat(EnvelopeCodec.decode(new byte[0])).isInstanceOf(Decoded.Unreadable.class);
  }

  @Test
  void anEnvelopeThatIsCutOffAnywhereIsNeverTakenForAnother() {
    Envelope envelope = envelope(everyEvent().skip(1).findFirst().orElseThrow());
    byte[] content = EnvelopeCodec.encode(envelope);
    for (int length = 0; length < content.length; length++) {
      Decoded decoded = EnvelopeCodec.decode(Arrays.copyOf(content, length));
      // Fields at the end are optional: without them it may be whole, but it is not the same.
      assertThat(decoded).isNotEqualTo(new Decoded.Whole(envelope));
    }
  }

  @Test
  void brokenBytesAreAValueAndCostNoMemory() {
    byte[] content = EnvelopeCodec.encode(envelope(everyEvent().skip(1).findFirst().orElseThrow()));
    Random random = new Random(42);
    for (int i = 0; i < 200_000; i++) {
      byte[] broken = content.clone();
      for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
        broken[random.nextInt(broken.length)] = (byte) random.nextInt(256);
      }
      assertThatCode(() -> EnvelopeCodec.decode(broken)).doesNotThrowAnyException();
    }
  }

  @Test
  void aLengthThatLiesAllocatesNothing() {
    byte[] liar = {1, 12, (byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 7};
    assertThat(EnvelopeCodec.decode(liar)).isInstanceOf(Decoded.Unreadable.class);
    byte[] negative = {1, 12, -1, -1, -1, -1, -1, -1, -1, -1, -1, 1};
    assertThat(EnvelopeCodec.decode(negative)).isInstanceOf(Decoded.Unreadable.class);
  }

  @Test
  void aReasonComesBackFromItsColumn() {
    for (Reason reason :
        List.of(
            Reason.of(Reason.Kind.LOOP, "It was here before."),
            Reason.of(Reason.Kind.REMOTE_FAILURE, "Said the server:\nno.", "4.2.1"))) {
      assertThat(StoredText.reason(StoredText.of(reason))).isEqualTo(reason);
    }
  }

  private static Attachment attachment(Attachment.Content content) {
    return new Attachment("cat.png", "image/png", 7, content);
  }

  private static Envelope envelope(Event event) {
    return new Envelope(
        trace(),
        Network.SMTP,
        new MessageId("m1@mail.test"),
        ERIN,
        Optional.of("Erin"),
        List.of(ALICE, BOB),
        NOON,
        NOON.plusMillis(5),
        event,
        RICH,
        Letters.sha256("digest"),
        Optional.of(Bytes.utf8("{}")));
  }

  private static TraceId trace() {
    return TraceId.next(NOON, new Random(7));
  }
}
