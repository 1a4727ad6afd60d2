package org.emsg.gateway.emsg;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import org.emsg.gateway.address.Addressing;
import org.emsg.gateway.gateway.FileLinks;
import org.emsg.gateway.gateway.IdMap;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.ConversationId;
import org.emsg.gateway.model.Envelope;
import org.emsg.gateway.model.Event;
import org.emsg.gateway.model.MessageId;
import org.emsg.gateway.model.Network;
import org.emsg.gateway.model.Provenance;

/// Writes an envelope as an ESMP object that the gateway itself signs: what was bridged, and what
/// the gateway has to say. The result satisfies the emit schemas once it is signed: what the model
/// does not bound as they do is bounded here, so that nothing has to be validated each time.
/// Thread-safe.
final class MessageWriter {
  private final Addressing addressing;
  private final IdMap ids;
  private final FileLinks files;

  MessageWriter(Addressing addressing, IdMap ids, FileLinks files) {
    this.addressing = addressing;
    this.ids = ids;
    this.files = files;
  }

  /// Empty where ESMP cannot say it: an opaque event of another network.
  Optional<ObjectNode> write(
      Envelope envelope, MessageId id, Address.Emsg sender, Address.Emsg recipient) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    boolean written =
        switch (envelope.event()) {
          case Event.Posted posted -> {
            begin(json, "chat", envelope, id, sender, recipient);
            writePosted(json, envelope, posted, recipient);
            yield true;
          }
          case Event.Receipted(MessageId target, Event.Receipted.Kind kind) -> {
            begin(json, "system", envelope, id, sender, recipient);
            json.put(
                "event",
                switch (kind) {
                  case DELIVERED -> "delivered";
                  case READ -> "read";
                });
            json.put("target", known(envelope, target, recipient).orElse(target).value());
            yield true;
          }
          case Event.Bounced bounced -> {
            begin(json, "system", envelope, id, sender, recipient);
            writeBounced(json, envelope, bounced, recipient);
            yield true;
          }
          case Event.Opaque _ -> false;
        };
    if (!written) {
      return Optional.empty();
    }
    if (envelope.origin() != Network.EMSG) {
      writeBridge(json, envelope, recipient.domain());
    }
    return Optional.of(json);
  }

  private static void begin(
      ObjectNode json,
      String type,
      Envelope envelope,
      MessageId id,
      Address.Emsg sender,
      Address.Emsg recipient) {
    json.put("type", type);
    json.put("message_id", id.value());
    json.put("sender", sender.text());
    json.put("recipient", recipient.text());
    json.put("timestamp", Math.max(0, envelope.sent().toEpochMilli()));
  }

  private void writePosted(
      ObjectNode json, Envelope envelope, Event.Posted posted, Address.Emsg recipient) {
    json.put("body", text(posted) + WireAttachments.overflow(posted.attachments(), files));
    if (!posted.attachments().isEmpty()) {
      WireAttachments.write(json.putArray("attachments"), posted.attachments(), files);
    }
    posted
        .replyTo()
        .flatMap(target -> known(envelope, target, recipient))
        .ifPresent(target -> json.put("reply_to", target.value()));
    posted
        .thread()
        .map(thread -> known(envelope, thread, recipient).orElse(thread))
        .ifPresent(thread -> json.put("thread", thread.value()));
  }

  /// A subject that the text does not show yet goes before it: ESMP has no field for it.
  private static String text(Event.Posted posted) {
    return posted
        .body()
        .subject()
        .filter(subject -> !subject.isBlank())
        .map(subject -> subject + "\n\n" + posted.body().text())
        .orElse(posted.body().text());
  }

  private void writeBounced(
      ObjectNode json, Envelope envelope, Event.Bounced bounced, Address.Emsg recipient) {
    json.put("event", "bounced");
    json.put(
        "target", known(envelope, bounced.target(), recipient).orElse(bounced.target()).value());
    json.put("failed_recipient", failed(bounced.recipient(), recipient));
    json.put("code", Code.of(bounced.reason().kind()).number());
    json.put("reason", bounced.reason().text());
    bounced.reason().status().ifPresent(status -> json.put("status", status));
  }

  /// Whom it did not reach, in the words in which the reader knows them.
  private String failed(Address failed, Address.Emsg reader) {
    Optional<? extends Address> shown =
        addressing.homeDomains().contains(reader.domain())
            ? addressing.shownAtHome(failed)
            : addressing.shownOn(Network.EMSG, failed);
    return shown.map(Address::text).orElseGet(failed::text);
  }

  /// What `target` is called on EMSG in the conversation between the envelope's sender and
  /// `recipient`.
  private Optional<MessageId> known(Envelope envelope, MessageId target, Address.Emsg recipient) {
    if (envelope.origin() == Network.EMSG) {
      return Optional.of(target);
    }
    ConversationId conversation =
        envelope.provenance().verified()
            ? ConversationId.of(envelope.sender(), recipient)
            : ConversationId.unverified(envelope.sender(), recipient);
    return ids.translate(conversation, envelope.origin(), target, Network.EMSG);
  }

  /// What the gateway vouches for, and how it knows (profile §10).
  private void writeBridge(ObjectNode json, Envelope envelope, String viewer) {
    ObjectNode bridge = json.putObject("bridge");
    bridge.put("origin", envelope.origin().label());
    var via = bridge.putArray("via");
    envelope.provenance().via().forEach(via::add);
    via.add(ourName(viewer));
    ObjectNode verified = bridge.putObject("verified");
    for (Provenance.Check check : envelope.provenance().checks()) {
      verified.put(check.name(), check.result());
    }
    if (!envelope.provenance().verified()) {
      verified.put("sender", "unverified");
    }
    bridge.put("original_sender", envelope.sender().text());
    envelope.displayName().ifPresent(name -> bridge.put("display_name", name));
  }

  private String ourName(String viewer) {
    List<String> ours = addressing.homeDomains();
    return ours.contains(viewer) ? viewer : ours.getFirst();
  }
}
