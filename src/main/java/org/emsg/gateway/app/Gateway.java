package org.emsg.gateway.app;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.camel.impl.DefaultCamelContext;
import org.emsg.gateway.address.MappedAddressing;
import org.emsg.gateway.address.MappingException;
import org.emsg.gateway.app.settings.SettingsException;
import org.emsg.gateway.app.steps.AcceptStep;
import org.emsg.gateway.app.steps.MapStep;
import org.emsg.gateway.console.AdminActions;
import org.emsg.gateway.console.AdminServer;
import org.emsg.gateway.crypto.DomainKeys;
import org.emsg.gateway.crypto.Ed25519;
import org.emsg.gateway.emsg.EmsgEdge;
import org.emsg.gateway.gateway.Core;
import org.emsg.gateway.gateway.CoreSettings;
import org.emsg.gateway.gateway.FileLinks;
import org.emsg.gateway.gateway.KeptFiles;
import org.emsg.gateway.model.Network;
import org.emsg.gateway.net.Dns;
import org.emsg.gateway.net.DnsjavaDns;
import org.emsg.gateway.net.OutboundGuard;
import org.emsg.gateway.net.TlsContexts;
import org.emsg.gateway.outbox.OutboxComponent;
import org.emsg.gateway.policy.Policy;
import org.emsg.gateway.smtp.SmtpEdge;
import org.emsg.gateway.store.Store;
import org.emsg.gateway.xmpp.XmppEdge;

/// All parts of one running gateway: made by constructors in the order in which they need one
/// another, opened to the world last, closed the other way round.
///
/// A stop goes like this: the routes first (what is being accepted is committed and answered, what
/// is being sent is finished), then connections, then the core, then the store.
public final class Gateway implements AutoCloseable {
  private final Closing closing = new Closing();
  private final GatewayConfig config;
  private final MappedAddressing addressing;
  private final EmsgEdge emsg;
  private final XmppEdge xmpp;
  private final SmtpEdge smtp;
  private final TlsContexts tls;
  private final StatusServer status;
  private final Optional<FileServer> files;

  /// Starts a gateway; when this returns, it takes messages.
  ///
  /// @throws StartFailure where it cannot start; what had started by then is stopped again
  public static Gateway start(GatewayConfig config, Clock clock) throws StartFailure {
    try {
      return new Gateway(config, clock, new SecureRandom());
    } catch (MappingException | SettingsException wrong) {
      throw new StartFailure(String.valueOf(wrong.getMessage()), wrong);
    } catch (RouteFault | IOException | RuntimeException failed) {
      throw new StartFailure("cannot start: " + failed.getMessage(), failed);
    }
  }

  private Gateway(GatewayConfig config, Clock clock, SecureRandom random)
      throws IOException, RouteFault, SettingsException {
    boolean complete = false;
    try {
      this.config = config;
      Foundation foundation = new Foundation(config, clock, random);
      Files.createDirectories(config.data());
      closing.add("the lock on the data", DataLock.take(config.data()));

      // What everything stands on.
      Store store = closing.add("the store", Store.open(foundation.store()));
      this.addressing = foundation.addressing(store.hashedAliases());
      Ed25519 ed25519 = Ed25519.best();
      DomainKeys domainKeys = foundation.domainKeys(addressing, ed25519);
      this.tls = foundation.tls(addressing);
      Dns dns = new DnsjavaDns(config.dns());
      OutboundGuard guard =
          new OutboundGuard(config.outbound().allow(), config.outbound().allowHosts());

      // The core. The outbox tells it of failures, and it tells the outbox of new messages.
      AtomicReference<Runnable> failures = new AtomicReference<>(() -> {});
      OutboxComponent outbox =
          new OutboxComponent(
              new OutboxComponent.Services(
                  nodeName(config.data(), random),
                  store.outbox(),
                  config.outbox(),
                  clock,
                  random,
                  () -> failures.get().run()));
      Policy policy = new Policy(config.policy(), addressing::isOurs, addressing::rejected, clock);
      Core core =
          closing.add(
              "the core",
              new Core(
                  new Core.Ports(
                      addressing,
                      policy,
                      store.accounts(),
                      store.preferences(),
                      store.outbox(),
                      store.planning(),
                      store.idMap(),
                      store.intakes(),
                      store.trace(),
                      outbox),
                  new CoreSettings(config.intake(), config.outbox().retries()),
                  clock,
                  random));
      failures.set(core::failed);

      FileLinks links =
          config
              .files()
              .url()
              .map(url ->
                  (FileLinks) new KeptFiles(url, store.blobs(), config.files().keep(), clock))
              .orElse(FileLinks.NONE);

      // The edges.
      this.emsg =
          closing.add(
              "the EMSG edge",
              new EmsgEdge(
                  config.emsg(),
                  new EmsgEdge.Ports(
                      addressing,
                      store.accounts(),
                      store.mailboxes(),
                      store.idMap(),
                      links,
                      core,
                      dns,
                      guard,
                      tls,
                      ed25519,
                      domainKeys,
                      foundation.aliasKeys(ed25519),
                      clock,
                      random)));
      this.xmpp =
          closing.add(
              "the XMPP edge",
              new XmppEdge(
                  config.xmpp(),
                  new XmppEdge.Ports(addressing, core, store.idMap(), links, store.outbox(), dns),
                  version(),
                  clock,
                  random));
      this.smtp =
          closing.add(
              "the mail edge",
              new SmtpEdge(
                  config.smtp(),
                  new SmtpEdge.Ports(
                      addressing,
                      core,
                      store.idMap(),
                      store.blobs(),
                      store.trace(),
                      dns,
                      guard,
                      tls,
                      domainKeys,
                      foundation.macs(),
                      clock,
                      random)));

      // Routes: what the edges and the core are joined by.
      DefaultCamelContext camel = closing.add("the routes", newCamel());
      outbox.leave(Network.XMPP, xmpp::away);
      camel.addComponent("outbox", outbox);
      camel.getRegistry().bind("accept", new AcceptStep(core));
      camel.getRegistry().bind("map", new MapStep(addressing));
      emsg.register(camel);
      xmpp.register(camel);
      smtp.register(camel);
      camel.start();
      core.start(
          new Core.Edges(
              List.of(emsg.discovery(), xmpp.discovery(), smtp.discovery()),
              List.of(emsg.minting(), xmpp.minting(), smtp.minting()),
              emsg.mailboxForm(),
              emsg.mailboxListener()));
      RouteFiles routes = new RouteFiles(camel, config.routes());
      routes.load();

      // Those who watch, and the doors to the world.
      Health health =
          new Health()
              .with("store", () -> store.lanesWithWork() + " lanes with work")
              .with("intake", () -> intakeWorks(core))
              .with("routes", () -> routesUp(camel))
              .with("xmpp", () -> componentsUp(xmpp))
              .with("mail", () -> mailOut(smtp));
      Metrics metrics = closing.add("metrics", new Metrics(store.outbox(), core, emsg, smtp));
      this.status =
          closing.add("health and metrics", new StatusServer(config.http(), health, metrics));
      this.files =
          config.files().url().isEmpty()
              ? Optional.empty()
              : Optional.of(
                  closing.add("files", new FileServer(config.files(), store.blobs(), clock)));
      closing.add(
          "the admin interface",
          new AdminServer(
              new AdminActions(
                  new AdminActions.Ports(
                      addressing,
                      store.accounts(),
                      store.outbox(),
                      store.trace(),
                      ed25519::isPublicKey,
                      domain -> domainKeys.ed25519(domain).publicKey(),
                      () -> Banner.json(this)),
                  clock),
              config.data(),
              random));
      Housekeeping housekeeping =
          closing.add("housekeeping", new Housekeeping(routes, addressing, store));
      emsg.start();
      smtp.start();
      xmpp.start();
      housekeeping.start();
      complete = true;
    } finally {
      if (!complete) {
        closing.close();
      }
    }
  }

