package org.emsg.gateway.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import org.apache.camel.Processor;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.emsg.gateway.address.Addressing;
import org.emsg.gateway.address.MappedAddressing;
import org.emsg.gateway.app.steps.AcceptStep;
import org.emsg.gateway.app.steps.MapStep;
import org.emsg.gateway.crypto.AliasKeys;
import org.emsg.gateway.crypto.DomainKeys;
import org.emsg.gateway.crypto.Ed25519;
import org.emsg.gateway.crypto.KeyFiles;
import org.emsg.gateway.crypto.Macs;
import org.emsg.gateway.crypto.SelfSigned;
import org.emsg.gateway.emsg.EmsgConfig;
import org.emsg.gateway.emsg.EmsgEdge;
import org.emsg.gateway.fixtures.World;
import org.emsg.gateway.gateway.Core;
import org.emsg.gateway.gateway.CoreSettings;
import org.emsg.gateway.gateway.FileLinks;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Body;
import org.emsg.gateway.model.Bytes;
import org.emsg.gateway.model.Envelope;
import org.emsg.gateway.model.Event;
import org.emsg.gateway.model.MessageId;
import org.emsg.gateway.model.Network;
import org.emsg.gateway.model.Provenance;
import org.emsg.gateway.model.TraceId;
import org.emsg.gateway.net.Cidr;
import org.emsg.gateway.net.Dns;
import org.emsg.gateway.net.OutboundGuard;
import org.emsg.gateway.net.TlsContexts;
import org.emsg.gateway.net.TlsIdentity;
import org.emsg.gateway.net.TrustedRoots;
import org.emsg.gateway.outbox.OutboxComponent;
import org.emsg.gateway.outbox.OutboxSettings;
import org.emsg.gateway.policy.Policy;
import org.emsg.gateway.policy.PolicySettings;
import org.emsg.gateway.policy.PolicySettings.Rate;
import org.emsg.gateway.smtp.SmtpConfig;
import org.emsg.gateway.smtp.SmtpEdge;
import org.emsg.gateway.store.Store;
import org.emsg.gateway.store.StoreConfig;

/// The gateway that mail is measured with, in its own process: real store (SQLite as it is
/// shipped), core, outbox, routes and mail edge; a DNS in memory. Says `READY port`, then obeys
/// `send N`: so many messages of alice's to fifty people at `sink.test`.
public final class MailBenchGateway {
  static final int PEOPLE = 50;
  private static final int WINDOW = 512;

  /// One author writes everything: the limits of a real one would be measured, not the gateway.
  private static final PolicySettings UNLIMITED =
      new PolicySettings(
          26_214_400,
          Rate.UNLIMITED,
          Rate.UNLIMITED,
          Rate.UNLIMITED,
          Rate.UNLIMITED,
          Rate.UNLIMITED);

  private static final String TEXT = "Four hundred bytes of text. ".repeat(14);

  private MailBenchGateway() {}

