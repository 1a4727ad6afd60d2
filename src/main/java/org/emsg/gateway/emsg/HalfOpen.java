package org.emsg.gateway.emsg;

import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import org.emsg.gateway.net.Origin;

/// The connections that have proved nothing, by where they come from. Thread-safe.
///
/// There is a limit for each origin and one for all. Where the latter is reached, nobody is shut
/// out by those who came before: the oldest connection of the origin that has most of them makes
/// room, so that whoever wants all places needs ever more origins, and not only patience.
final class HalfOpen {
  private final int max;
  private final int maxOfOne;
  private final Map<Origin, LinkedHashSet<ServerConnection>> byOrigin = new HashMap<>();
  private int size;

  /// @param max connections in all
  /// @param maxOfOne connections of one origin
  HalfOpen(int max, int maxOfOne) {
    this.max = max;
    this.maxOfOne = maxOfOne;
  }

  /// Whether there is a place for `connection`; another one may be closed for it.
  boolean enter(ServerConnection connection) {
    Optional<ServerConnection> instead = Optional.empty();
    synchronized (this) {
      int there = of(connection.origin()).size();
      if (there >= maxOfOne) {
        return false;
      }
      if (size >= max) {
        instead = oldestOfMost(there);
        if (instead.isEmpty()) {
          return false;
        }
        leave(instead.get());
      }
      byOrigin.computeIfAbsent(connection.origin(), _ -> new LinkedHashSet<>()).add(connection);
      size++;
    }
    instead.ifPresent(ServerConnection::close);
    return true;
  }

  /// Of the origins that have more than `there`.
  private Optional<ServerConnection> oldestOfMost(int there) {
    return byOrigin.values().stream()
        .max(Comparator.comparingInt(Collection::size))
        .filter(most -> most.size() > there)
        .map(LinkedHashSet::getFirst);
  }

  private Collection<ServerConnection> of(Origin origin) {
    LinkedHashSet<ServerConnection> there = byOrigin.get(origin);
    return there == null ? java.util.Set.of() : there;
  }

  /// It is closed, or has proved who it is; does nothing where it left before.
  synchronized void leave(ServerConnection connection) {
    LinkedHashSet<ServerConnection> there = byOrigin.get(connection.origin());
    if (there != null && there.remove(connection)) {
      size--;
      if (there.isEmpty()) {
        byOrigin.remove(connection.origin());
      }
    }
  }

  synchronized int size() {
    return size;
  }
}
