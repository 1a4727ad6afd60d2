package org.emsg.gateway.emsg;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.emsg.gateway.address.Addressing;
import org.emsg.gateway.gateway.MailboxForm;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Bytes;
import org.emsg.gateway.model.Envelope;
import org.emsg.gateway.model.Event;
import org.emsg.gateway.model.MessageId;
import org.emsg.gateway.model.Network;

/// What is put into a home user's mailbox: the JSON that an EMSG sender signed, as it came; for all
/// else an object that the recipient's home domain signs and marks `bridge` (`addresses.md`, case
/// 2). Thread-safe.
final class EmsgMailboxForm implements MailboxForm {
  private final Addressing addressing;
  private final OurKeys keys;
  private final MessageWriter writer;
  private final EmsgMinting minting;

  EmsgMailboxForm(Addressing addressing, OurKeys keys, MessageWriter writer, EmsgMinting minting) {
    this.addressing = addressing;
    this.keys = keys;
    this.writer = writer;
    this.minting = minting;
  }

  @Override
  public Item render(Envelope envelope, Address.Emsg account) {
    MessageId id = minting.mint(envelope, account);
    if (envelope.origin() == Network.EMSG && envelope.wire().isPresent()) {
      return new Item(id, envelope.wire().get());
    }
    ObjectNode json =
        writer
            .write(envelope, id, shownSender(envelope, account), account)
            .orElseThrow(
                () -> new IllegalArgumentException("an opaque event stays on its own network"));
    Signatures.sign(json, keys.domainKey(account.domain()));
    return new Item(id, Bytes.utf8(json.toString()));
  }

  /// A bounce is the home domain's own word; everything else is from whom it is from.
  private Address.Emsg shownSender(Envelope envelope, Address.Emsg account) {
    return envelope.event() instanceof Event.Bounced
        ? account.authority()
        : addressing
            .shownAtHome(envelope.sender())
            .orElseThrow(() -> new IllegalArgumentException("the sender has no name on EMSG"));
  }
}
