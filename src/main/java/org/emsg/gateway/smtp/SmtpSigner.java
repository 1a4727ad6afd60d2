package org.emsg.gateway.smtp;

import java.time.Clock;
import java.util.List;
import org.emsg.gateway.address.Addressing;
import org.emsg.gateway.crypto.DomainKeys;
import org.emsg.gateway.crypto.RsaSignatures;
import org.emsg.gateway.model.Bytes;
import org.emsg.gateway.smtp.auth.DkimSigner;
import org.emsg.gateway.smtp.mime.MailHeaders;

/// Signs what goes out with the keys of the home domain that answers for its From: by RSA, and by
/// Ed25519 for those who know it. Thread-safe.
final class SmtpSigner {
  private final DomainKeys keys;
  private final Addressing addressing;
  private final List<String> selectors;
  private final Clock clock;

  /// @param selectors of the RSA key, then of the Ed25519 key
  SmtpSigner(DomainKeys keys, Addressing addressing, List<String> selectors, Clock clock) {
    this.keys = keys;
    this.addressing = addressing;
    this.selectors = selectors;
    this.clock = clock;
  }

  /// @throws IllegalStateException if the From is of a domain that is not ours
  OutgoingMail sign(OutgoingMail mail) {
    String home =
        addressing
            .ownerOf(mail.author())
            .orElseThrow(() -> new IllegalStateException(mail.author() + " is not ours"));
    byte[] content = mail.content().view();
    MailHeaders headers =
        MailHeaders.parse(content)
            .orElseThrow(() -> new IllegalStateException("a mail of ours has too large a header"));
    byte[] signatures =
        DkimSigner.sign(
            headers,
            content,
            clock.instant(),
            List.of(
                new DkimSigner.Key(
                    "rsa-sha256",
                    mail.author(),
                    selectors.getFirst(),
                    bytes -> RsaSignatures.sign(keys.rsa(home), bytes)),
                new DkimSigner.Key(
                    "ed25519-sha256",
                    mail.author(),
                    selectors.getLast(),
                    bytes -> keys.ed25519(home).sign(DkimSigner.sha256(bytes)))));
    byte[] signed = new byte[signatures.length + content.length];
    System.arraycopy(signatures, 0, signed, 0, signatures.length);
    System.arraycopy(content, 0, signed, signatures.length, content.length);
    return mail.withContent(Bytes.wrap(signed));
  }
}
