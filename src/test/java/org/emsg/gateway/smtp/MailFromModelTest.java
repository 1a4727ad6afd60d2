package org.emsg.gateway.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.emsg.gateway.crypto.Macs;
import org.emsg.gateway.fixtures.FakeBlobs;
import org.emsg.gateway.fixtures.FakeClock;
import org.emsg.gateway.fixtures.World;
import org.emsg.gateway.gateway.IdMap;
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
import org.emsg.gateway.model.Provenance;
import org.emsg.gateway.model.Reason;
import org.emsg.gateway.model.TraceId;
import org.emsg.gateway.outbox.LaneKey;
import org.emsg.gateway.outbox.OutboundMessage;
import org.emsg.gateway.outbox.OutboxId;
import org.junit.jupiter.api.Test;

/// What leaves as mail, byte for byte.
class MailFromModelTest {
  private static final Address.Smtp ALICE = new Address.Smtp("alice", "a.test", "alice");
  private static final Address.Smtp DAVE =
      new Address.Smtp("dave__xmpp.test", "xmpp.a.test", "dave__xmpp.test");
  private static final Address.Smtp DAEMON =
      new Address.Smtp("mailer-daemon", "a.test", "mailer-daemon");
  private static final ConversationId CONVERSATION = ConversationId.of(World.ALICE, World.ERIN);

  private final MailSite.MemoryIds ids = new MailSite.MemoryIds();
  private final FakeBlobs blobs = new FakeBlobs();
  private final Subjects subjects = new Subjects();
  private final MailFromModel fromModel =
      new MailFromModel(
          ids,
          blobs,
          new EnvelopeSenders(new Macs(Bytes.wrap(new byte[32]))),
          subjects,
          FakeClock.atNoon(),
          1_000_000);

  private static MappedMessage mapped(
      Address sender, Address.Smtp shown, Optional<String> name, Event event) {
    Envelope envelope =
        new Envelope(
            TraceId.next(World.NOON, new SplittableRandom(1)),
            sender.network(),
            new MessageId("m1"),
            sender,
            name,
            List.of(World.ERIN),
            World.NOON,
            World.NOON,
            event,
            Provenance.verifiedBy("signature"),
            Bytes.utf8("m1"),
            Optional.empty());
    return new MappedMessage(
        new OutboundMessage(
            new OutboxId(1),
            new LaneKey(shown.domain(), Network.SMTP, "mail.test"),
            CONVERSATION,
            envelope,
            World.ERIN,
            World.ERIN,
            new MessageId("abcdefghijklmnopqrstuvwxyz@" + shown.domain()),
            List.of(),
            1,
            World.NOON),
        shown,
        World.ERIN);
  }

  private OutgoingMail mail(MappedMessage message) {
    return ((MailFromModel.Translated.Mail) fromModel.fromModel(message)).mail();
  }

  private void check(String name, OutgoingMail mail) {
    Golden.check(
        Path.of("src/test/resources/wire/smtp/out", name + ".eml"), mail.content().asUtf8());
  }

  @Test
  void aPlainMessage() {
    OutgoingMail mail =
        mail(
            mapped(
                World.ALICE,
                ALICE,
                Optional.of("Alice"),
                Event.Posted.of(Body.of("Hello\n.\nErin"))));

    check("plain", mail);
    assertThat(mail.reversePath()).startsWith("b+abcdefghijklmnopqrstuvwxyz.").endsWith("@a.test");
    assertThat(mail.needsUtf8()).isFalse();
  }

  @Test
  void aBridgedPersonIsTheirAliasWithTheirNameAndNobodyElse() {
    check(
        "bridged",
        mail(
            mapped(
                World.DAVE,
                DAVE,
                Optional.of("Dävid\r\nBcc: x, \"<script>\""),
                Event.Posted.of(Body.of("Many greetings, viele Grüße, ".repeat(10))))));
  }

  @Test
  void anAnswerNamesWhatItAnswersAndBearsItsSubject() {
    ids.remember(
        CONVERSATION,
        Map.of(Network.EMSG, new MessageId("e1"), Network.SMTP, new MessageId("lunch@mail.test")),
        new IdMap.Sent(
            TraceId.next(World.NOON, new SplittableRandom(1)),
            CONVERSATION,
            World.ERIN,
            World.ALICE,
            true));
    subjects.remember(CONVERSATION, new MessageId("lunch@mail.test"), "Lunch?");

    check(
        "answer",
        mail(
            mapped(
                World.ALICE,
                ALICE,
                Optional.empty(),
                new Event.Posted(
                    Body.of("yes"),
                    List.of(),
                    Optional.of(new MessageId("e1")),
                    Optional.of(new MessageId("e1"))))));
  }

  @Test
  void attachmentsGoAlong() {
    Attachment inline =
        new Attachment(
            "€ \"rates\".txt", "text/plain", 3, new Attachment.Content.Inline(Bytes.utf8("1,2")));
    Attachment linked =
        new Attachment(
            "film.mp4",
            "video/mp4",
            9,
            new Attachment.Content.Linked(URI.create("https://a.test/film")));
    Attachment gone =
        new Attachment(
            "old.pdf",
            "application/pdf",
            9,
            new Attachment.Content.Stored(
                new org.emsg.gateway.model.BlobId("x".repeat(43)), Bytes.empty()));
    check(
        "attachments",
        mail(
            mapped(
                World.ALICE,
                ALICE,
                Optional.empty(),
                new Event.Posted(
                    Body.of("see these"),
                    List.of(inline, linked, gone),
                    Optional.empty(),
                    Optional.empty()))));
  }

  @Test
  void aBounceIsAReportWithTheNullSender() {
    OutgoingMail mail =
        mail(
            mapped(
                new Address.Emsg("", "a.test"),
                DAEMON,
                Optional.empty(),
                new Event.Bounced(
                    new MessageId("e9"),
                    DAVE,
                    Reason.of(
                        Reason.Kind.NO_SUCH_USER,
                        "There is nobody of that name.",
                        "item-not-found"))));

    check("bounce", mail);
    assertThat(mail.reversePath()).isEmpty();
  }

  @Test
  void whatMailCannotSayIsSaidToBeSo() {
    assertThat(
            fromModel.fromModel(
                mapped(World.ALICE, ALICE, Optional.empty(), new Event.Opaque("signal"))))
        .isInstanceOfSatisfying(
            MailFromModel.Translated.Settled.class,
            settled -> assertThat(settled.outcome()).isInstanceOf(Outcome.Rejected.class));
    assertThat(
            fromModel.fromModel(
                mapped(
                    World.ALICE,
                    ALICE,
                    Optional.empty(),
                    new Event.Receipted(new MessageId("x"), Event.Receipted.Kind.READ))))
        .isEqualTo(new MailFromModel.Translated.Settled(Outcome.Delivered.plain()));
  }
}
