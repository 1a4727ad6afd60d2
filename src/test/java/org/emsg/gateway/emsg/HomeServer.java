package org.emsg.gateway.emsg;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.AsyncProcessorSupport;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.emsg.gateway.address.Addressing;
import org.emsg.gateway.address.MappedAddressing;
import org.emsg.gateway.address.Target;
import org.emsg.gateway.crypto.AliasKeys;
import org.emsg.gateway.crypto.DomainKeys;
import org.emsg.gateway.crypto.Ed25519;
import org.emsg.gateway.crypto.KeyFiles;
import org.emsg.gateway.crypto.SelfSigned;
import org.emsg.gateway.fixtures.FakeDns;
import org.emsg.gateway.fixtures.FakeHome;
import org.emsg.gateway.fixtures.RememberedAliases;
import org.emsg.gateway.gateway.Directory;
import org.emsg.gateway.gateway.FileLinks;
import org.emsg.gateway.gateway.IdMap;
import org.emsg.gateway.gateway.IntakeResult;
import org.emsg.gateway.gateway.MailboxForm;
import org.emsg.gateway.gateway.MappedMessage;
import org.emsg.gateway.home.AccountKey;
import org.emsg.gateway.home.MailboxEntry;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Bytes;
import org.emsg.gateway.model.ConversationId;
import org.emsg.gateway.model.Envelope;
import org.emsg.gateway.model.MessageId;
import org.emsg.gateway.model.Network;
import org.emsg.gateway.model.Outcome;
import org.emsg.gateway.model.Reason;
import org.emsg.gateway.net.Cidr;
import org.emsg.gateway.net.OutboundGuard;
import org.emsg.gateway.net.TlsContexts;
import org.emsg.gateway.net.TlsIdentity;
import org.emsg.gateway.net.TrustedRoots;
import org.emsg.gateway.outbox.LaneKey;
import org.emsg.gateway.outbox.OutboundMessage;
import org.emsg.gateway.outbox.OutboxId;

/// A whole EMSG edge of one domain on loopback, with Camel and the real route file; behind it an
/// intake in memory that delivers to home mailboxes and keeps what goes elsewhere.
final class HomeServer implements AutoCloseable {
  private static final SecureRandom RANDOM = new SecureRandom();

  final String domain;
  final FakeHome home = new FakeHome();
  final TlsIdentity identity;
  final List<Envelope> forwarded = new CopyOnWriteArrayList<>();
  final EmsgEdge edge;
  final DomainKeys domainKeys;
  private final Clock clock;
  private final Addressing addressing;
  private final TlsContexts tls;
  private final DefaultCamelContext camel = new DefaultCamelContext();
  private final EsmpClients clients;
  private final Map<Address.Emsg, Ed25519.SigningKey> people = new HashMap<>();
  private final Map<List<Object>, Bytes> seen = new HashMap<>();
  private volatile Optional<IntakeResult> stubborn = Optional.empty();

  private HomeServer(
      String domain,
      EmsgConfig config,
      FakeDns dns,
      TlsIdentity identity,
      List<TlsIdentity> trusted,
      Path keys,
      Clock clock) {
    this.domain = domain;
    this.identity = identity;
    this.clock = clock;
    this.addressing = MappedAddressing.of(mapping(domain), new RememberedAliases());
    this.tls =
        new TlsContexts(
            () -> identity,
            new TrustedRoots(trusted.stream().map(TlsIdentity::certificate).toList()));
    this.domainKeys = DomainKeys.open(new KeyFiles(keys, RANDOM), Ed25519.best(), List.of(domain));
    this.edge =
        new EmsgEdge(
            config,
            new EmsgEdge.Ports(
                addressing,
                home,
                home,
                new NoIds(),
                FileLinks.NONE,
                this::look,
                dns,
                new OutboundGuard(List.of(Cidr.parse("127.0.0.0/8")), Set.of()),
                tls,
                Ed25519.best(),
                domainKeys,
                new AliasKeys(Bytes.wrap(new byte[32]), 1, Ed25519.best()),
                clock,
                RANDOM));
    this.clients = new EsmpClients(clock, RANDOM);
  }

  static TlsIdentity identity(String domain, Clock clock) {
    SelfSigned made =
        SelfSigned.make(
            List.of(domain, "xmpp." + domain), clock.instant(), Duration.ofDays(1), RANDOM);
    return new TlsIdentity(made.key(), List.of(made.certificate()));
  }

