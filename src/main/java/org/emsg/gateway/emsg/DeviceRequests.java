package org.emsg.gateway.emsg;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.emsg.gateway.home.MailboxEntry;
import org.emsg.gateway.home.Mailboxes.DeviceRef;
import org.emsg.gateway.model.Address;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What an authenticated device may ask for: its mailbox, and who somebody is (profile §9).
final class DeviceRequests {
  private static final Logger LOG = LoggerFactory.getLogger(DeviceRequests.class);
  private static final int PAGE = 100;
  private static final Duration AGAIN = Duration.ofSeconds(10);

  private final SessionContext context;
  private final Address.Emsg user;
  private final DeviceRef device;
  private final String keyId;
  private final LineChannel out;
  private final MailboxFeed feed;

  /// @param keyId of the key that the device proved
  DeviceRequests(SessionContext context, Peer.Device peer, String keyId, LineChannel out) {
    this.context = context;
    this.keyId = keyId;
    this.user = peer.user();
    this.device = new DeviceRef(peer.user(), peer.name());
    this.out = out;
    this.feed =
        new MailboxFeed(
            user, context.mailboxes(), out, context.config().maxPending(), context.blocking());
    context.live().add(user, this);
  }

  void drained() {
    feed.drained();
  }

  void arrived(MailboxEntry entry) {
    feed.arrived(entry);
  }

  void mayBeBehind(long head) {
    feed.mayBeBehind(head);
  }

  /// Keys of the account that are revoked: whoever proved one of them is sent away.
  void revoked(Set<String> keyIds) {
    if (keyIds.contains(keyId)) {
      feed.stop();
      out.sendLast(
          Replies.plain(
              Optional.empty(), Code.UNAUTHORIZED, "The key of this session is revoked."));
    }
  }

  void close() {
    feed.stop();
    context.live().remove(user, this);
  }

  /// One page of stored messages; after the last page, what is new is pushed.
  CompletionStage<?> sync(EsmpLine.Sync request) {
    feed.stop();
    return CompletableFuture.runAsync(() -> answer(request), context.blocking());
  }

  private void answer(EsmpLine.Sync request) {
    try {
      long since =
          request.since().orElseGet(() -> context.mailboxes().acknowledged(user, device.device()));
      answer(request, since);
    } catch (RuntimeException e) {
      LOG.warn("The mailbox of {} cannot be read; the device is told so", user, e);
      out.send(
          Replies.retry(
              request.id(), Code.TRY_LATER, "The mailbox cannot be read just now.", AGAIN));
    }
  }

  private void answer(EsmpLine.Sync request, long since) {
    int limit = request.limit().orElse(PAGE);
    List<MailboxEntry> entries = context.mailboxes().read(user, since, limit);
    ByteArrayOutputStream line = new ByteArrayOutputStream(1024);
    StringBuilder head = new StringBuilder("{\"type\":\"response\"");
    request
        .id()
        .ifPresent(id -> {
          head.append(",\"id\":");
          EsmpCodec.quote(head, id);
        });
    write(line, head.append(",\"code\":200,\"message\":\"OK\",\"messages\":["));
    long cursor = since;
    int taken = 0;
    // A page is a line, and a line has its limit; one message always fits.
    int room = context.config().maxLine() - 1024;
    for (MailboxEntry entry : entries) {
      int size = entry.line().size() + 32;
      if (taken > 0 && line.size() + size > room) {
        break;
      }
      byte[] object = entry.line().view();
      if (taken > 0) {
        line.write(',');
      }
      line.write(object, 0, object.length - 1);
      write(line, new StringBuilder(",\"cursor\":").append(entry.cursor()).append('}'));
      cursor = entry.cursor();
      taken++;
    }
    boolean more = taken > 0 && context.mailboxes().head(user) > cursor;
    write(
        line,
        new StringBuilder("],\"cursor\":")
            .append(cursor)
            .append(",\"more\":")
            .append(more)
            .append("}\n"));
    out.send(line.toByteArray());
    if (!more) {
      feed.start(cursor);
    }
  }

  private static void write(ByteArrayOutputStream into, StringBuilder text) {
    into.writeBytes(text.toString().getBytes(StandardCharsets.UTF_8));
  }

  /// An acknowledgement is answered only where it has an id, once it is stored.
  CompletionStage<?> acknowledge(EsmpLine.Ack ack) {
    if (ack.id().isEmpty()) {
      context.acks().note(device, ack.cursor());
      return CompletableFuture.completedStage(true);
    }
    return context
        .acks()
        .acknowledge(device, ack.cursor())
        .thenAccept(stored ->
            out.send(
                stored
                    ? Replies.plain(ack.id(), Code.OK, Code.OK.phrase())
                    : Replies.retry(ack.id(), Code.TRY_LATER, "It could not be stored.", AGAIN)));
  }

  CompletionStage<?> resolve(EsmpLine.Resolve request) {
    return context.lookups().resolve(request, user, out);
  }
}
