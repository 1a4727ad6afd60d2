package org.emsg.gateway.emsg;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.emsg.gateway.address.MappedAddressing;
import org.emsg.gateway.crypto.Ed25519;
import org.emsg.gateway.fixtures.RememberedAliases;
import org.emsg.gateway.fixtures.World;
import org.emsg.gateway.gateway.FileLinks;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Attachment;
import org.emsg.gateway.model.BlobId;
import org.emsg.gateway.model.Body;
import org.emsg.gateway.model.Bytes;
import org.emsg.gateway.model.Envelope;
import org.emsg.gateway.model.Event;
import org.emsg.gateway.model.MessageId;
import org.emsg.gateway.model.Provenance;
import org.emsg.gateway.model.Reason;
import org.emsg.gateway.model.TraceId;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What we originate satisfies the emit schemas, whatever another network made of it.
class EmittedTest {
  private static final Ed25519.SigningKey KEY = Ed25519.best().generate(new SecureRandom());
  private static final EsmpSchemas SCHEMAS = new EsmpSchemas();
  private static final MessageId LONG_ID = new MessageId("\u00e9".repeat(1024));
  private static final String LONG = "x".repeat(1000);

  private final MessageWriter writer =
      new MessageWriter(
          MappedAddressing.of(World.MAPPING, new RememberedAliases()),
          new HomeServer.NoIds(),
          new Links());

  private static final class Links implements FileLinks {
    @Override
    public Optional<URI> of(BlobId id) {
      return Optional.of(URI.create("HTTPS://files.test/" + id.value()));
    }

    @Override
    public Optional<URI> keep(Attachment attachment, Attachment.Content.Inline content) {
      return Optional.empty();
    }
  }

  private static Attachment file(Attachment.Content content) {
    return new Attachment("n".repeat(255), "application/" + LONG, Long.MAX_VALUE, content);
  }

  static Stream<Event> events() {
    Attachment inline = file(new Attachment.Content.Inline(Bytes.wrap(new byte[65_536])));
    Attachment stored = file(stored());
    return Stream.of(
        Event.Posted.of(Body.of("")),
        posted(inline, stored),
        posted(linked("HTTP://Files.test/a"), linked("ftp://files.test/a"), linked("a:b")),
        posted(linked("https://files.test/" + "x".repeat(3000))),
        posted(Collections.nCopies(200, stored).toArray(Attachment[]::new)),
        posted(Collections.nCopies(64, inline).toArray(Attachment[]::new)),
        new Event.Receipted(LONG_ID, Event.Receipted.Kind.READ),
        new Event.Receipted(LONG_ID, Event.Receipted.Kind.DELIVERED),
        new Event.Bounced(
            LONG_ID,
            new Address.Xmpp("x".repeat(1023), "xmpp.test"),
            Reason.of(Reason.Kind.NO_SUCH_USER, LONG, "5.1.1")));
  }

  private static Attachment linked(String url) {
    return file(new Attachment.Content.Linked(URI.create(url)));
  }

  private static Event.Posted posted(Attachment... attachments) {
    return new Event.Posted(
        new Body("Hi", Optional.empty(), Optional.of(LONG), Optional.empty()),
        List.of(attachments),
        Optional.of(LONG_ID),
        Optional.of(LONG_ID));
  }

  private static Envelope envelope(Event event, Address sender) {
    return new Envelope(
        TraceId.next(World.NOON, new SecureRandom()),
        sender.network(),
        LONG_ID,
        sender,
        Optional.of(LONG),
        List.of(World.ALICE),
        Instant.EPOCH.minusSeconds(5),
        World.NOON,
        event,
        new Provenance(
            false,
            List.of(new Provenance.Check("dkim", "fail", Optional.of(LONG))),
            List.of("gw.test")),
        Bytes.wrap(new byte[32]),
        Optional.empty());
  }

  @ParameterizedTest
  @MethodSource("events")
  void whatIsWrittenSatisfiesTheSchema(Event event) {
    for (Address sender :
        List.of(World.DAVE, World.ERIN, new Address.Xmpp("x".repeat(1023), "xmpp.test"))) {
      ObjectNode json =
          writer
              .write(
                  envelope(event, sender),
                  LONG_ID,
                  new Address.Emsg("x".repeat(64), "xmpp.a.test"),
                  World.ALICE)
              .orElseThrow();
      Signatures.sign(json, KEY);
      assertThat(SCHEMAS.violationOnEmit(json.get("type").textValue(), json)).isEmpty();
      assertThat(SCHEMAS.violationByValidator(json.get("type").textValue(), json)).isEmpty();
    }
  }

  @org.junit.jupiter.api.Test
  void filesBeyondTheLimitAreToldOfInTheText() {
    Attachment last = new Attachment("last.pdf", "application/pdf", 1, stored());
    List<Attachment> many =
        Stream.concat(Collections.nCopies(64, file(stored())).stream(), Stream.of(last)).toList();
    ObjectNode json =
        writer
            .write(
                envelope(posted(many.toArray(Attachment[]::new)), World.ERIN),
                LONG_ID,
                World.BOB,
                World.ALICE)
            .orElseThrow();
    assertThat(json.get("attachments")).hasSize(64);
    assertThat(json.get("body").textValue())
        .endsWith("\n\n[1 more file(s)]\nlast.pdf https://files.test/" + "b".repeat(43));
  }

  private static Attachment.Content stored() {
    return new Attachment.Content.Stored(new BlobId("b".repeat(43)), Bytes.wrap(new byte[32]));
  }
}
