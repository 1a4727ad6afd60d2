package org.emsg.gateway.gateway;

import java.util.concurrent.atomic.AtomicLong;
import org.emsg.gateway.model.Attachment;
import org.emsg.gateway.model.Envelope;
import org.emsg.gateway.model.Event;

/// Counts what is inside the intake, so that a slow database costs bounded memory. Thread-safe.
///
/// Whoever finds the house empty enters, however large: a limit below one message's size would else
/// defer it for ever.
final class IntakeGate {
  /// What an envelope costs beside its text: records, ids, the answer.
  private static final int OVERHEAD = 1_024;

  private final int maxEnvelopes;
  private final long maxBytes;
  private final AtomicLong envelopes = new AtomicLong();
  private final AtomicLong bytes = new AtomicLong();

  IntakeGate(int maxEnvelopes, long maxBytes) {
    this.maxEnvelopes = maxEnvelopes;
    this.maxBytes = maxBytes;
  }

  boolean enter(long weight) {
    long inside = envelopes.incrementAndGet();
    long total = bytes.addAndGet(weight);
    if (inside == 1 || (inside <= maxEnvelopes && total <= maxBytes)) {
      return true;
    }
    leave(weight);
    return false;
  }

  void leave(long weight) {
    envelopes.decrementAndGet();
    bytes.addAndGet(-weight);
  }

  long inside() {
    return envelopes.get();
  }

  /// About how many bytes of heap an envelope holds while it is inside, its mailbox form included.
  static long weigh(Envelope envelope) {
    long weight = OVERHEAD + 128L * envelope.recipients().size();
    if (envelope.wire().isPresent()) {
      weight += envelope.wire().get().size();
    }
    if (envelope.event() instanceof Event.Posted posted) {
      weight += 2L * posted.body().text().length();
      weight += 2L * posted.body().html().map(String::length).orElse(0);
      weight += 2L * posted.body().trimmed().map(String::length).orElse(0);
      for (Attachment attachment : posted.attachments()) {
        if (attachment.content() instanceof Attachment.Content.Inline inline) {
          weight += 3L * inline.bytes().size();
        }
      }
    }
    return weight;
  }
}
