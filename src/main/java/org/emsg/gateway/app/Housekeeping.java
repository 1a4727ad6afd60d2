package org.emsg.gateway.app;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.emsg.gateway.address.MappedAddressing;
import org.emsg.gateway.store.Store;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What is done now and then, on a thread of its own each: looking for changed files every two
/// seconds, letting go of old rows a few times a day. What fails is logged and done again next
/// time.
final class Housekeeping implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Housekeeping.class);

  private final RouteFiles routes;
  private final MappedAddressing addressing;
  private final Store store;
  private final ScheduledExecutorService files = newTimer("files");
  private final ScheduledExecutorService rows = newTimer("rows");

  Housekeeping(RouteFiles routes, MappedAddressing addressing, Store store) {
    this.routes = routes;
    this.addressing = addressing;
    this.store = store;
  }

  void start() {
    // What goes wrong is logged by the work itself; the futures have nothing to tell.
    var _ =
        files.scheduleWithFixedDelay(
            guarded("reading the routes", routes::reload), 2, 2, TimeUnit.SECONDS);
    var _ =
        files.scheduleWithFixedDelay(
            guarded("reading the address mapping", addressing::reload), 2, 2, TimeUnit.SECONDS);
    var _ =
        rows.scheduleWithFixedDelay(
            guarded("letting go of old rows", this::purge), 5, 240, TimeUnit.MINUTES);
  }

  private void purge() {
    Store.Purged gone = store.purge();
    log.info("let go of what is old: {}", gone);
  }

  private static Runnable guarded(String what, Runnable work) {
    return () -> {
      try {
        work.run();
      } catch (Throwable failed) {
        log.warn("{} failed; it is tried again next time", what, failed);
      }
    };
  }

  private static ScheduledExecutorService newTimer(String name) {
    return Executors.newSingleThreadScheduledExecutor(
        Thread.ofPlatform().name("housekeeping-" + name).daemon().factory());
  }

  @Override
  public void close() {
    store.stopPurging();
    files.close();
    rows.close();
  }
}
