package org.emsg.gateway.xmpp;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.apache.camel.AsyncCallback;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.AsyncProcessorSupport;
import org.apache.camel.support.DefaultExchange;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.emsg.gateway.address.Addressing;
import org.emsg.gateway.address.MappedAddressing;
import org.emsg.gateway.fixtures.FakeDns;
import org.emsg.gateway.fixtures.FakeIdMap;
import org.emsg.gateway.fixtures.FakeOutbox;
import org.emsg.gateway.fixtures.RecordingIntake;
import org.emsg.gateway.fixtures.RememberedAliases;
import org.emsg.gateway.fixtures.World;
import org.emsg.gateway.gateway.Admission;
import org.emsg.gateway.gateway.FileLinks;
import org.emsg.gateway.gateway.MappedMessage;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.ConversationId;
import org.emsg.gateway.model.Envelope;
import org.emsg.gateway.model.Event;
import org.emsg.gateway.model.MessageId;
import org.emsg.gateway.model.Network;
import org.emsg.gateway.model.Outcome;
import org.emsg.gateway.model.Reason;
import org.emsg.gateway.model.Verdict;
import org.emsg.gateway.outbox.LaneKey;
import org.emsg.gateway.outbox.OutboundMessage;
import org.emsg.gateway.outbox.OutboxId;

/// The edge with Camel and the route files of the house around it, joined to whatever server a test
/// has; the core behind it is a recording.
final class EdgeUnderTest implements AutoCloseable {
  final RecordingIntake intake = new RecordingIntake();
  final FakeIdMap ids = new FakeIdMap();
  final FakeDns dns = new FakeDns();
  final FakeOutbox outbox = new FakeOutbox(Clock.systemUTC());
  final Addressing addressing = MappedAddressing.of(World.MAPPING, new RememberedAliases());
  final CamelContext camel = new DefaultCamelContext();
  final XmppEdge edge;

  /// Alice is there and Erin's mailbox; nobody else is.
  private final Admission admission =
      (_, _, _, recipient) ->
          recipient.local().equals("alice") || recipient.local().startsWith("erin__")
              ? Verdict.allow()
              : Verdict.refuse(Reason.Kind.NO_SUCH_USER, "There is no such user.");

  EdgeUnderTest(List<XmppConfig.Component> components) {
    this(components, Duration.ofSeconds(5));
  }

  EdgeUnderTest(List<XmppConfig.Component> components, Duration patience) {
    edge =
        new XmppEdge(
            new XmppConfig(
                components,
                20_000,
                patience,
                patience,
                patience,
                Duration.ofMillis(10),
                Duration.ofMillis(50),
                Duration.ofSeconds(1)),
            new XmppEdge.Ports(addressing, admission, ids, FileLinks.NONE, outbox, dns),
            "1.0-test",
            Clock.systemUTC(),
            new SplittableRandom(5),
            new XmppInbox(Duration.ofSeconds(10), Duration.ofMillis(2)));
    edge.register(camel);
    camel.getRegistry().bind("accept", Processor.class, accept());
    try {
      camel.addRoutes(
          new RouteBuilder() {
            @Override
            public void configure() {
              from("direct:out").process("xmppTranslateOut").to("xmpp:out");
            }
          });
      camel.start();
      PluginHelper.getRoutesLoader(camel)
          .loadRoutes(
              ResourceHelper.fromBytes(
                  "xmpp-in.yaml", Files.readAllBytes(Path.of("routes/xmpp-in.yaml"))));
    } catch (IOException | RuntimeException e) {
      throw new IllegalStateException(e);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
    edge.start();
  }

  private Processor accept() {
    return new AsyncProcessorSupport() {
      @Override
      public boolean process(Exchange exchange, AsyncCallback callback) {
        intake
            .accept(exchange.getMessage().getBody(Envelope.class))
            .whenComplete((result, _) -> {
              exchange.getMessage().setBody(result);
              callback.done(false);
            });
        return false;
      }
    };
  }

  /// Sends an envelope as the outbox would.
  CompletableFuture<Outcome> send(Envelope envelope, Address recipient) {
    Address sender =
        envelope.event() instanceof Event.Bounced bounced
            ? bounced.recipient()
            : addressing.shownOn(Network.XMPP, envelope.sender()).orElseThrow();
    ConversationId conversation = ConversationId.of(envelope.sender(), recipient);
    MessageId nativeId = edge.minting().mint(envelope, recipient);
    OutboundMessage outbound =
        new OutboundMessage(
            new OutboxId(1),
            new LaneKey(sender.domain(), Network.XMPP, recipient.domain()),
            conversation,
            envelope,
            recipient,
            recipient,
            nativeId,
            List.of(),
            1,
            envelope.received());
    Exchange exchange = new DefaultExchange(camel);
    exchange.getMessage().setBody(new MappedMessage(outbound, sender, recipient));
    return camel
        .createProducerTemplate()
        .asyncSend("direct:out", exchange)
        .thenApply(done ->
            Optional.ofNullable(done.getException())
                .<Outcome>map(e -> {
                  throw new AssertionError(e);
                })
                .orElseGet(() -> done.getMessage().getBody(Outcome.class)));
  }

  @Override
  public void close() {
    edge.close();
    camel.stop();
  }
}
