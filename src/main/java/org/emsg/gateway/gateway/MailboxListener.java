package org.emsg.gateway.gateway;

import org.emsg.gateway.home.MailboxEntry;
import org.emsg.gateway.model.Address;

/// Told of each new mailbox entry after its commit, in cursor order for an account, on the intake's
/// thread: hands it to live sessions and returns at once.
public interface MailboxListener {
  void arrived(Address.Emsg account, MailboxEntry entry);
}
