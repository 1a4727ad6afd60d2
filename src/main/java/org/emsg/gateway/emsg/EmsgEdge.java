package org.emsg.gateway.emsg;

import com.github.benmanes.caffeine.cache.Ticker;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.apache.camel.CamelContext;
import org.emsg.gateway.address.Addressing;
import org.emsg.gateway.crypto.AliasKeys;
import org.emsg.gateway.crypto.DomainKeys;
import org.emsg.gateway.crypto.Ed25519;
import org.emsg.gateway.crypto.RsaSignatures;
import org.emsg.gateway.gateway.Directory;
import org.emsg.gateway.gateway.Discovery;
import org.emsg.gateway.gateway.FileLinks;
import org.emsg.gateway.gateway.IdMap;
import org.emsg.gateway.gateway.MailboxForm;
import org.emsg.gateway.gateway.MailboxListener;
import org.emsg.gateway.gateway.Minting;
import org.emsg.gateway.home.Accounts;
import org.emsg.gateway.home.Mailboxes;
import org.emsg.gateway.net.Dns;
import org.emsg.gateway.net.OutboundGuard;
import org.emsg.gateway.net.TlsContexts;

/// The EMSG edge, put together: what `app` builds, registers with Camel, starts and closes.
public final class EmsgEdge implements AutoCloseable {
  private final EventLoops loops;
  private final ExecutorService workers;
  private final ExecutorService blocking;
  private final EsmpLinks links;
  private final EsmpServer server;
  private final StoreWatch watch;
  private final EsmpComponent component;
  private final EsmpSteps steps;
  private final LiveSessions live = new LiveSessions();
  private final EmsgDiscovery discovery;
  private final EmsgMinting minting = new EmsgMinting();
  private final EmsgMailboxForm mailboxForm;

  /// What the edge stands on.
  public record Ports(
      Addressing addressing,
      Accounts accounts,
      Mailboxes mailboxes,
      IdMap ids,
      FileLinks files,
      Directory directory,
      Dns dns,
      OutboundGuard guard,
      TlsContexts tls,
      Ed25519 ed25519,
      DomainKeys domainKeys,
      AliasKeys aliasKeys,
      Clock clock,
      SecureRandom random) {}

  public EmsgEdge(EmsgConfig config, Ports ports) {
    int cores = Runtime.getRuntime().availableProcessors();
    this.loops = new EventLoops("esmp-loop", Math.max(1, cores / 2));
    this.workers = Executors.newFixedThreadPool(cores, named("esmp-worker-"));
    this.blocking =
        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("esmp-store-", 0).factory());

    RsaSignatures rsa = new RsaSignatures();
    Signatures signatures = new Signatures(ports.ed25519(), rsa);
    EsmpCodec codec = new EsmpCodec(new EsmpSchemas());
    AddressCache addresses = new AddressCache(ports.addressing());
    OurKeys ourKeys =
        new OurKeys(ports.addressing(), ports.accounts(), ports.domainKeys(), ports.aliasKeys());
    Ticker ticker = () -> TimeUnit.MILLISECONDS.toNanos(ports.clock().millis());
    EsmpLocator locator = new EsmpLocator(ports.dns(), config, ports.random());
    this.discovery = new EmsgDiscovery(locator);
    this.links =
        new EsmpLinks(
            config,
            locator,
            ports.dns(),
            ports.guard(),
            ports.tls(),
            ourKeys,
            loops,
            codec,
            workers,
            ticker);
    RemoteKeys keys =
        new RemoteKeys(
            config,
            ports.addressing(),
            ourKeys,
            links,
            new PublishedKeys(ports.ed25519(), rsa),
            ticker);
    MessageWriter writer = new MessageWriter(ports.addressing(), ports.ids(), ports.files());
    this.mailboxForm = new EmsgMailboxForm(ports.addressing(), ourKeys, writer, minting);
    this.steps =
        new EsmpSteps(
            new EsmpVerifier(
                signatures,
                ports.addressing()::isOurs,
                sender -> keys.askAgain(sender).isPresent(),
                ports.clock()),
            new EsmpTranslator(ports.addressing(), addresses, writer),
            new EsmpSigner(ourKeys));
    this.watch = new StoreWatch(ports.accounts(), ports.mailboxes(), live, blocking);
    InboxSwitch inbox = new InboxSwitch();
    this.component = new EsmpComponent(inbox, links, config);
    this.server =
        new EsmpServer(
            new SessionContext(
                config,
                codec,
                new Handshake(ports.addressing(), addresses, config.maxLine()),
                signatures,
                addresses,
                keys,
                ourKeys,
                ports.accounts(),
                ports.mailboxes(),
                live,
                new AckWriter(ports.mailboxes(), blocking),
                inbox,
                InputBudgets.ofHeap(Runtime.getRuntime().maxMemory(), config.maxLine()),
                new Lookups(
                    ports.addressing(),
                    addresses,
                    ports.accounts(),
                    ourKeys,
                    keys,
                    ports.directory()),
                workers,
                blocking,
                ports.clock(),
                System::nanoTime,
                ports.random()),
            loops,
            ports.tls());
  }

  private static ThreadFactory named(String prefix) {
    return Thread.ofPlatform().name(prefix, 0).daemon().factory();
  }

  /// Binds the component and the steps; before the routes are read.
  public void register(CamelContext camel) {
    camel.addComponent("esmp", component);
    steps.register(camel);
  }

  /// Listens; once the routes run.
  ///
  /// @throws IllegalStateException if the port cannot be had
  public void start() {
    server.start();
    var _ = loops.group().scheduleWithFixedDelay(watch::look, 1, 1, TimeUnit.SECONDS);
  }

  /// Where it listens.
  public InetSocketAddress address() {
    return server.address();
  }

  public Discovery discovery() {
    return discovery;
  }

  public Minting minting() {
    return minting;
  }

  public MailboxForm mailboxForm() {
    return mailboxForm;
  }

  /// To be told of what arrives in mailboxes.
  public MailboxListener mailboxListener() {
    return live;
  }

  /// Connections and connected accounts, for metrics.
  public Load load() {
    return new Load(server.connections(), live.size());
  }

  /// How much is going on.
  public record Load(int connections, int accounts) {}

  /// Takes no more connections, closes those there are, and waits for what runs.
  @Override
  public void close() {
    server.close();
    links.close();
    workers.close();
    blocking.close();
    loops.close();
  }
}
