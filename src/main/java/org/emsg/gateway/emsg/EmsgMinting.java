package org.emsg.gateway.emsg;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.UUID;
import org.emsg.gateway.gateway.Minting;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Envelope;
import org.emsg.gateway.model.MessageId;
import org.emsg.gateway.model.Network;

/// Message ids on EMSG: the sender's own, and for what was bridged a UUID of version 8 (RFC 9562
/// §5.8) made of the origin, the sender, their network's id and the content.
///
/// The content, since XMPP clients that count from one use an id again, and lists send on what they
/// changed under the `Message-ID` that it had: other words are another message (profile §6). Copies
/// that say the same have one id.
final class EmsgMinting implements Minting {
  @Override
  public Network network() {
    return Network.EMSG;
  }

  @Override
  public MessageId mint(Envelope envelope, Address recipient) {
    return envelope.origin() == Network.EMSG ? envelope.id() : bridged(envelope);
  }

  private static MessageId bridged(Envelope envelope) {
    // An unverified sender's ids never meet a verified one's (profile §6).
    String name =
        String.join(
            "\n",
            envelope.origin().label(),
            envelope.provenance().verified() ? "verified" : "unverified",
            envelope.sender().text(),
            envelope.id().value(),
            envelope.digest().asHex());
    byte[] hash;
    try {
      hash = MessageDigest.getInstance("SHA-256").digest(name.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
    long high = java.nio.ByteBuffer.wrap(hash).getLong(0);
    long low = java.nio.ByteBuffer.wrap(hash).getLong(8);
    return new MessageId(
        new UUID(
                (high & ~0xF000L) | 0x8000L,
                (low & 0x3FFF_FFFF_FFFF_FFFFL) | 0x8000_0000_0000_0000L)
            .toString());
  }
}
