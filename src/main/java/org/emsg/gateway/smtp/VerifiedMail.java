package org.emsg.gateway.smtp;

import java.util.Optional;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Provenance;
import org.emsg.gateway.smtp.mime.MailContent;
import org.emsg.gateway.smtp.mime.MailHeaders;

/// A received message, read and looked at: the wire record between `smtpVerify` and
/// `smtpTranslateIn`.
///
/// @param author who it says it is from; empty only for what comes back to one of our envelope
///   senders from nobody who could be named
/// @param authorName what the author calls themself, as it stood in the header
/// @param reportTo who is told where it fails: its envelope sender, where that may be
record VerifiedMail(
    ReceivedMail mail,
    MailHeaders headers,
    MailContent content,
    Optional<Address.Smtp> author,
    String authorName,
    Provenance provenance,
    Optional<Address> reportTo) {}
