package org.emsg.gateway.home;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.emsg.gateway.model.Address;

/// Where home users' messages are kept until each of their devices acknowledged them or retention
/// ends. Entries come in by `gateway.IntakeStore` only. Calls block on the database.
public interface Mailboxes {
  /// Entries after `since`, in order, at most `limit`.
  List<MailboxEntry> read(Address.Emsg account, long since, int limit);

  /// The cursor of the newest entry, 0 for an empty mailbox.
  long head(Address.Emsg account);

  /// The same of many at once; accounts that are not there are left out.
  Map<Address.Emsg, Long> heads(Collection<Address.Emsg> accounts);

  /// Whether others than this process may put entries in.
  boolean mayBeShared();

  /// What `device` acknowledged last; a device never seen is registered at `0`.
  long acknowledged(Address.Emsg account, String device);

  /// Moves devices on, many in one transaction; a cursor never moves back.
  void acknowledge(Map<DeviceRef, Long> cursors);

  /// One device of one account. The name is the client's own, 1 to 64 printable ASCII characters.
  record DeviceRef(Address.Emsg account, String device) {}
}
