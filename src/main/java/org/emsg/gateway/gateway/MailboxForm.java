package org.emsg.gateway.gateway;

import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Bytes;
import org.emsg.gateway.model.Envelope;
import org.emsg.gateway.model.MessageId;

/// Gives an envelope the form in which a home user's devices get it: for EMSG the JSON that was
/// signed, as it came; for a bridged one a new object that the home domain signs and marks
/// `bridge`. The EMSG edge implements it; it is asked once a recipient, before the transaction.
public interface MailboxForm {
  /// May block for a signature, not for I/O other than the id map.
  Item render(Envelope envelope, Address.Emsg account);

  /// What is stored.
  record Item(MessageId id, Bytes line) {}
}
