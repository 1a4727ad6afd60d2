package org.emsg.gateway.emsg;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.emsg.gateway.home.MailboxEntry;
import org.emsg.gateway.home.Mailboxes.DeviceRef;
import org.emsg.gateway.model.Address;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What an authenticated device may ask for: its mailbox, and who somebody is (profile §9).
final class DeviceRequests {
  private static final Logger LOG = LoggerFactory.getLogger(DeviceRequests.class);
  private static final int PAGE = 100;

  private final SessionContext context;
  private final Address.Emsg user;
  private final DeviceRef device;
  private final LineChannel out;
  private final MailboxFeed feed;

  DeviceRequests(SessionContext context, Peer.Device peer, LineChannel out) {
    this.context = context;
    this.user = peer.user();
    this.device = new DeviceRef(peer.user(), peer.name());
    this.out = out;
    this.feed =
        new MailboxFeed(
            user, context.mailboxes(), out, context.config().maxPending(), context.blocking());
    context.live().add(user, feed);
  }

  void drained() {
    feed.drained();
  }

  void close() {
    feed.stop();
    context.live().remove(user, feed);
  }

  /// One page of stored messages; after the last page, what is new is pushed.
  void sync(EsmpLine.Sync request) {
    feed.stop();
    context
        .blocking()
        .execute(() -> {
          try {
            long since =
                request
                    .since()
                    .orElseGet(() -> context.mailboxes().acknowledged(user, device.device()));
            answer(request, since);
          } catch (RuntimeException e) {
            LOG.warn("The mailbox of {} cannot be read; the device is told so", user, e);
            out.send(
                Replies.retry(
                    request.id(),
                    Code.TRY_LATER,
                    "The mailbox cannot be read just now.",
                    java.time.Duration.ofSeconds(10)));
          }
        });
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
  void acknowledge(EsmpLine.Ack ack) {
    var written = context.acks().acknowledge(device, ack.cursor());
    ack.id()
        .ifPresent(id ->
            written.thenAccept(done ->
                out.send(
                    done
                        ? Replies.plain(Optional.of(id), Code.OK, Code.OK.phrase())
                        : Replies.retry(
                            Optional.of(id),
                            Code.TRY_LATER,
                            "It could not be stored.",
                            java.time.Duration.ofSeconds(10)))));
  }

  void resolve(EsmpLine.Resolve request) {
    context.lookups().resolve(request, user, out);
  }
}
