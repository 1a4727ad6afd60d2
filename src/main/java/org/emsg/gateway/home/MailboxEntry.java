package org.emsg.gateway.home;

import org.emsg.gateway.model.Bytes;
import org.emsg.gateway.model.TraceId;

/// A stored message of one account.
///
/// @param cursor its place in the mailbox: 1 for the first ever, without gaps at the time of
///   writing
/// @param line the signed JSON object as the account's devices get it, without `cursor`
public record MailboxEntry(long cursor, TraceId trace, Bytes line) {}
