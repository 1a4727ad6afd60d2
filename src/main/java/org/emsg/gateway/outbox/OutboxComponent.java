package org.emsg.gateway.outbox;

import java.time.Clock;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.apache.camel.Endpoint;
import org.apache.camel.support.DefaultComponent;
import org.emsg.gateway.model.Network;

/// `outbox:<network>`: what waits for one network's servers, message by message, as the beginning
/// of a route that ends in an `Outcome`.
public final class OutboxComponent extends DefaultComponent implements Wakeups {
  private final Services services;
  private final Set<Wakeups> dispatchers = ConcurrentHashMap.newKeySet();
  private final Map<Network, Supplier<Set<String>>> elsewhere = new ConcurrentHashMap<>();

  /// What the consumers work with.
  ///
  /// @param node this node's name among those that share the database; where it stays the same over
  ///   restarts, the lanes that it held when it died are drained again at once
  /// @param random is asked by many threads
  /// @param failed told when rows have failed for good; returns at once
  public record Services(
      String node,
      Outbox outbox,
      OutboxSettings settings,
      Clock clock,
      RandomGenerator random,
      Runnable failed) {}

  public OutboxComponent(Services services) {
    this.services = services;
  }

  /// Leaves the lanes of some of our names to other nodes: for an edge whose connections are what
  /// makes a node able to drain a lane. To be called before the routes start.
  ///
  /// @param names asked at each look for lanes; returns at once
  public void leave(Network network, Supplier<Set<String>> names) {
    elsewhere.put(network, names);
  }

  Supplier<Set<String>> elsewhere(Network network) {
    return elsewhere.getOrDefault(network, Set::of);
  }

  @Override
  protected void doInit() throws Exception {
    super.doInit();
    services.outbox().releaseAll(services.node());
  }

  @Override
  protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters) {
    for (Network network : Network.values()) {
      if (network.label().equals(remaining.toLowerCase(Locale.ROOT))) {
        return new OutboxEndpoint(uri, this, network);
      }
    }
    throw new IllegalArgumentException("outbox: is followed by a network: emsg, xmpp, smtp");
  }

  Services services() {
    return services;
  }

  void started(Wakeups dispatcher) {
    dispatchers.add(dispatcher);
  }

  void stopped(Wakeups dispatcher) {
    dispatchers.remove(dispatcher);
  }

  @Override
  public void queued(LaneKey lane) {
    for (Wakeups dispatcher : dispatchers) {
      dispatcher.queued(lane);
    }
  }
}
