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
  private final Map<Address.Emsg, Set<DeviceRequests>> connected = new ConcurrentHashMap<>();

  @Override
  public void arrived(Address.Emsg account, MailboxEntry entry) {
    Set<DeviceRequests> devices = connected.get(account);
    if (devices != null) {
      for (DeviceRequests device : devices) {
        device.arrived(entry);
      }
    }
  }

  void add(Address.Emsg account, DeviceRequests device) {
    connected.compute(
        account,
        (_, devices) -> {
          Set<DeviceRequests> all = devices == null ? new CopyOnWriteArraySet<>() : devices;
          all.add(device);
          return all;
        });
  }

  void remove(Address.Emsg account, DeviceRequests device) {
    connected.computeIfPresent(
        account,
        (_, devices) -> {
          devices.remove(device);
          return devices.isEmpty() ? null : devices;
        });
  }

  /// Those who have a device connected.
  Set<Address.Emsg> accounts() {
    return Set.copyOf(connected.keySet());
  }

  /// How far mailboxes have come, as the store says.
  void seen(Map<Address.Emsg, Long> heads) {
    heads.forEach((account, head) ->
        connected.getOrDefault(account, Set.of()).forEach(device -> device.mayBeBehind(head)));
  }

  /// Which keys are revoked.
  void revoked(Map<Address.Emsg, Set<String>> keys) {
    keys.forEach((account, keyIds) ->
        connected.getOrDefault(account, Set.of()).forEach(device -> device.revoked(keyIds)));
  }

  /// Accounts with a device connected.
  int size() {
    return connected.size();
  }
}
