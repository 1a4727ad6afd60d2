package org.emsg.gateway.emsg;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.emsg.gateway.model.Bytes;
import org.emsg.gateway.net.Dns;
import org.emsg.gateway.net.OutboundGuard;
import org.emsg.gateway.net.PeerCheck;
import org.emsg.gateway.net.TlsContexts;
import org.emsg.gateway.net.Tlsa;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Our connections to other domains' servers: one for each pair of domains and purpose, made when
/// it is needed, kept while it is used. Thread-safe.
///
/// To deliver, the connection proves our domain's key; to ask for keys it does not, since the other
/// side would have to ask us for that key first, and so on.
final class EsmpLinks implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EsmpLinks.class);
  private static final long IDLE = TimeUnit.MINUTES.toNanos(5);
  private static final int MAX_ASKING = 64;
  private static final Duration AVOIDED = Duration.ofSeconds(30);
  private static final int MAX_AVOIDED = 10_000;
  private static final int MAX_ADDRESSES = 4;

  private final EmsgConfig config;
  private final EsmpLocator locator;
  private final Dns dns;
  private final OutboundGuard guard;
  private final TlsContexts tls;
  private final OurKeys keys;
  private final EventLoops loops;
  private final EsmpCodec codec;
  private final Executor workers;
  private final Map<Key, CompletableFuture<EsmpConnection>> links = new ConcurrentHashMap<>();
  private final AtomicInteger asking = new AtomicInteger();
  private final Cache<String, String> avoided;

  EsmpLinks(
      EmsgConfig config,
      EsmpLocator locator,
      Dns dns,
      OutboundGuard guard,
      TlsContexts tls,
      OurKeys keys,
      EventLoops loops,
      EsmpCodec codec,
      Executor workers,
      Ticker ticker) {
    this.config = config;
    this.locator = locator;
    this.dns = dns;
    this.guard = guard;
    this.tls = tls;
    this.keys = keys;
    this.loops = loops;
    this.codec = codec;
    this.workers = workers;
    this.avoided =
        Caffeine.newBuilder()
            .maximumSize(MAX_AVOIDED)
            .expireAfterWrite(AVOIDED)
            .ticker(ticker)
            .build();
    var _ = loops.group().scheduleWithFixedDelay(this::sweep, 30, 30, TimeUnit.SECONDS);
  }

  enum Purpose {
    DELIVER,
    ASK
  }

  private record Key(String ours, String remote, Purpose purpose) {}

  /// Nothing can be sent there now, for certain: nothing was.
  static final class Unreachable extends IOException {
    Unreachable(String message) {
      super(message);
    }
  }

  /// The connection of `ours` to `remote`, ready for requests. Fails with [Unreachable].
  CompletionStage<EsmpConnection> link(String ours, String remote, Purpose purpose) {
    Key key = new Key(ours, remote, purpose);
    Runnable[] dial = {() -> {}};
    CompletableFuture<EsmpConnection> link =
        links.compute(
            key,
            (_, current) -> {
              if (current != null && isUsable(current)) {
                return current;
              }
              CompletableFuture<EsmpConnection> fresh = new CompletableFuture<>();
              dial[0] =
                  () ->
                      dial(key)
                          .whenComplete(
                              (connection, fault) -> settle(key, fresh, connection, fault));
              return fresh;
            });
    // Not within `compute`: dialling may fail at once, and take the link out of the map.
    dial[0].run();
    return link;
  }

  private static boolean isUsable(CompletableFuture<EsmpConnection> link) {
    return !link.isDone()
        || (link.state() == java.util.concurrent.Future.State.SUCCESS && link.resultNow().isOpen());
  }

  private void settle(
      Key key,
      CompletableFuture<EsmpConnection> link,
      @org.jspecify.annotations.Nullable EsmpConnection connection,
      @org.jspecify.annotations.Nullable Throwable fault) {
    if (connection != null) {
      connection.gone().thenRun(() -> links.remove(key, link));
      link.complete(connection);
    } else {
      links.remove(key, link);
      link.completeExceptionally(
          fault instanceof Unreachable
              ? fault
              : new Unreachable(key.remote() + " cannot be reached: " + rootOf(fault)));
    }
  }

  private static String rootOf(@org.jspecify.annotations.Nullable Throwable fault) {
    return fault == null ? "unknown" : String.valueOf(causeOf(fault).getMessage());
  }

  /// What a stage failed with, without what the stages after it put around it.
  static Throwable causeOf(Throwable fault) {
    Throwable root = fault;
    while (root instanceof java.util.concurrent.CompletionException && root.getCause() != null) {
      root = root.getCause();
    }
    return root;
  }

  private CompletionStage<EsmpConnection> dial(Key key) {
    return switch (key.purpose()) {
      case DELIVER -> find(key);
      case ASK -> dialToAsk(key);
    };
  }

  /// Anybody can make us ask any domain, by a message that names it: not many at once, and none
  /// again so soon after it could not be asked (profile §5). What we deliver does not count here,
  /// or a few dead servers would keep us from knowing anybody.
  private CompletionStage<EsmpConnection> dialToAsk(Key key) {
    String why = avoided.getIfPresent(key.remote());
    if (why != null) {
      return CompletableFuture.failedStage(new Unreachable(why));
    }
    if (asking.incrementAndGet() > MAX_ASKING) {
      asking.decrementAndGet();
      return CompletableFuture.failedStage(
          new Unreachable("too many servers are being asked at once"));
    }
    return find(key)
        .whenComplete((_, fault) -> {
          asking.decrementAndGet();
          if (fault != null) {
            avoid(key.remote(), rootOf(fault));
          }
        });
  }

  /// Asks `remote` nothing for a while.
  void avoid(String remote, String why) {
    avoided.put(remote, why);
  }

  private CompletionStage<EsmpConnection> find(Key key) {
    return locator
        .server(key.remote())
        .thenCompose(located ->
            switch (located) {
              case Located.At at -> tryNext(key, at.targets(), 0, new ArrayList<>());
              case Located.Nowhere nowhere ->
                  CompletableFuture.<EsmpConnection>failedStage(
                      new Unreachable(key.remote() + " has no EMSG: " + nowhere.evidence()));
              case Located.Unknown unknown ->
                  CompletableFuture.<EsmpConnection>failedStage(
                      new Unreachable("DNS failed: " + unknown.evidence()));
            });
  }

  /// Down the list, until one answers (RFC 2782).
  private CompletionStage<EsmpConnection> tryNext(
      Key key, List<Located.Target> targets, int index, List<String> faults) {
    if (index == targets.size()) {
      return CompletableFuture.failedStage(
          new Unreachable(
              "no server of " + key.remote() + " answers: " + String.join("; ", faults)));
    }
    Located.Target target = targets.get(index);
    return connect(key, target)
        .handle((connection, fault) -> {
          if (fault == null) {
            return CompletableFuture.completedStage(connection);
          }
          String why = target.host() + ":" + target.port() + ": " + rootOf(fault);
          LOG.debug("{} → {}: {}; trying the next", key.ours(), key.remote(), why);
          faults.add(why);
          return tryNext(key, targets, index + 1, faults);
        })
        .thenCompose(stage -> stage);
  }

  private CompletionStage<EsmpConnection> connect(Key key, Located.Target target) {
    return check(key.remote(), target)
        .thenCompose(check ->
            dns.addresses(target.host())
                .thenCompose(answer ->
                    switch (answer) {
                      case Dns.Answer.Found<InetAddress> found ->
                          tryAddress(key, target, check, found.records(), 0);
                      case Dns.Answer.None<InetAddress> _ ->
                          failed(target.host() + " has no address");
                      case Dns.Answer.Failed<InetAddress> failed -> failed(failed.why());
                    }));
  }

  private CompletionStage<EsmpConnection> tryAddress(
      Key key, Located.Target target, PeerCheck check, List<InetAddress> addresses, int index) {
    InetAddress address = addresses.get(index);
    Optional<String> refusal = guard.refusal(target.host(), address);
    CompletionStage<EsmpConnection> attempt =
        refusal.isPresent()
            ? failed(refusal.get())
            : greet(key, check, new InetSocketAddress(address, target.port()));
    boolean last = index + 1 >= Math.min(addresses.size(), MAX_ADDRESSES);
    return last
        ? attempt
        : attempt
            .handle((connection, fault) ->
                fault == null
                    ? CompletableFuture.completedStage(connection)
                    : tryAddress(key, target, check, addresses, index + 1))
            .thenCompose(stage -> stage);
  }

  private CompletionStage<EsmpConnection> greet(
      Key key, PeerCheck check, InetSocketAddress address) {
    boolean plain =
        config.plainTextPeers().stream().anyMatch(block -> block.contains(address.getAddress()));
    Optional<SslContext> context =
        plain ? Optional.empty() : Optional.of(tls.nettyClient(check, "esmp"));
    EsmpConnection.Dial dial =
        new EsmpConnection.Dial(
            address, context, key.remote(), config.connectTimeout(), config.maxLine());
    return EsmpConnection.open(loops, dial, codec, workers, _ -> {})
        .thenCompose(connection ->
            connection
                .hello("server", key.remote(), Optional.of(key.ours()))
                .thenCompose(welcome -> welcomed(key, connection, welcome))
                .whenComplete((_, fault) -> {
                  if (fault != null) {
                    connection.close();
                  }
                }));
  }

  private CompletionStage<EsmpConnection> welcomed(
      Key key, EsmpConnection connection, EsmpLine.Response welcome) {
    if (welcome.code() != Code.OK.number()) {
      return failed("hello was answered with " + welcome.code() + ' ' + welcome.message());
    }
    boolean canProve = welcome.json().path("nonce").isTextual();
    if (key.purpose() == Purpose.ASK || !canProve) {
      return CompletableFuture.completedStage(connection);
    }
    String user = "#" + key.ours();
    return connection
        .authenticate(
            welcome,
            "server",
            user,
            key.remote(),
            Optional.empty(),
            keys.domainKey(key.ours()),
            config.answerTimeout())
        .thenApply(answer -> {
          if (answer.code() != Code.OK.number()) {
            // It may still take what verifies under our users' keys.
            LOG.info(
                "{} does not know {} as a server: {} {}; going on without",
                key.remote(),
                key.ours(),
                answer.code(),
                answer.message());
          }
          return connection;
        });
  }

  /// D's name, the target's only where DNSSEC vouches for it; TLSA where the whole chain is secure.
  private CompletionStage<PeerCheck> check(String domain, Located.Target target) {
    if (!target.secure()) {
      return CompletableFuture.completedStage(PeerCheck.named(domain));
    }
    Set<String> names = Set.copyOf(List.of(domain, target.host()).stream().distinct().toList());
    String name = "_" + target.port() + "._tcp." + target.host();
    return dns.raw(name, Tlsa.TYPE)
        .thenCompose(answer ->
            switch (answer) {
              case Dns.Answer.Found<Bytes> found -> {
                List<Tlsa> usable = Tlsa.usable(found.records());
                yield CompletableFuture.<PeerCheck>completedStage(
                    found.secure() && !usable.isEmpty()
                        ? new PeerCheck.Dane(usable, names)
                        : new PeerCheck.Named(names));
              }
              case Dns.Answer.None<Bytes> _ ->
                  CompletableFuture.<PeerCheck>completedStage(new PeerCheck.Named(names));
              case Dns.Answer.Failed<Bytes> failed ->
                  CompletableFuture.<PeerCheck>failedStage(
                      new IOException("TLSA " + name + ": " + failed.why()));
            });
  }

  private static <T> CompletionStage<T> failed(String why) {
    return CompletableFuture.failedStage(new IOException(why));
  }

  private void sweep() {
    long now = System.nanoTime();
    links
        .values()
        .forEach(link -> {
          if (link.state() == java.util.concurrent.Future.State.SUCCESS) {
            EsmpConnection connection = link.resultNow();
            if (connection.isIdle() && now - connection.lastUsed() > IDLE) {
              connection.close();
            }
          }
        });
  }

  @Override
  public void close() {
    links
        .values()
        .forEach(link -> {
          if (link.state() == java.util.concurrent.Future.State.SUCCESS) {
            link.resultNow().close();
          }
        });
  }
}
