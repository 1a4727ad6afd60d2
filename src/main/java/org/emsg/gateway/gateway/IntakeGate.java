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
  /// What a mailbox form has beside the text: names, ids, a signature.
  private static final int FORM = 1_024;

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

  /// About how many bytes of memory an envelope takes while it is inside. Each home user's mailbox
  /// form is an object of its own, unless it is the signed JSON as it came; whose form will be made
  /// is not known yet, so every recipient counts.
  static long weigh(Envelope envelope) {
    long weight = envelope.weight();
    return envelope.wire().isPresent()
        ? weight
        : weight + form(envelope.event()) * envelope.recipients().size();
  }

  private static long form(Event event) {
    long weight = FORM;
    if (event instanceof Event.Posted posted) {
      weight += 2L * posted.body().text().length();
      for (Attachment attachment : posted.attachments()) {
        weight += 512;
        // In base64.
        weight +=
            attachment.content() instanceof Attachment.Content.Inline
                ? attachment.size() * 4 / 3
                : 0;
      }
    }
    return weight;
  }
}
