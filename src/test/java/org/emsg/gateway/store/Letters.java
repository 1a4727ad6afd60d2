package org.emsg.gateway.store;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.emsg.gateway.fixtures.World;
import org.emsg.gateway.gateway.PlannedEnvelope;
import org.emsg.gateway.gateway.PlannedEnvelope.Delivery;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Body;
import org.emsg.gateway.model.Bytes;
import org.emsg.gateway.model.ConversationId;
import org.emsg.gateway.model.Envelope;
import org.emsg.gateway.model.Event;
import org.emsg.gateway.model.MessageId;
import org.emsg.gateway.model.Network;
import org.emsg.gateway.model.Provenance;
import org.emsg.gateway.model.Reason;
import org.emsg.gateway.model.TraceId;
import org.emsg.gateway.outbox.LaneKey;

/// Planned messages, as the planner would hand them to the store.
final class Letters {
  static final LaneKey TO_XMPP = new LaneKey("emsg.a.test", Network.XMPP, "xmpp.test");
  static final LaneKey TO_MAIL = new LaneKey("a.test", Network.SMTP, "mail.test");

  private static final AtomicLong SEED = new AtomicLong(1);

  private Letters() {}

  static Envelope envelope(Address sender, String id, String text, Address recipient) {
    return new Envelope(
        TraceId.next(World.NOON, new Random(SEED.getAndIncrement())),
        sender.network(),
        new MessageId(id),
        sender,
        Optional.empty(),
        List.of(recipient),
        World.NOON,
        World.NOON,
        Event.Posted.of(Body.of(text)),
        Provenance.verifiedBy("signature"),
        sha256(text),
        Optional.of(Bytes.utf8("{\"body\":\"" + text + "\"}")));
  }

  /// A message between two people of the home domain.
  static PlannedEnvelope home(Address.Emsg sender, Address.Emsg recipient, String id, String text) {
    Envelope envelope = envelope(sender, id, text, recipient);
    return new PlannedEnvelope(envelope, true, List.of(toMailbox(envelope, recipient)));
  }

  static Delivery.ToMailbox toMailbox(Envelope envelope, Address.Emsg account) {
    return new Delivery.ToMailbox(
        key(envelope, account),
        account,
        ConversationId.of(envelope.sender(), account),
        envelope.origin() == Network.EMSG
            ? envelope.id()
            : new MessageId("emsg-" + envelope.id().value()),
        envelope.wire().orElseThrow(),
        "home domain");
  }

  /// A message from alice to dave, who is on XMPP.
  static PlannedEnvelope toDave(String id, String text) {
    return to(World.DAVE, TO_XMPP, id, text);
  }

  /// A message from alice to somebody on another network.
  static PlannedEnvelope to(Address recipient, LaneKey lane, String id, String text) {
    Envelope envelope = envelope(World.ALICE, id, text, recipient);
    return new PlannedEnvelope(envelope, true, List.of(toLane(envelope, lane, recipient)));
  }

  static Delivery.ToLane toLane(Envelope envelope, LaneKey lane, Address recipient) {
    return new Delivery.ToLane(
        key(envelope, recipient),
        lane,
        ConversationId.of(envelope.sender(), recipient),
        recipient,
        recipient,
        new MessageId("native-" + envelope.id().value()),
        List.of(Network.SMTP),
        "rule 1");
  }

  static Delivery.Refused refused(Envelope envelope, Address recipient) {
    return new Delivery.Refused(
        key(envelope, recipient),
        recipient,
        Reason.of(Reason.Kind.NO_SUCH_USER, "Nobody has this name."),
        "no account");
  }

  static Delivery.ToPlanning toPlanning(Envelope envelope, Address recipient) {
    return new Delivery.ToPlanning(key(envelope, recipient), recipient, "discovery is late");
  }

  static Bytes key(Envelope envelope, Address recipient) {
    return sha256(
        envelope.origin() + " " + envelope.sender() + " " + envelope.id() + " " + recipient);
  }

  static Bytes sha256(String text) {
    try {
      return Bytes.wrap(
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
