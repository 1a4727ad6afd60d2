package org.emsg.gateway.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.emsg.gateway.address.Addressing;
import org.emsg.gateway.address.MappedAddressing;
import org.emsg.gateway.app.steps.AcceptStep;
import org.emsg.gateway.crypto.AliasKeys;
import org.emsg.gateway.crypto.DomainKeys;
import org.emsg.gateway.crypto.Ed25519;
import org.emsg.gateway.crypto.KeyFiles;
import org.emsg.gateway.crypto.SelfSigned;
import org.emsg.gateway.emsg.EmsgConfig;
import org.emsg.gateway.emsg.EmsgEdge;
import org.emsg.gateway.fixtures.FakeDns;
import org.emsg.gateway.fixtures.World;
import org.emsg.gateway.gateway.Core;
import org.emsg.gateway.gateway.CoreSettings;
import org.emsg.gateway.gateway.FileLinks;
import org.emsg.gateway.home.AccountKey;
import org.emsg.gateway.home.Accounts;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.net.OutboundGuard;
import org.emsg.gateway.net.TlsContexts;
import org.emsg.gateway.net.TlsIdentity;
import org.emsg.gateway.net.TrustedRoots;
import org.emsg.gateway.policy.Policy;
import org.emsg.gateway.policy.PolicySettings;
import org.emsg.gateway.store.Store;
import org.emsg.gateway.store.StoreConfig;

/// The gateway of the measurements, in its own process: the real store, core, route and edge, with
/// SQLite as it is shipped (WAL, `synchronous=FULL`). Says `READY port` on standard output, then
/// answers the commands of [Bench] line by line.
public final class BenchGateway {
  private static final SecureRandom RANDOM = new SecureRandom();

  private BenchGateway() {}

  /// Argument: a directory for its data. `-Demsg.bench.ed25519=bc` takes Bouncy Castle's Ed25519.
  public static void main(String[] args) throws Exception {
    Path data = Path.of(args[0]);
    Ed25519 ed25519 =
        "bc".equals(System.getProperty("emsg.bench.ed25519"))
            ? Ed25519.bouncyCastle()
            : Ed25519.best();
    Clock clock = Clock.systemUTC();
    Store store = Store.open(StoreConfig.sqlite(data.resolve("gateway.db").toString()));
    register(store.accounts());
    Addressing addressing = MappedAddressing.of(World.MAPPING, store.hashedAliases());
    TlsIdentity identity = identity(clock.instant(), data.resolve("certificate.pem"));
    Core core =
        new Core(
            new Core.Ports(
                addressing,
                new Policy(PolicySettings.DEFAULT, addressing::isOurs, addressing::rejected, clock),
                store.accounts(),
                store.preferences(),
                store.outbox(),
                store.planning(),
                store.idMap(),
                store.intakes(),
                store.trace(),
                _ -> {}),
            CoreSettings.DEFAULT,
            clock,
            RANDOM);
    EmsgEdge edge =
        new EmsgEdge(
            EmsgConfig.DEFAULT.listeningOn("127.0.0.1", 0),
            new EmsgEdge.Ports(
                addressing,
                store.accounts(),
                store.mailboxes(),
                store.idMap(),
                FileLinks.NONE,
                core,
                new FakeDns(),
                new OutboundGuard(List.of(), Set.of()),
                new TlsContexts(() -> identity, new TrustedRoots(identity.chain())),
                ed25519,
                DomainKeys.open(
                    new KeyFiles(data.resolve("keys"), RANDOM), ed25519, List.of(BenchTown.DOMAIN)),
                new AliasKeys(
                    new KeyFiles(data.resolve("keys"), RANDOM).secret("aliases", 32), 1, ed25519),
                clock,
                RANDOM));
    DefaultCamelContext camel = new DefaultCamelContext();
    edge.register(camel);
    camel.getRegistry().bind("accept", new AcceptStep(core));
    PluginHelper.getRoutesLoader(camel)
        .loadRoutes(
            ResourceHelper.fromString(
                "esmp-in.yaml", Files.readString(Path.of("routes/esmp-in.yaml"))));
    core.start(
        new Core.Edges(
            List.of(edge.discovery()),
            List.of(edge.minting()),
            edge.mailboxForm(),
            edge.mailboxListener()));
    camel.start();
    edge.start();
    System.out.println("READY " + edge.address().getPort() + " " + ed25519.provider());
    serve(edge);
    edge.close();
    core.close();
    camel.stop();
    store.close();
  }

  private static void serve(EmsgEdge edge) throws IOException {
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      if (line.equals("gc")) {
        System.gc();
        System.out.println(
            "HEAP "
                + ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed()
                + " "
                + edge.load().connections());
      } else {
        return;
      }
    }
  }

  private static void register(Accounts accounts) {
    for (int i = 0; i < BenchTown.SENDERS; i++) {
      register(accounts, BenchTown.sender(i));
      register(accounts, BenchTown.recipient(i));
    }
    for (int i = 0; i < BenchTown.IDLE; i++) {
      register(accounts, BenchTown.idle(i));
    }
  }

  private static void register(Accounts accounts, Address.Emsg person) {
    accounts.add(person);
    accounts.addKey(
        person,
        new AccountKey(
            "k",
            "ed25519",
            BenchTown.key(person).publicKey(),
            Instant.EPOCH,
            Optional.empty(),
            Optional.empty()));
  }

  private static TlsIdentity identity(Instant now, Path certificate)
      throws IOException, CertificateEncodingException {
    SelfSigned made = SelfSigned.make(List.of(BenchTown.DOMAIN), now, Duration.ofDays(1), RANDOM);
    X509Certificate made509 = made.certificate();
    Files.writeString(
        certificate,
        "-----BEGIN CERTIFICATE-----\n"
            + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(made509.getEncoded())
            + "\n-----END CERTIFICATE-----\n");
    return new TlsIdentity(made.key(), List.of(made509));
  }
}