  /// Arguments: a directory for its data, the port of the sink, the DKIM record of `mail.test`.
  public static void main(String[] args) throws Exception {
    Path data = Path.of(args[0]);
    SecureRandom random = new SecureRandom();
    Clock clock = Clock.systemUTC();
    Ed25519 ed25519 = Ed25519.best();
    Store store = Store.open(StoreConfig.sqlite(data.resolve("gateway.db").toString()));
    store.accounts().add(World.ALICE);
    for (int i = 0; i < PEOPLE; i++) {
      store.accounts().add(person(i));
    }
    Addressing addressing = MappedAddressing.of(World.MAPPING, store.hashedAliases());
    SelfSigned own =
        SelfSigned.make(List.of(World.HOME), clock.instant(), Duration.ofDays(1), random);
    TlsIdentity identity = new TlsIdentity(own.key(), List.of(own.certificate()));
    TlsContexts tls = new TlsContexts(() -> identity, new TrustedRoots(List.of()));
    KeyFiles files = new KeyFiles(data.resolve("keys"), random);
    DomainKeys keys = DomainKeys.open(files, ed25519, List.of(World.HOME));
    Dns dns =
        new BenchDns(
            Map.of(
                "MX sink.test",
                List.of(new Dns.Mx(10, "mx.sink.test")),
                "A mx.sink.test",
                List.of(InetAddress.ofLiteral("127.0.0.1")),
                "TXT mail.test",
                List.of("v=spf1 ip4:127.0.0.1 -all"),
                "TXT _dmarc.mail.test",
                List.of("v=DMARC1; p=reject"),
                "TXT s1._domainkey.mail.test",
                List.of(args[2])));
    OutboxComponent outbox =
        new OutboxComponent(
            new OutboxComponent.Services(
                "bench", store.outbox(), OutboxSettings.DEFAULT, clock, random, () -> {}));
    Core core =
        new Core(
            new Core.Ports(
                addressing,
                new Policy(UNLIMITED, addressing::isOurs, addressing::rejected, clock),
                store.accounts(),
                store.preferences(),
                store.outbox(),
                store.planning(),
                store.idMap(),
                store.intakes(),
                store.trace(),
                outbox),
            CoreSettings.DEFAULT,
            clock,
            random);
    OutboundGuard guard = new OutboundGuard(List.of(Cidr.parse("127.0.0.0/8")), Set.of());
    EmsgEdge emsg =
        new EmsgEdge(
            EmsgConfig.DEFAULT.listeningOn("127.0.0.1", 0),
            new EmsgEdge.Ports(
                addressing,
                store.accounts(),
                store.mailboxes(),
                store.idMap(),
                FileLinks.NONE,
                core,
                dns,
                guard,
                tls,
                ed25519,
                keys,
                new AliasKeys(files.secret("aliases", 32), 1, ed25519),
                clock,
                random));
    SmtpEdge smtp =
        new SmtpEdge(
            settings(Integer.parseInt(args[1])),
            new SmtpEdge.Ports(
                addressing,
                core,
                store.idMap(),
                store.blobs(),
                store.trace(),
                dns,
                guard,
                tls,
                keys,
                new Macs(files.secret("macs", 32)),
                clock,
                random));
    DefaultCamelContext camel = new DefaultCamelContext();
    camel.addComponent("outbox", outbox);
    smtp.register(camel);
    camel.getRegistry().bind("accept", Processor.class, new AcceptStep(core));
    camel.getRegistry().bind("map", Processor.class, new MapStep(addressing));
    for (String route : List.of("smtp-in.yaml", "smtp-out.yaml")) {
      PluginHelper.getRoutesLoader(camel)
          .loadRoutes(ResourceHelper.fromString(route, Files.readString(Path.of("routes", route))));
    }
    core.start(
        new Core.Edges(
            List.of(smtp.discovery()),
            List.of(smtp.minting()),
            emsg.mailboxForm(),
            (account, entry) -> {}));
    camel.start();
    smtp.start();
    System.out.println("READY " + smtp.listening().orElseThrow().getPort());
    serve(core, clock);
    smtp.close();
    camel.stop();
    core.close();
    store.close();
  }

  private static SmtpConfig settings(int sink) {
    return BenchSettings.with(
        SmtpConfig.defaults(),
        Map.of("port", 0, "fronts", List.of(), "exchangePort", sink, "connectionsPerLane", 8));
  }

  static Address.Emsg person(int number) {
    return new Address.Emsg("person" + number, World.HOME);
  }

  private static void serve(Core core, Clock clock) throws IOException {
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      send(core, clock, Integer.parseInt(line.substring("send ".length())));
      System.out.println("ACCEPTED");
    }
  }

  private static void send(Core core, Clock clock, int count) {
    SplittableRandom random = new SplittableRandom();
    Semaphore window = new Semaphore(WINDOW);
    for (int i = 0; i < count; i++) {
      window.acquireUninterruptibly();
      Instant now = clock.instant();
      String id = Long.toHexString(random.nextLong());
      String local = "erin" + i % PEOPLE;
      CompletableFuture<?> accepted =
          core.accept(
                  new Envelope(
                      TraceId.next(now, random),
                      Network.EMSG,
                      new MessageId(id),
                      World.ALICE,
                      Optional.of("Alice"),
                      List.of(new Address.Emsg(local, "sink.test")),
                      now,
                      now,
                      Event.Posted.of(Body.of(TEXT)),
                      Provenance.verifiedBy("signature"),
                      Bytes.utf8(id),
                      Optional.empty()))
              .toCompletableFuture();
      var _ = accepted.whenComplete((done, failed) -> window.release());
    }
    window.acquireUninterruptibly(WINDOW);
  }
}
