package org.emsg.gateway.smtp;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import org.emsg.gateway.address.Addressing;
import org.emsg.gateway.gateway.Minting;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Envelope;
import org.emsg.gateway.model.MessageId;
import org.emsg.gateway.model.Network;

/// The `Message-ID` of what we send (RFC 5322 §3.6.4), without its angle brackets: 26 characters of
/// base 32, a hash of what the message is and whom it is for, at the face that it comes from. The
/// same at every attempt. Thread-safe.
public final class SmtpMinting implements Minting {
  private static final int HASH_BYTES = 16;

  private final Addressing addressing;

  public SmtpMinting(Addressing addressing) {
    this.addressing = addressing;
  }

  @Override
  public Network network() {
    return Network.SMTP;
  }

  @Override
  public MessageId mint(Envelope envelope, Address recipient) {
    String text =
        envelope.origin().label()
            + '\n'
            + envelope.provenance().verified()
            + '\n'
            + envelope.sender().text()
            + '\n'
            + envelope.id()
            + '\n'
            + envelope.digest().asHex()
            + '\n'
            + recipient.text();
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return new MessageId(Base32.encode(Arrays.copyOf(hash, HASH_BYTES)) + '@' + face(envelope));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private String face(Envelope envelope) {
    return addressing
        .shownOn(Network.SMTP, envelope.sender())
        .map(Address::domain)
        .filter(addressing::isOurs)
        .or(() -> addressing.face(Network.EMSG, Network.SMTP))
        .orElseGet(() -> addressing.homeDomains().getFirst());
  }
}