  static String mapping(String domain) {
    return """
    home: [%1$s]
    faces:
      emsg: {xmpp: emsg.%1$s, smtp: %1$s}
      xmpp: xmpp.%1$s
      smtp: mail.%1$s
    discovery: [emsg, xmpp, smtp]
    rules: []
    """
        .formatted(domain);
  }

  static HomeServer start(Path keys) throws Exception {
    return start("a.test", EmsgConfig.DEFAULT.listeningOn("127.0.0.1", 0), new FakeDns(), keys);
  }

  static HomeServer start(String domain, EmsgConfig config, FakeDns dns, Path keys)
      throws Exception {
    TlsIdentity identity = identity(domain, Clock.systemUTC());
    return start(domain, config, dns, identity, List.of(identity), keys);
  }

  /// One whose time is told to it.
  static HomeServer start(String domain, EmsgConfig config, FakeDns dns, Path keys, Clock clock)
      throws Exception {
    TlsIdentity identity = identity(domain, Clock.systemUTC());
    HomeServer server =
        new HomeServer(domain, config, dns, identity, List.of(identity), keys, clock);
    server.run();
    return server;
  }

  static HomeServer start(
      String domain,
      EmsgConfig config,
      FakeDns dns,
      TlsIdentity identity,
      List<TlsIdentity> trusted,
      Path keys)
      throws Exception {
    HomeServer server =
        new HomeServer(domain, config, dns, identity, trusted, keys, Clock.systemUTC());
    server.run();
    return server;
  }

  private void run() throws Exception {
    edge.register(camel);
    camel.getRegistry().bind("accept", accepting());
    PluginHelper.getRoutesLoader(camel)
        .loadRoutes(
            ResourceHelper.fromString(
                "esmp-in.yaml", Files.readString(Path.of("routes/esmp-in.yaml"))));
    camel.addRoutes(
        new RouteBuilder() {
          @Override
          public void configure() {
            from("direct:send").process("esmpTranslateOut").process("esmpSign").to("esmp:out");
          }
        });
    camel.start();
    edge.start();
  }

  private AsyncProcessorSupport accepting() {
    return new AsyncProcessorSupport() {
      @Override
      public boolean process(Exchange exchange, AsyncCallback callback) {
        exchange.getMessage().setBody(accept(exchange.getMessage().getBody(Envelope.class)));
        callback.done(true);
        return true;
      }
    };
  }

  /// From now on the intake answers so, until it is told otherwise.
  void willAnswer(Optional<IntakeResult> result) {
    stubborn = result;
  }

  /// What the core does, as far as these tests need it.
  synchronized IntakeResult accept(Envelope envelope) {
    if (stubborn.isPresent()) {
      return stubborn.get();
    }
    boolean forwards = false;
    boolean fresh = false;
    for (Address recipient : envelope.recipients()) {
      Bytes before =
          seen.putIfAbsent(List.of(envelope.sender(), envelope.id(), recipient), envelope.digest());
      if (before != null && !before.equals(envelope.digest())) {
        return new IntakeResult.Refused(Reason.of(Reason.Kind.CONFLICT, "Another message."));
      }
      Target target = addressing.resolve(envelope.origin(), recipient);
      if (target instanceof Target.Home at && !home.exists(at.account())) {
        return new IntakeResult.Refused(Reason.of(Reason.Kind.NO_SUCH_USER, "User not found"));
      }
      if (before == null && target instanceof Target.Home at) {
        deliver(envelope, at.account());
      } else if (before == null) {
        forwarded.add(envelope);
      }
      fresh |= before == null;
      forwards |= !(target instanceof Target.Home);
    }
    return fresh
        ? new IntakeResult.Accepted(envelope.trace(), forwards)
        : new IntakeResult.Duplicate(envelope.trace(), forwards);
  }

  private void deliver(Envelope envelope, Address.Emsg account) {
    MailboxForm.Item item = edge.mailboxForm().render(envelope, account);
    MailboxEntry entry = home.deliver(account, envelope.trace(), item.line());
    edge.mailboxListener().arrived(account, entry);
  }

