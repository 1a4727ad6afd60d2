package org.emsg.gateway.smtp;

import java.net.InetAddress;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Bytes;
import org.emsg.gateway.model.MessageId;
import org.emsg.gateway.model.TraceId;

/// A message as SMTP gave it to us: the wire record of what comes in.
///
/// @param client who connected
/// @param helo what the client calls itself
/// @param tls protocol and cipher, where the connection is encrypted
/// @param reversePath the envelope sender as written; empty for the null sender
/// @param content header and body, lines end in CRLF
public record ReceivedMail(
    TraceId trace,
    Instant received,
    InetAddress client,
    String helo,
    Optional<String> tls,
    String reversePath,
    List<Recipient> recipients,
    Bytes content) {
  public ReceivedMail {
    recipients = List.copyOf(recipients);
  }

  /// Whom it is for.
  public sealed interface Recipient {
    /// Somebody on one of our domains.
    record Person(Address address) implements Recipient {}

    /// An envelope sender that we made for the message `nativeId`, and that is really ours.
    record Return(MessageId nativeId) implements Recipient {}
  }
}