  GatewayConfig config() {
    return config;
  }

  List<String> homeDomains() {
    return addressing.homeDomains();
  }

  TlsContexts tls() {
    return tls;
  }

  /// Where it listens for ESMP.
  public InetSocketAddress esmp() {
    return emsg.address();
  }

  /// Where it listens for mail; empty where no mail comes in.
  public Optional<InetSocketAddress> smtp() {
    return smtp.listening();
  }

  /// Where health and metrics are.
  public InetSocketAddress http() {
    return status.address();
  }

  /// Where attachments are served; empty where none are.
  Optional<InetSocketAddress> files() {
    return files.map(FileServer::address);
  }

  /// Stops as described above; returns when everything is down.
  @Override
  public void close() {
    closing.close();
  }

  private DefaultCamelContext newCamel() {
    DefaultCamelContext camel = new DefaultCamelContext();
    camel.getCamelContextExtension().setName("emsg-gateway");
    // Outcomes and exceptions are told by the edges, each once; Camel need not log them again.
    camel.getShutdownStrategy().setTimeout(config.outbox().stopWithin().toSeconds() + 5);
    camel.getShutdownStrategy().setShutdownNowOnTimeout(true);
    return camel;
  }

  private static String intakeWorks(Core core) {
    if (!core.isWorking()) {
      throw new IllegalStateException("nothing is committed any more");
    }
    return core.load().inside() + " messages inside";
  }

  private static String mailOut(SmtpEdge smtp) {
    smtp.relayFault()
        .ifPresent(fault -> {
          throw new IllegalStateException(fault);
        });
    return "no fault of the relay's";
  }

  private static String routesUp(DefaultCamelContext camel) {
    List<String> down =
        camel.getRoutes().stream()
            .map(route -> route.getRouteId())
            .filter(id -> !camel.getRouteController().getRouteStatus(id).isStarted())
            .toList();
    if (!down.isEmpty()) {
      throw new IllegalStateException("not running: " + String.join(", ", down));
    }
    return camel.getRoutesSize() + " routes";
  }

  private static String componentsUp(XmppEdge xmpp) {
    List<String> away =
        xmpp.status().entrySet().stream()
            .filter(component -> !component.getValue().connected())
            .map(component -> component.getKey() + " (" + component.getValue().why() + ")")
            .toList();
    if (!away.isEmpty()) {
      throw new IllegalStateException("not joined: " + String.join(", ", away));
    }
    return xmpp.status().size() + " components";
  }

  private static String version() {
    return Optional.ofNullable(Gateway.class.getPackage().getImplementationVersion())
        .orElse("unpackaged");
  }

  /// Names this installation. A gateway that was killed takes up at once what it had begun to send:
  /// for another node, its leases must first run out.
  private static String nodeName(Path data, SecureRandom random) throws IOException {
    Path file = data.resolve("node");
    if (!Files.exists(file)) {
      byte[] noise = new byte[6];
      random.nextBytes(noise);
      Files.writeString(file, HexFormat.of().formatHex(noise));
    }
    return Files.readString(file).strip();
  }
}
