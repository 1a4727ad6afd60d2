package org.emsg.gateway.store;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/// One fresh database for one test. Several nodes may have it open; all see one time, which the
/// test can move on.
final class TestDatabase implements AutoCloseable {
  private final StoreConfig config;
  private final AtomicLong passed = new AtomicLong();
  private final List<Store> open = new ArrayList<>();

  TestDatabase(StoreConfig config) {
    this.config = config;
  }

  StoreConfig config() {
    return config;
  }

  /// Another node's store.
  synchronized Store node() {
    Store store = Store.open(config, millis -> millis + passed.get());
    open.add(store);
    return store;
  }

  void advance(Duration time) {
    passed.addAndGet(time.toMillis());
  }

  @Override
  public synchronized void close() {
    open.forEach(Store::close);
    open.clear();
  }
}
