package org.emsg.gateway.gateway;

import java.util.List;
import org.emsg.gateway.home.MailboxEntry;
import org.emsg.gateway.model.Address;

/// The intake's transaction.
public interface IntakeStore {
  /// Commits a batch, at most 256 envelopes and 2,000 rows, in one transaction, and answers for
  /// each in order. A batch that fails is tried again one by one, so that a poisoned envelope takes
  /// no other with it; serialisation failures are retried. Blocks.
  List<Committed> commit(List<PlannedEnvelope> batch);

  /// The answer for one envelope, and the mailbox entries that it made.
  record Committed(IntakeResult result, List<Arrival> arrivals) {}

  /// A new entry in `account`'s mailbox.
  record Arrival(Address.Emsg account, MailboxEntry entry) {}
}
