package org.emsg.gateway.emsg;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.emsg.gateway.address.Addressing;
import org.emsg.gateway.address.Parsed;
import org.emsg.gateway.gateway.IntakeResult;
import org.emsg.gateway.gateway.MappedMessage;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Body;
import org.emsg.gateway.model.Bytes;
import org.emsg.gateway.model.Envelope;
import org.emsg.gateway.model.Event;
import org.emsg.gateway.model.MessageId;
import org.emsg.gateway.model.Network;
import org.emsg.gateway.model.Provenance;
import org.emsg.gateway.model.Reason;

/// Between ESMP's messages and the model. Thread-safe; `toModel` is pure, `fromModel` asks the id
/// map when a message bears another network's ids.
///
/// Groups (`group_id`, the group events) get their place in here.
final class EsmpTranslator {
  private final Addressing addressing;
  private final AddressCache addresses;
  private final MessageWriter writer;

  EsmpTranslator(Addressing addressing, AddressCache addresses, MessageWriter writer) {
    this.addressing = addressing;
    this.addresses = addresses;
    this.writer = writer;
  }

  /// A message in the gateway's words, or why it cannot be one.
  sealed interface Translated {
    record Accepted(Envelope envelope) implements Translated {}

    record Refused(IntakeResult result) implements Translated {}
  }

  /// What becomes of an outbound message on the ESMP wire.
  sealed interface Outbound {
    /// What its sender signed, as it came.
    record Forward(Bytes line) implements Outbound {}

    /// A new object, still without a signature.
    record Unsigned(ObjectNode json, Address.Emsg signer) implements Outbound {}

    /// ESMP cannot say it.
    record Untranslatable(Reason reason) implements Outbound {}
  }

  Translated toModel(EsmpInbound.Verified verified) {
    EsmpInbound inbound = verified.inbound();
    ObjectNode json = inbound.line().json();
    if (json.has("group_id")) {
      return refused(Reason.Kind.UNSUPPORTED_CONTENT, "This server has no groups yet.");
    }
    Recipients recipients = recipients(json, inbound);
    if (recipients.fault().isPresent()) {
      return new Translated.Refused(new IntakeResult.Refused(recipients.fault().get()));
    }
    MessageId id;
    Event event;
    try {
      id = id(json, verified.digest());
      event = "system".equals(inbound.line().type()) ? systemEvent(json) : chat(json);
    } catch (IllegalArgumentException e) {
      return refused(Reason.Kind.SCHEMA_VIOLATION, "A value is out of bounds: " + e.getMessage());
    }
    Provenance provenance =
        new Provenance(
            true,
            List.of(
                new Provenance.Check("signature", "pass", Optional.of("key " + verified.keyId()))),
            via(json));
    return new Translated.Accepted(
        new Envelope(
            inbound.trace(),
            Network.EMSG,
            id,
            inbound.sender(),
            Optional.empty(),
            recipients.addresses(),
            verified.sent(),
            inbound.received(),
            event,
            provenance,
            verified.digest(),
            Optional.of(inbound.line().signed())));
  }

  Outbound fromModel(MappedMessage mapped) {
    Envelope envelope = mapped.message().envelope();
    if (envelope.origin() == Network.EMSG
        && envelope.wire().isPresent()
        && mapped.sender().equals(envelope.sender())) {
      return new Outbound.Forward(envelope.wire().get());
    }
    if (!(mapped.sender() instanceof Address.Emsg sender)
        || !(mapped.recipient() instanceof Address.Emsg recipient)) {
      throw new IllegalArgumentException("parties on EMSG have EMSG addresses");
    }
    return writer
        .write(envelope, mapped.message().nativeId(), sender, recipient)
        .<Outbound>map(json -> new Outbound.Unsigned(json, sender))
        .orElseGet(() ->
            new Outbound.Untranslatable(
                Reason.of(
                    Reason.Kind.UNSUPPORTED_CONTENT,
                    "This message cannot be carried to another EMSG server.")));
  }

  private static MessageId id(ObjectNode json, Bytes digest) {
    return new MessageId(EsmpCodec.text(json, "message_id").orElseGet(digest::asHex));
  }

