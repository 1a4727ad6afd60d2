package org.emsg.gateway.smtp;

import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Bytes;
import org.emsg.gateway.model.MessageId;
import org.emsg.gateway.model.TraceId;
import org.emsg.gateway.smtp.wire.SmtpCommand;

/// A message as SMTP is to take it: the wire record of what goes out. All of it is 7-bit but the
/// addresses of people whose addresses are not.
///
/// @param lane the domain at the other end
/// @param author the domain of the From: a face of ours
/// @param reversePath the envelope sender; empty for a report
/// @param content header and body, lines end in CRLF
record OutgoingMail(
    TraceId trace,
    MessageId id,
    String lane,
    String author,
    String reversePath,
    Address.Smtp recipient,
    Bytes content) {
  /// Whether only a server with SMTPUTF8 (RFC 6531) can take it.
  boolean needsUtf8() {
    return !SmtpCommand.isAscii(recipient.mailbox());
  }

  OutgoingMail withContent(Bytes signed) {
    return new OutgoingMail(trace, id, lane, author, reversePath, recipient, signed);
  }
}
