package org.emsg.gateway.emsg;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArraySet;
import org.emsg.gateway.gateway.MailboxListener;
import org.emsg.gateway.home.MailboxEntry;
import org.emsg.gateway.model.Address;

/// Which devices are connected here, by account. Hands them what arrives, on the intake's thread.
final class LiveSessions implements MailboxListener {
  private final Map<Address.Emsg, Set<MailboxFeed>> feeds = new ConcurrentHashMap<>();

  @Override
  public void arrived(Address.Emsg account, MailboxEntry entry) {
    Set<MailboxFeed> devices = feeds.get(account);
    if (devices != null) {
      for (MailboxFeed feed : devices) {
        feed.arrived(entry);
      }
    }
  }

  void add(Address.Emsg account, MailboxFeed feed) {
    feeds.compute(
        account,
        (_, devices) -> {
          Set<MailboxFeed> all = devices == null ? new CopyOnWriteArraySet<>() : devices;
          all.add(feed);
          return all;
        });
  }

  void remove(Address.Emsg account, MailboxFeed feed) {
    feeds.computeIfPresent(
        account,
        (_, devices) -> {
          devices.remove(feed);
          return devices.isEmpty() ? null : devices;
        });
  }

  /// Those who have a device connected.
  Set<Address.Emsg> accounts() {
    return Set.copyOf(feeds.keySet());
  }

  /// How far mailboxes have come, as the store says.
  void seen(Map<Address.Emsg, Long> heads) {
    heads.forEach(
        (account, head) ->
            feeds.getOrDefault(account, Set.of()).forEach(feed -> feed.mayBeBehind(head)));
  }

  /// Accounts with a device connected.
  int size() {
    return feeds.size();
  }
}