  private static Event chat(ObjectNode json) {
    if (json.has("encryption")) {
      return new Event.Opaque("encryption");
    }
    String text = EsmpCodec.text(json, "body").or(() -> EsmpCodec.text(json, "content")).orElse("");
    return new Event.Posted(
        Body.of(text.indexOf('\r') < 0 ? text : text.replace("\r\n", "\n").replace('\r', '\n')),
        WireAttachments.read(json.path("attachments")),
        EsmpCodec.text(json, "reply_to").map(MessageId::new),
        EsmpCodec.text(json, "thread").map(MessageId::new));
  }

  private Event systemEvent(ObjectNode json) {
    String name = json.get("event").textValue();
    return switch (name) {
      case "delivered" -> new Event.Receipted(target(json), Event.Receipted.Kind.DELIVERED);
      case "read" -> new Event.Receipted(target(json), Event.Receipted.Kind.READ);
      case "bounced" -> bounced(json);
      default -> new Event.Opaque(name);
    };
  }

  private Event bounced(ObjectNode json) {
    Optional<Address> failed =
        EsmpCodec.text(json, "failed_recipient").flatMap(addresses::parse).map(Address.class::cast);
    if (failed.isEmpty()) {
      return new Event.Opaque("bounced");
    }
    Code code =
        EsmpCodec.whole(json, "code")
            .flatMap(number -> Code.of(Math.toIntExact(number)))
            .filter(known -> !known.isSuccess())
            .orElse(Code.REMOTE_FAILURE);
    String text = EsmpCodec.text(json, "reason").filter(t -> !t.isBlank()).orElse(code.phrase());
    Optional<String> status =
        EsmpCodec.text(json, "status").or(() -> Optional.of(Integer.toString(code.number())));
    return new Event.Bounced(target(json), failed.get(), new Reason(code.kind(), text, status));
  }

  private static MessageId target(ObjectNode json) {
    return new MessageId(json.get("target").textValue());
  }

  private static List<String> via(ObjectNode json) {
    List<String> via = new ArrayList<>();
    json.path("bridge").path("via").forEach(entry -> via.add(entry.asText()));
    return via;
  }

  private record Recipients(List<Address> addresses, Optional<Reason> fault) {}

  /// From another server only those who are ours, and of the domain that its connection is for: a
  /// list is forwarded whole, and its other members are for the sender's server to serve.
  private Recipients recipients(ObjectNode json, EsmpInbound inbound) {
    Set<Address> found = new LinkedHashSet<>();
    JsonNode to = json.has("recipient") ? json.get("recipient") : json.path("to");
    List<String> texts = new ArrayList<>();
    if (to.isArray()) {
      to.forEach(one -> texts.add(one.asText()));
    } else {
      texts.add(to.asText());
    }
    boolean fromServer = !(inbound.peer() instanceof Peer.Device);
    Optional<String> pair = fromServer ? inbound.ours() : Optional.empty();
    boolean elsewhere = false;
    for (String text : texts) {
      switch (addresses.read(text)) {
        case Parsed.Valid(Address address) -> {
          boolean served = !fromServer || addressing.isOurs(address.domain());
          if (served && pair.map(address.domain()::equals).orElse(true)) {
            found.add(address);
          }
          elsewhere |= served;
        }
        case Parsed.Invalid(String why) -> {
          return new Recipients(
              List.of(),
              Optional.of(Reason.of(Reason.Kind.MALFORMED, "A recipient is no address: " + why)));
        }
      }
    }
    if (found.isEmpty() && elsewhere) {
      return new Recipients(
          List.of(),
          Optional.of(
              Reason.of(
                  Reason.Kind.NOT_ALLOWED,
                  "This connection is for " + pair.orElse("another domain") + '.')));
    }
    return found.isEmpty()
        ? new Recipients(
            List.of(),
            Optional.of(Reason.of(Reason.Kind.NO_SUCH_USER, "None of the recipients is here.")))
        : new Recipients(List.copyOf(found), Optional.empty());
  }

  private static Translated refused(Reason.Kind kind, String text) {
    return new Translated.Refused(new IntakeResult.Refused(Reason.of(kind, text)));
  }
}
