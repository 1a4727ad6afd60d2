package org.emsg.gateway.store;

import java.sql.PreparedStatement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.emsg.gateway.gateway.Trace;
import org.emsg.gateway.model.TraceId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Traces: the lines that transactions wrote, and those that one thread writes soon after they were
/// handed in, many at a time.
final class JdbiTrace implements Trace, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(JdbiTrace.class);
  private static final int WAITING = 10_000;
  private static final int BATCH = 500;
  private static final Duration GATHER = Duration.ofMillis(100);
  private static final int MAX_FOUND = 1_000;

  private static final String FIND =
      "SELECT at, 'accepted' AS step, note AS line FROM seen WHERE trace = :trace"
          + " UNION ALL SELECT at, step, line FROM trace_line WHERE trace = :trace"
          + " ORDER BY at LIMIT :max";

  private final Database database;
  private final Clock clock;
  private final BlockingQueue<Pending> queue = new ArrayBlockingQueue<>(WAITING);
  private final AtomicLong dropped = new AtomicLong();
  private final Thread writer;
  private volatile boolean closing;

  JdbiTrace(Database database, Clock clock) {
    this.database = database;
    this.clock = clock;
    this.writer = Thread.ofPlatform().name("store-trace").daemon().unstarted(this::drain);
  }

  /// Starts the thread that writes.
  void start() {
    writer.start();
  }

  @Override
  public void line(TraceId trace, String step, String text) {
    Pending line = new Pending(trace, clock.millis(), step, TraceRows.fit(text));
    if (!queue.offer(line)) {
      dropped.incrementAndGet();
    }
  }

  /// How many lines found no room.
  long dropped() {
    return dropped.get();
  }

  @Override
  public List<Line> find(TraceId trace) {
    // Queued lines first: one that is written meanwhile is then found twice, not missed.
    Set<Line> lines = new LinkedHashSet<>();
    for (Pending pending : queue) {
      if (pending.trace.equals(trace)) {
        lines.add(new Line(Instant.ofEpochMilli(pending.at), pending.step, pending.text));
      }
    }
    lines.addAll(database.read(transaction -> written(transaction, trace)));
    return lines.stream().sorted(Comparator.comparing(Line::at)).toList();
  }

  private static List<Line> written(Transaction transaction, TraceId trace) {
    return transaction
        .jdbi()
        .createQuery(FIND)
        .bind("trace", trace.value())
        .bind("max", MAX_FOUND)
        .map((row, _) ->
            new Line(Instant.ofEpochMilli(row.getLong(1)), row.getString(2), row.getString(3)))
        .list();
  }

  /// Lines stay in the queue until they are written.
  private void drain() {
    while (!closing || !queue.isEmpty()) {
      if (!closing && queue.size() < BATCH) {
        LockSupport.parkNanos(GATHER.toNanos());
      }
      List<Pending> batch = queue.stream().limit(BATCH).toList();
      if (batch.isEmpty()) {
        continue;
      }
      try {
        write(batch);
      } catch (StoreFailure e) {
        dropped.addAndGet(batch.size());
        LOG.warn("{} lines of traces are lost, later ones follow", batch.size(), e);
      }
      queue.drainTo(new ArrayList<>(batch.size()), batch.size());
    }
  }

  private void write(List<Pending> batch) {
    database.write(transaction -> {
      PreparedStatement insert = transaction.prepare(TraceRows.INSERT);
      for (Pending line : batch) {
        insert.setString(1, line.trace.value());
        insert.setLong(2, line.at);
        insert.setString(3, line.step);
        insert.setString(4, line.text);
        insert.addBatch();
      }
      return insert.executeBatch();
    });
  }

  /// Writes what is queued.
  @Override
  public void close() {
    closing = true;
    LockSupport.unpark(writer);
    try {
      writer.join(TimeUnit.SECONDS.toMillis(10));
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private record Pending(TraceId trace, long at, String step, String text) {}
}
