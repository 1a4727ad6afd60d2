package org.emsg.gateway.gateway;

import java.nio.charset.StandardCharsets;
import org.emsg.gateway.address.Addressing;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Attachment;
import org.emsg.gateway.model.Body;
import org.emsg.gateway.model.Envelope;
import org.emsg.gateway.model.Event;
import org.emsg.gateway.model.Network;
import org.emsg.gateway.model.Verdict;
import org.emsg.gateway.policy.Policy;

/// Asks policy what it thinks of a sender, in policy's terms.
final class SenderCheck {
  private final Addressing addressing;
  private final Policy policy;

  SenderCheck(Addressing addressing, Policy policy) {
    this.addressing = addressing;
    this.policy = policy;
  }

  /// Counts the message toward its sender's rate.
  Verdict admit(Envelope envelope) {
    return isOwnBounce(envelope)
        ? Verdict.allow()
        : policy.message(
            sender(envelope.origin(), envelope.sender(), envelope.provenance().verified()),
            envelope.provenance(),
            size(envelope));
  }

  /// What can be said before there is a message.
  Verdict admit(Network origin, Address sender, boolean verified) {
    return policy.sender(sender(origin, sender, verified));
  }

  Policy.Sender sender(Network origin, Address sender, boolean verified) {
    boolean atHome = origin == Network.EMSG && verified && isHome(sender);
    return new Policy.Sender(sender, atHome, verified);
  }

  boolean isHome(Address sender) {
    return sender instanceof Address.Emsg && addressing.homeDomains().contains(sender.domain());
  }

  /// Whether we made it: no edge lets anybody write as one of our domains itself.
  boolean isOwnBounce(Envelope envelope) {
    return envelope.event() instanceof Event.Bounced
        && envelope.sender().local().isEmpty()
        && isHome(envelope.sender());
  }

  private static long size(Envelope envelope) {
    if (envelope.wire().isPresent()) {
      return envelope.wire().get().size();
    }
    long size = 0;
    if (envelope.event() instanceof Event.Posted posted) {
      Body body = posted.body();
      size = utf8(body.text());
      size += body.html().map(SenderCheck::utf8).orElse(0);
      size += body.trimmed().map(SenderCheck::utf8).orElse(0);
      for (Attachment attachment : posted.attachments()) {
        size += attachment.content() instanceof Attachment.Content.Linked ? 0 : attachment.size();
      }
    }
    return size;
  }

  private static int utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }
}
