package org.emsg.gateway.xmpp;

import java.nio.ByteBuffer;
import java.util.UUID;
import org.emsg.gateway.gateway.Minting;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Envelope;
import org.emsg.gateway.model.MessageId;
import org.emsg.gateway.model.Network;

/// Stanza ids of messages that go to XMPP: a UUID (version 8, RFC 9562 §5.8) made of who wrote what
/// to whom.
///
/// Not the writer's own id, though XMPP could bear it: errors and receipts come back with nothing
/// but this id, so it has to name one message to one recipient, whatever others call theirs.
public final class XmppMinting implements Minting {
  @Override
  public Network network() {
    return Network.XMPP;
  }

  @Override
  public MessageId mint(Envelope envelope, Address recipient) {
    ByteBuffer hash =
        ByteBuffer.wrap(
            Sha256.of(
                    "xmpp-id",
                    envelope.origin().label(),
                    envelope.provenance().verified() ? "verified" : "unverified",
                    envelope.sender().text(),
                    envelope.id().value(),
                    envelope.digest().asHex(),
                    recipient.text())
                .view());
    long high = (hash.getLong() & 0xFFFF_FFFF_FFFF_0FFFL) | 0x8000L;
    long low = (hash.getLong() & 0x3FFF_FFFF_FFFF_FFFFL) | 0x8000_0000_0000_0000L;
    return new MessageId(new UUID(high, low).toString());
  }
}
