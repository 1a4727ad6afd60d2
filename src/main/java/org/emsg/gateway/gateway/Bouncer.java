package org.emsg.gateway.gateway;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.emsg.gateway.address.Addressing;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Bytes;
import org.emsg.gateway.model.ConversationId;
import org.emsg.gateway.model.Envelope;
import org.emsg.gateway.model.Event;
import org.emsg.gateway.model.MessageId;
import org.emsg.gateway.model.Network;
import org.emsg.gateway.model.Provenance;
import org.emsg.gateway.model.Reason;
import org.emsg.gateway.outbox.LaneKey;
import org.emsg.gateway.outbox.OutboundMessage;
import org.emsg.gateway.outbox.Outbox;
import org.emsg.gateway.outbox.Outbox.FailedMessage;
import org.emsg.gateway.outbox.OutboxId;
import org.emsg.gateway.outbox.Wakeups;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Sees to what failed for good: a first contact goes on to the next network, everybody else's
/// sender is told, once (`architecture.md`, "One message", 4).
///
/// The bounce is an envelope like any other. Its id and digest are made of the failed message's, so
/// that dying between its acceptance and the end of the failed row doubles nothing: the next round
/// makes the same bounce again, and the intake knows it.
final class Bouncer {
  private static final Logger LOG = LoggerFactory.getLogger(Bouncer.class);
  private static final int PAGE = 64;

  private final Outbox outbox;
  private final Intake intake;
  private final Addressing addressing;
  private final Wayfinder ways;
  private final DeliveryWriter writer;
  private final Wakeups wakeups;
  private final Trace trace;
  private final Clock clock;

  Bouncer(
      Outbox outbox,
      Intake intake,
      Addressing addressing,
      Wayfinder ways,
      DeliveryWriter writer,
      Wakeups wakeups,
      Trace trace,
      Clock clock) {
    this.outbox = outbox;
    this.intake = intake;
    this.addressing = addressing;
    this.ways = ways;
    this.writer = writer;
    this.wakeups = wakeups;
    this.trace = trace;
    this.clock = clock;
  }

  /// Goes through all failed rows once; those whose bounce cannot be taken now stay for the next
  /// round. Always false: there is nothing more until something else fails.
  boolean round() {
    OutboxId after = new OutboxId(0);
    List<FailedMessage> page = outbox.failed(after, PAGE);
    while (!page.isEmpty()) {
      for (FailedMessage failed : page) {
        try {
          settle(failed);
        } catch (Throwable e) {
          LOG.error("{}: its failure is seen to in the next round", failed.envelope().trace(), e);
        }
        after = failed.id();
      }
      page = outbox.failed(after, PAGE);
    }
    return false;
  }

  private void settle(FailedMessage failed) {
    Optional<OutboundMessage> attempted = failed.attempted();
    if (attempted.isPresent()
        && triesElsewhere(failed.reason())
        && elsewhere(attempted.get(), failed.reason())) {
      return;
    }
    if (!deservesBounce(failed.envelope())) {
      String text = "no bounce: " + failed.reason().text();
      trace.line(failed.envelope().trace(), "dropped", text);
      outbox.bounced(failed.id());
      return;
    }
    switch (intake.accept(bounce(failed)).toCompletableFuture().join()) {
      case IntakeResult.Accepted _, IntakeResult.Duplicate _ -> outbox.bounced(failed.id());
      case IntakeResult.Refused refused -> {
        LOG.warn(
            "{}: its sender cannot be told that it failed: {}",
            failed.envelope().trace(),
            refused.reason().text());
        outbox.bounced(failed.id());
      }
      case IntakeResult.Deferred deferred ->
          LOG.debug("{}: bounced later: {}", failed.envelope().trace(), deferred.reason().text());
    }
  }

  // ---- the next network -------------------------------------------------------------------------

