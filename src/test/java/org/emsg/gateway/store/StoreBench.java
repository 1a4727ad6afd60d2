package org.emsg.gateway.store;

import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.emsg.gateway.fixtures.World;
import org.emsg.gateway.gateway.PlannedEnvelope;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Body;
import org.emsg.gateway.model.Bytes;
import org.emsg.gateway.model.ConversationId;
import org.emsg.gateway.model.Envelope;
import org.emsg.gateway.model.Event;
import org.emsg.gateway.model.MessageId;
import org.emsg.gateway.model.Network;
import org.emsg.gateway.model.Provenance;
import org.emsg.gateway.model.TraceId;
import org.emsg.gateway.outbox.LaneLease;
import org.emsg.gateway.outbox.OutboundMessage;
import org.emsg.gateway.outbox.Settlement;

/// What the store costs by itself: processor time and messages a second, durably, by the size of
/// the batch. Run it by hand: `StoreBench [directory [messages]]`.
public final class StoreBench {
  private static final int ACCOUNTS = 1_000;
  private static final int BODY = 400;
  private static final int AT_ONCE = 5_120;

  private final Store store;
  private final PrintStream out;
  private final Random random = new Random(1);
  private final List<Address.Emsg> accounts = new ArrayList<>();

  private StoreBench(Store store, PrintStream out) {
    this.store = store;
    this.out = out;
  }

  public static void main(String[] args) throws IOException {
    Path directory = args.length > 0 ? Path.of(args[0]) : Files.createTempDirectory("store-bench");
    int messages = args.length > 1 ? Integer.parseInt(args[1]) : 200_000;
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    try (Store store = Store.open(StoreConfig.sqlite(directory.resolve("bench.db").toString()))) {
      StoreBench bench = new StoreBench(store, out);
      bench.populate();
      bench.mailboxes(256, 50_000);
      for (int size : new int[] {256, 64, 16, 1}) {
        bench.mailboxes(size, Math.min(messages, size * 1_500));
      }
      bench.drain(bench.lanes(256, messages / 10));
    }
  }

  private void populate() {
    for (int i = 0; i < ACCOUNTS; i++) {
      Address.Emsg account = new Address.Emsg("user" + i + "-" + random.nextInt(1 << 20), "a.test");
      accounts.add(account);
      store.accounts().add(account);
    }
  }

  private void mailboxes(int size, int messages) {
    commit("home to home, batches of " + size, size, messages, this::home);
  }

  private int lanes(int size, int messages) {
    return commit("home to a lane, batches of " + size, size, messages, this::away);
  }

  /// Makes a few batches, commits them, and so on: only the commits are measured.
  private int commit(String what, int size, int messages, Supplier<PlannedEnvelope> letters) {
    Measure measure = new Measure();
    int count = 0;
    while (count < messages) {
      List<List<PlannedEnvelope>> batches = new ArrayList<>();
      for (int i = 0; i < AT_ONCE; i += size) {
        batches.add(Stream.generate(letters).limit(size).toList());
      }
      measure.start();
      batches.forEach(store.intakes()::commit);
      measure.stop();
      count += batches.size() * size;
    }
    measure.print(out, what, count);
    return count;
  }

  private PlannedEnvelope away() {
    PlannedEnvelope home = home();
    Address.Xmpp person = new Address.Xmpp("p" + random.nextInt(500), "xmpp.test");
    return new PlannedEnvelope(
        home.envelope(), true, List.of(Letters.toLane(home.envelope(), Letters.TO_XMPP, person)));
  }

  private void drain(int messages) {
    Measure measure = new Measure();
    measure.start();
    LaneLease lease =
        store.outbox().lease("bench", Network.XMPP, 1, Duration.ofHours(1)).getFirst();
    List<OutboundMessage> heads = store.outbox().heads(lease, 64, Set.of());
    while (!heads.isEmpty()) {
      List<Settlement> settlements = new ArrayList<>();
      heads.forEach(it -> settlements.add(new Settlement.Done(it.id(), Optional.empty())));
      store.outbox().settle(lease, settlements);
      heads = store.outbox().heads(lease, 64, Set.of());
    }
    measure.stop();
    measure.print(out, "out of the lane, 64 at a time", messages);
  }

  private PlannedEnvelope home() {
    Address.Emsg sender = accounts.get(random.nextInt(ACCOUNTS));
    Address.Emsg recipient = accounts.get(random.nextInt(ACCOUNTS));
    String id = new UUID(random.nextLong(), random.nextLong()).toString();
    byte[] digest = new byte[32];
    random.nextBytes(digest);
    byte[] key = new byte[32];
    random.nextBytes(key);
    Envelope envelope =
        new Envelope(
            TraceId.next(World.NOON, random),
            Network.EMSG,
            new MessageId(id),
            sender,
            Optional.empty(),
            List.of(recipient),
            World.NOON,
            World.NOON,
            Event.Posted.of(Body.of("x".repeat(BODY))),
            Provenance.verifiedBy("signature"),
            Bytes.wrap(digest),
            Optional.of(Bytes.utf8("x".repeat(BODY + 400))));
    return new PlannedEnvelope(
        envelope,
        true,
        List.of(
            new PlannedEnvelope.Delivery.ToMailbox(
                Bytes.wrap(key),
                recipient,
                ConversationId.of(sender, recipient),
                envelope.id(),
                envelope.wire().orElseThrow(),
                "home domain")));
  }

  /// Adds up the time and the processor time of one thread.
  private static final class Measure {
    private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    private long nanos;
    private long cpu;

    void start() {
      nanos -= System.nanoTime();
      cpu -= threads.getCurrentThreadCpuTime();
    }

    void stop() {
      cpu += threads.getCurrentThreadCpuTime();
      nanos += System.nanoTime();
    }

    void print(PrintStream out, String what, int messages) {
      out.printf(
          Locale.ROOT,
          "%-36s %8d messages %8.0f a second %7.1f µs processor time each%n",
          what,
          messages,
          messages * 1e9 / nanos,
          cpu / 1e3 / messages);
    }
  }
}
