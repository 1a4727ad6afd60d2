package org.emsg.gateway.smtp;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import org.apache.camel.AsyncCallback;
import org.apache.camel.AsyncProcessor;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.AsyncProcessorSupport;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.emsg.gateway.address.Addressing;
import org.emsg.gateway.address.MappedAddressing;
import org.emsg.gateway.crypto.DomainKeys;
import org.emsg.gateway.crypto.Ed25519;
import org.emsg.gateway.crypto.KeyFiles;
import org.emsg.gateway.crypto.Macs;
import org.emsg.gateway.crypto.SelfSigned;
import org.emsg.gateway.fixtures.FakeBlobs;
import org.emsg.gateway.fixtures.FakeClock;
import org.emsg.gateway.fixtures.FakeDns;
import org.emsg.gateway.fixtures.RecordingIntake;
import org.emsg.gateway.fixtures.RememberedAliases;
import org.emsg.gateway.gateway.Admission;
import org.emsg.gateway.gateway.IdMap;
import org.emsg.gateway.gateway.MappedMessage;
import org.emsg.gateway.gateway.Trace;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Bytes;
import org.emsg.gateway.model.ConversationId;
import org.emsg.gateway.model.Envelope;
import org.emsg.gateway.model.MessageId;
import org.emsg.gateway.model.Network;
import org.emsg.gateway.model.Outcome;
import org.emsg.gateway.model.TraceId;
import org.emsg.gateway.model.Verdict;
import org.emsg.gateway.net.Cidr;
import org.emsg.gateway.net.OutboundGuard;
import org.emsg.gateway.net.TlsContexts;
import org.emsg.gateway.net.TlsIdentity;
import org.emsg.gateway.net.TrustedRoots;
import org.emsg.gateway.outbox.LaneKey;
import org.emsg.gateway.outbox.OutboundMessage;
import org.emsg.gateway.outbox.OutboxId;

/// A mail edge on its own over loopback: real routes, listener, client, keys and TLS; the rest of
/// the gateway is in memory.
final class MailSite implements AutoCloseable {
  final RecordingIntake intake = new RecordingIntake();
  final FakeClock clock = FakeClock.atNoon();
  final MemoryIds ids = new MemoryIds();
  final FakeBlobs blobs = new FakeBlobs();
  final MemoryTrace trace = new MemoryTrace();
  final Addressing addressing;
  final DomainKeys keys;
  final TlsContexts tls;
  final SmtpEdge edge;
  private final DefaultCamelContext camel = new DefaultCamelContext();
  private Admission admission = (origin, sender, verified, recipient) -> Verdict.allow();

  MailSite(Path directory, FakeDns dns, String mapping, UnaryOperator<SmtpConfig> settings) {
    addressing = MappedAddressing.of(mapping, new RememberedAliases());
    SecureRandom secure = new SecureRandom();
    KeyFiles files = new KeyFiles(directory.resolve("keys"), secure);
    keys = DomainKeys.open(files, Ed25519.best(), addressing.homeDomains());
    SelfSigned own =
        SelfSigned.make(addressing.homeDomains(), Instant.now(), Duration.ofDays(1), secure);
    tls =
        new TlsContexts(
            () -> new TlsIdentity(own.key(), List.of(own.certificate())),
            new TrustedRoots(List.of()));
    edge =
        new SmtpEdge(
            settings.apply(config()),
            new SmtpEdge.Ports(
                addressing,
                (origin, sender, verified, recipient) ->
                    admission.mayWrite(origin, sender, verified, recipient),
                ids,
                blobs,
                trace,
                dns,
                new OutboundGuard(List.of(Cidr.parse("127.0.0.0/8")), Set.of()),
                tls,
                keys,
                new Macs(Bytes.wrap(new byte[32])),
                clock,
                new SplittableRandom(1)));
    start();
  }

  /// The defaults on a free port.
  static SmtpConfig config() {
    return with(SmtpConfig.defaults(), Map.of("port", 0));
  }