  /// Whether the failure says that they are not there, rather than that this message is unwanted.
  private static boolean triesElsewhere(Reason reason) {
    return switch (reason.kind()) {
      case NO_SUCH_USER, NO_SUCH_SERVER, UNAVAILABLE, REMOTE_TIMEOUT -> true;
      case MALFORMED,
          UNAUTHENTICATED,
          NOT_ALLOWED,
          CONFLICT,
          GONE,
          TOO_LARGE,
          UNSUPPORTED_CONTENT,
          SCHEMA_VIOLATION,
          UNVERIFIED_SENDER,
          TLS_REQUIRED,
          RATE_LIMITED,
          MAILBOX_FULL,
          LOOP,
          REMOTE_FAILURE,
          EXPIRED,
          INTERNAL ->
          false;
    };
  }

  private boolean elsewhere(OutboundMessage message, Reason reason) {
    Address now = message.recipient();
    for (int i = 0; i < message.next().size(); i++) {
      Network network = message.next().get(i);
      Optional<Address> there = ways.nativeOn(network, now.local(), now.domain());
      Optional<LaneKey> lane = there.flatMap(to -> writer.lane(message.envelope(), to));
      if (lane.isPresent()) {
        ConversationId conversation = DeliveryWriter.conversation(message.envelope(), there.get());
        Outbox.Reroute reroute =
            new Outbox.Reroute(
                lane.get(),
                conversation,
                there.get(),
                writer.mint(message.envelope(), there.get()),
                message.next().subList(i + 1, message.next().size()),
                message.lane().network().label() + " failed (" + reason.text() + ')');
        if (outbox.reroute(message.id(), reroute)) {
          wakeups.queued(lane.get());
        }
        return true;
      }
    }
    return false;
  }

  // ---- the bounce -------------------------------------------------------------------------------

  /// A bounce never bounces, a lost receipt is nobody's news, nobody is told in the name of a
  /// network that did not vouch for them, or who does not want to be.
  private static boolean deservesBounce(Envelope envelope) {
    return envelope.provenance().verified()
        && envelope.reportTo().isPresent()
        && switch (envelope.event()) {
          case Event.Posted _, Event.Opaque _ -> true;
          case Event.Receipted _, Event.Bounced _ -> false;
        };
  }

  private Envelope bounce(FailedMessage failed) {
    Envelope envelope = failed.envelope();
    byte[] digest = digest(envelope, failed.addressed());
    return new Envelope(
        envelope.trace(),
        envelope.origin(),
        new MessageId(uuid(digest).toString()),
        author(envelope, failed.addressed()),
        Optional.empty(),
        List.of(envelope.reportTo().orElseThrow()),
        clock.instant(),
        clock.instant(),
        new Event.Bounced(envelope.id(), failed.addressed(), failed.reason()),
        Provenance.verifiedBy("gateway"),
        Bytes.wrap(digest),
        Optional.empty());
  }

  /// The home domain that answers for where the message was addressed, or for who sent it.
  private Address.Emsg author(Envelope envelope, Address addressed) {
    String home =
        addressing
            .ownerOf(addressed.domain())
            .or(() -> addressing.ownerOf(envelope.sender().domain()))
            .orElseGet(() -> addressing.homeDomains().getFirst());
    return new Address.Emsg("", home);
  }

  private static byte[] digest(Envelope envelope, Address addressed) {
    String text =
        "bounce\0"
            + envelope.origin().label()
            + '\0'
            + envelope.sender().text()
            + '\0'
            + envelope.trace()
            + '\0'
            + addressed.text();
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /// RFC 9562 §5.8.
  private static UUID uuid(byte[] digest) {
    ByteBuffer bytes = ByteBuffer.wrap(digest);
    long high = (bytes.getLong() & ~0xF000L) | 0x8000L;
    long low = (bytes.getLong() & 0x3FFF_FFFF_FFFF_FFFFL) | 0x8000_0000_0000_0000L;
    return new UUID(high, low);
  }
}
