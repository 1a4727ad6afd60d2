package org.emsg.gateway.bench;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.emsg.gateway.emsg.EsmpClient;
import org.emsg.gateway.emsg.EsmpClients;
import org.emsg.gateway.model.Address;

/// Chat between connected devices: signed messages over TLS, each answered after its commit and
/// pushed to another device, which acknowledges every hundredth.
final class ChatLoad implements AutoCloseable {
  /// What people send: 400 bytes, signed.
  private static final String TEXT =
      "A message of a perfectly ordinary length, with nothing much to say about itself, that goes"
          + " on for a while so that it is like a real one.";

  private static final int ACK_EVERY = 100;

  private final GatewayProcess gateway;
  private final EsmpClients clients;
  private final List<EsmpClient> senders = new ArrayList<>();
  private final List<EsmpClient> recipients = new ArrayList<>();
  private final AtomicInteger delivered = new AtomicInteger();
  private volatile AtomicLongArray arrivedAt = new AtomicLongArray(0);

  ChatLoad(GatewayProcess gateway, EsmpClients clients, int pairs) throws Exception {
    this.gateway = gateway;
    this.clients = clients;
    for (int i = 0; i < pairs; i++) {
      senders.add(connect(BenchTown.sender(i), _ -> {}));
      EsmpClient[] recipient = new EsmpClient[1];
      recipient[0] =
          connect(
              BenchTown.recipient(i),
              message -> {
                arrived(message);
                if (message.cursor() % ACK_EVERY == 0) {
                  recipient[0].acknowledge(message.cursor());
                }
              });
      EsmpClient.Page page = recipient[0].sync(Optional.empty(), 1000).toCompletableFuture().get();
      while (page.more()) {
        recipient[0].acknowledge(page.cursor());
        page = recipient[0].sync(Optional.of(page.cursor()), 1000).toCompletableFuture().get();
      }
      recipients.add(recipient[0]);
    }
  }

  private EsmpClient connect(
      Address.Emsg person, java.util.function.Consumer<EsmpClient.Received> messages)
      throws Exception {
    return clients
        .connect(
            new EsmpClients.Login(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), gateway.port),
                person,
                BenchTown.key(person),
                "bench",
                Optional.of(gateway.tls)),
            messages)
        .toCompletableFuture()
        .get(30, TimeUnit.SECONDS);
  }

  private void arrived(EsmpClient.Received message) {
    delivered.incrementAndGet();
    AtomicLongArray times = arrivedAt;
    int number = message.json().path("n").asInt(-1);
    if (number >= 0 && number < times.length()) {
      times.set(number, System.nanoTime());
    }
  }

  /// What a run measured.
  ///
  /// @param seconds from the first message to the last delivery
  /// @param cpuSeconds of the gateway in that time
  record Rate(int messages, double seconds, double cpuSeconds) {
    double perSecond() {
      return messages / seconds;
    }

    double perCpuSecond() {
      return messages / cpuSeconds;
    }
  }

  /// As fast as it goes with `window` messages of each sender on the way; signed beforehand.
  Rate full(int messages, int window) throws Exception {
    List<List<byte[]>> prepared = new ArrayList<>();
    int each = messages / senders.size();
    for (int s = 0; s < senders.size(); s++) {
      List<byte[]> mine = new ArrayList<>(each);
      for (int i = 0; i < each; i++) {
        mine.add(sign(s, -1));
      }
      prepared.add(mine);
    }
    int expected = delivered.get() + each * senders.size();
    AtomicInteger failed = new AtomicInteger();
    AtomicReference<String> why = new AtomicReference<>("");
    double cpu = gateway.cpuSeconds();
    long began = System.nanoTime();
    List<Thread> threads = new ArrayList<>();
    for (int s = 0; s < senders.size(); s++) {
      EsmpClient sender = senders.get(s);
      List<byte[]> mine = prepared.get(s);
      threads.add(
          Thread.ofPlatform()
              .start(() -> {
                Semaphore room = new Semaphore(window);
                for (byte[] message : mine) {
                  room.acquireUninterruptibly();
                  var _ =
                      sender
                          .sendSigned(message)
                          .whenComplete((answer, fault) -> {
                            room.release();
                            if (fault != null || !answer.isSuccess()) {
                              failed.incrementAndGet();
                              why.compareAndSet("", String.valueOf(fault == null ? answer : fault));
                            }
                          });
                }
                room.acquireUninterruptibly(window);
              }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    while (delivered.get() < expected - failed.get()) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
    }
    double seconds = (System.nanoTime() - began) / 1e9;
    if (failed.get() > 0) {
      throw new IllegalStateException(failed.get() + " messages were not accepted: " + why.get());
    }
    return new Rate(each * senders.size(), seconds, gateway.cpuSeconds() - cpu);
  }

  /// What a paced run measured, in milliseconds.
  record Latency(
      double acceptedP50, double acceptedP99, double deliveredP50, double deliveredP99) {}

  /// `perSecond` messages a second for `seconds`, evenly.
  Latency paced(int perSecond, int seconds) throws Exception {
    int messages = perSecond * seconds;
    AtomicLongArray sentAt = new AtomicLongArray(messages);
    AtomicLongArray acceptedAt = new AtomicLongArray(messages);
    arrivedAt = new AtomicLongArray(messages);
    List<byte[]> prepared = new ArrayList<>(messages);
    for (int i = 0; i < messages; i++) {
      prepared.add(sign(i % senders.size(), i));
    }
    int expected = delivered.get() + messages;
    long began = System.nanoTime();
    for (int i = 0; i < messages; i++) {
      long due = began + i * (1_000_000_000L / perSecond);
      for (long now = System.nanoTime(); now < due; now = System.nanoTime()) {
        LockSupport.parkNanos(due - now);
      }
      int number = i;
      // From when it was due: a client that falls behind does not hide what others wait.
      sentAt.set(i, due);
      var _ =
          senders
              .get(i % senders.size())
              .sendSigned(prepared.get(i))
              .thenAccept(_ -> acceptedAt.set(number, System.nanoTime()));
    }
    while (delivered.get() < expected) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
    }
    double[] accepted = since(sentAt, acceptedAt);
    double[] arrived = since(sentAt, arrivedAt);
    return new Latency(
        percentile(accepted, 50),
        percentile(accepted, 99),
        percentile(arrived, 50),
        percentile(arrived, 99));
  }

  private byte[] sign(int sender, int number) {
    var draft = senders.get(sender).draft(BenchTown.recipient(sender).text(), TEXT);
    if (number >= 0) {
      draft.put("n", number);
    }
    return senders.get(sender).sign(draft);
  }

  private static double[] since(AtomicLongArray from, AtomicLongArray to) {
    double[] millis = new double[from.length()];
    for (int i = 0; i < millis.length; i++) {
      millis[i] = (to.get(i) - from.get(i)) / 1e6;
    }
    Arrays.sort(millis);
    return millis;
  }

  private static double percentile(double[] sorted, int percent) {
    return sorted[Math.min(sorted.length - 1, sorted.length * percent / 100)];
  }

  @Override
  public void close() {
    senders.forEach(EsmpClient::close);
    recipients.forEach(EsmpClient::close);
  }
}