  /// The same settings but those of these names.
  static SmtpConfig with(SmtpConfig config, Map<String, Object> changes) {
    try {
      var components = SmtpConfig.class.getRecordComponents();
      Class<?>[] types = new Class<?>[components.length];
      Object[] values = new Object[components.length];
      Map<String, Object> left = new HashMap<>(changes);
      for (int i = 0; i < components.length; i++) {
        types[i] = components[i].getType();
        Object old = components[i].getAccessor().invoke(config);
        Object changed = left.remove(components[i].getName());
        values[i] = changed == null ? old : changed;
      }
      if (!left.isEmpty()) {
        throw new IllegalArgumentException("no such settings: " + left.keySet());
      }
      return SmtpConfig.class.getDeclaredConstructor(types).newInstance(values);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private void start() {
    edge.register(camel);
    camel.getRegistry().bind("accept", Processor.class, new Accepting());
    // In place of the core's step: the tests map for themselves.
    Processor mapped = exchange -> {};
    camel.getRegistry().bind("map", Processor.class, mapped);
    try {
      PluginHelper.getRoutesLoader(camel)
          .loadRoutes(
              ResourceHelper.resolveResource(camel, "file:routes/smtp-in.yaml"),
              ResourceHelper.fromString("out.yaml", outRoute()));
      camel.start();
    } catch (Exception e) {
      throw new IllegalStateException("the routes do not run", e);
    }
    edge.start();
  }

  /// The real route with a test's own beginning.
  private static String outRoute() {
    try {
      return java.nio.file.Files.readString(Path.of("routes/smtp-out.yaml"))
          .replace("outbox:smtp", "direct:out");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  InetSocketAddress address() {
    return edge.listening().orElseThrow();
  }

  void admitting(BiFunction<Address, Address, Verdict> rule) {
    admission = (origin, sender, verified, recipient) -> rule.apply(sender, recipient);
  }

  /// Sends an envelope to one recipient, as the outbox would.
  Outcome send(Envelope envelope, Address.Smtp recipient) {
    Address from =
        addressing
            .shownOn(Network.SMTP, envelope.sender())
            .filter(address -> !envelope.sender().local().isEmpty())
            .orElseGet(() ->
                new Address.Smtp(
                    "mailer-daemon", addressing.homeDomains().getFirst(), "mailer-daemon"));
    ConversationId conversation = ConversationId.of(envelope.sender(), recipient);
    MessageId nativeId = edge.minting().mint(envelope, recipient);
    ids.remember(
        conversation,
        Map.of(envelope.origin(), envelope.id(), Network.SMTP, nativeId),
        new IdMap.Sent(
            envelope.trace(),
            conversation,
            envelope.sender(),
            recipient,
            envelope.provenance().verified()));
    OutboundMessage message =
        new OutboundMessage(
            new OutboxId(1),
            new LaneKey(from.domain(), Network.SMTP, recipient.domain()),
            conversation,
            envelope,
            recipient,
            recipient,
            nativeId,
            List.of(),
            1,
            clock.instant());
    return camel
        .createProducerTemplate()
        .requestBody("direct:out", new MappedMessage(message, from, recipient), Outcome.class);
  }

  @Override
  public void close() {
    edge.close();
    camel.stop();
  }

  /// The core's `accept`, in front of a recording intake.
  private final class Accepting extends AsyncProcessorSupport implements AsyncProcessor {
    @Override
    public boolean process(Exchange exchange, AsyncCallback callback) {
      var _ =
          intake
              .accept(exchange.getMessage().getBody(Envelope.class))
              .thenAccept(result -> {
                exchange.getMessage().setBody(result);
                callback.done(false);
              });
      return false;
    }
  }

  /// An id map in memory.
  static final class MemoryIds implements IdMap {
    private final Map<String, Map<Network, MessageId>> rows = new ConcurrentHashMap<>();
    private final Map<MessageId, Sent> sent = new ConcurrentHashMap<>();

    void remember(ConversationId conversation, Map<Network, MessageId> same, Sent what) {
      same.forEach((network, id) -> rows.put(key(conversation, network, id), same));
      sent.put(same.get(Network.SMTP), what);
    }

    @Override
    public Optional<MessageId> translate(
        ConversationId conversation, Network from, MessageId id, Network to) {
      return Optional.ofNullable(rows.getOrDefault(key(conversation, from, id), Map.of()).get(to));
    }

    @Override
    public Optional<Sent> sent(Network network, MessageId nativeId) {
      return Optional.ofNullable(sent.get(nativeId));
    }

    private static String key(ConversationId conversation, Network network, MessageId id) {
      return conversation + " " + network + " " + id;
    }
  }

  /// A trace in memory.
  static final class MemoryTrace implements Trace {
    final List<String> lines = Collections.synchronizedList(new ArrayList<>());

    @Override
    public void line(TraceId trace, String step, String text) {
      lines.add(step + ": " + text);
    }

    @Override
    public List<Line> find(TraceId trace) {
      return List.of();
    }
  }
}