  private CompletableFuture<Directory.Listing> look(Address.Emsg asker, String typed) {
    return CompletableFuture.completedFuture(
        typed.startsWith("xmpp:")
            ? new Directory.Listing.Listed(
                new Address.Emsg("dave", "xmpp.test"),
                List.of(new Directory.Option(Network.XMPP, new Address.Xmpp("dave", "xmpp.test"))),
                "asked by " + asker)
            : new Directory.Listing.Unlisted(
                Reason.of(Reason.Kind.NO_SUCH_USER, "Nobody."), "test"));
  }

  /// No message has another name anywhere.
  static final class NoIds implements IdMap {
    @Override
    public Optional<MessageId> translate(
        ConversationId conversation, Network from, MessageId id, Network to) {
      return Optional.empty();
    }

    @Override
    public Optional<Sent> sent(Network network, MessageId nativeId) {
      return Optional.empty();
    }
  }

  /// Registers somebody with a fresh key.
  Ed25519.SigningKey register(Address.Emsg person) {
    Ed25519.SigningKey key = Ed25519.best().generate(RANDOM);
    home.add(person);
    home.addKey(person, accountKey(key));
    people.put(person, key);
    return key;
  }

  static AccountKey accountKey(Ed25519.SigningKey key) {
    return new AccountKey(
        AccountKey.idOf(key.publicKey()),
        "ed25519",
        key.publicKey(),
        Instant.EPOCH,
        Optional.empty(),
        Optional.empty());
  }

  Ed25519.SigningKey keyOf(Address.Emsg person) {
    Ed25519.SigningKey key = people.get(person);
    if (key == null) {
      throw new IllegalArgumentException(person + " is not registered");
    }
    return key;
  }

  InetSocketAddress address() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), edge.address().getPort());
  }

  EsmpClient connect(Address.Emsg person, String device, Consumer<EsmpClient.Received> messages)
      throws Exception {
    return connect(person, keyOf(person), device, messages);
  }

  EsmpClient connect(
      Address.Emsg person,
      Ed25519.SigningKey key,
      String device,
      Consumer<EsmpClient.Received> messages)
      throws Exception {
    return clients
        .connect(new EsmpClients.Login(address(), person, key, device, Optional.of(tls)), messages)
        .toCompletableFuture()
        .get(10, TimeUnit.SECONDS);
  }

  EsmpClient connect(Address.Emsg person) throws Exception {
    return connect(person, "phone", _ -> {});
  }

  /// A device that keeps what it is sent.
  List<EsmpClient.Received> listen(Address.Emsg person, String device) throws Exception {
    List<EsmpClient.Received> got = new CopyOnWriteArrayList<>();
    EsmpClient client = connect(person, device, got::add);
    boolean more = true;
    while (more) {
      EsmpClient.Page page =
          client.sync(Optional.empty(), 100).toCompletableFuture().get(10, TimeUnit.SECONDS);
      got.addAll(page.messages());
      more = page.more();
      if (more) {
        client.acknowledged(page.cursor()).toCompletableFuture().get(10, TimeUnit.SECONDS);
      }
    }
    return got;
  }

  /// A connection without TLS, by hand.
  RawPeer raw() throws IOException {
    return RawPeer.connect(address());
  }

  /// Sends what waits for other servers, as the outbox does; the outcomes in order.
  List<Outcome> sendForwarded() {
    List<Outcome> outcomes = new ArrayList<>();
    for (Envelope envelope : forwarded) {
      for (Address recipient : envelope.recipients()) {
        outcomes.add(send(envelope, (Address.Emsg) recipient, envelope.id()));
      }
    }
    forwarded.clear();
    return outcomes;
  }

  Outcome send(Envelope envelope, Address.Emsg recipient, MessageId nativeId) {
    Address.Emsg sender =
        addressing
            .shownOn(Network.EMSG, envelope.sender())
            .map(Address.Emsg.class::cast)
            .orElseThrow();
    OutboundMessage message =
        new OutboundMessage(
            new OutboxId(1),
            new LaneKey(sender.domain(), Network.EMSG, recipient.domain()),
            ConversationId.of(envelope.sender(), recipient),
            envelope,
            recipient,
            recipient,
            nativeId,
            List.of(),
            1,
            clock.instant());
    return camel
        .createProducerTemplate()
        .requestBody("direct:send", new MappedMessage(message, sender, recipient), Outcome.class);
  }

  @Override
  public void close() {
    clients.close();
    camel.stop();
    edge.close();
  }
}
