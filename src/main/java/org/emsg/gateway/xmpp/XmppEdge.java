package org.emsg.gateway.xmpp;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.InvalidPayloadException;
import org.apache.camel.Processor;
import org.emsg.gateway.address.Addressing;
import org.emsg.gateway.gateway.Admission;
import org.emsg.gateway.gateway.Discovery;
import org.emsg.gateway.gateway.FileLinks;
import org.emsg.gateway.gateway.IdMap;
import org.emsg.gateway.gateway.IntakeResult;
import org.emsg.gateway.gateway.MappedMessage;
import org.emsg.gateway.gateway.Minting;
import org.emsg.gateway.model.Network;
import org.emsg.gateway.net.Dns;
import org.emsg.gateway.outbox.Outbox;
import org.emsg.gateway.xmpp.stream.ComponentLink;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The XMPP edge put together. `app` makes one, registers it with Camel, starts it after the
/// routes, and closes it before them.
public final class XmppEdge implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(XmppEdge.class);

  /// How long a stream waits for a route before its senders are told to try again.
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /// The first wait before an error or a receipt is brought again; ten tries are some two minutes.
  private static final Duration AGAIN = Duration.ofSeconds(3);

  private final XmppConfig config;
  private final Ports ports;
  private final XmppVerifier verifier;
  private final XmppTranslator reader;
  private final XmppWriter writer;
  private final XmppInbox inbox;
  private final XmppLinks links;
  private final XmppDiscovery discovery;

  /// What the edge needs of the others.
  ///
  /// @param outbox whose lanes are due at once when a component is joined again
  public record Ports(
      Addressing addressing,
      Admission admission,
      IdMap ids,
      FileLinks files,
      Outbox outbox,
      Dns dns) {}

  /// @param version of the gateway, told to who asks
  /// @param random unguessable and safe for several threads, a `SecureRandom`: who could guess a
  ///   ping's id could confirm what never arrived
  /// @throws IllegalArgumentException where a component is no face that is shown in XMPP, or a
  ///   domain of ours is said to be the server's own
  public XmppEdge(
      XmppConfig config, Ports ports, String version, Clock clock, RandomGenerator random) {
    this(config, ports, version, clock, random, new XmppInbox(PATIENCE, AGAIN));
  }

  XmppEdge(
      XmppConfig config,
      Ports ports,
      String version,
      Clock clock,
      RandomGenerator random,
      XmppInbox inbox) {
    this.config = config;
    this.ports = ports;
    this.inbox = inbox;
    this.verifier = new XmppVerifier(ports.addressing());
    this.reader =
        new XmppTranslator(
            ports.ids(),
            () ->
                HexFormat.of().toHexDigits(random.nextLong())
                    + HexFormat.of().toHexDigits(random.nextLong()));
    this.writer = new XmppWriter(ports.ids(), ports.files(), clock);
    this.discovery =
        new XmppDiscovery(
            ports.dns(), ports.addressing(), config.localHosts(), !config.components().isEmpty());
    config.localHosts().forEach(this::requireNotOurs);
    ServiceAnswers services = new ServiceAnswers(version);
    List<ComponentLink> all = new ArrayList<>();
    for (XmppConfig.Component component : config.components()) {
      all.add(link(component, services, clock, random));
    }
    this.links = new XmppLinks(all);
  }

  private ComponentLink link(
      XmppConfig.Component component,
      ServiceAnswers services,
      Clock clock,
      RandomGenerator random) {
    // The reception answers over the link, and the link reports to the reception.
    CompletableFuture<ComponentLink> link = new CompletableFuture<>();
    XmppReception reception =
        new XmppReception(
            component.domain(),
            people(component.domain()),
            inbox,
            stanza -> link.join().write(stanza),
            verifier,
            ports.addressing(),
            ports.admission(),
            services,
            clock,
            random);
    link.complete(
        new ComponentLink(
            config.stream(component),
            config.backoff(),
            reception,
            () -> Thread.startVirtualThread(() -> wakeLanes(component.domain())),
            System::nanoTime,
            random));
    return link.join();
  }

  /// A stanza from a domain of ours is nobody's but ours: the server's own users there could not be
  /// told from it.
  private void requireNotOurs(String host) {
    if (ports.addressing().isOurs(host)) {
      throw new IllegalArgumentException(
          "xmpp.components: local-hosts has "
              + host
              + ", which is a home domain or a face of this gateway: one domain cannot be both, for"
              + " nobody but the gateway writes from its domains. Give the gateway a home domain of"
              + " its own (home in mappings/addresses.yaml); domains that are split between two"
              + " servers are not there yet.");
    }
  }

  private Network people(String domain) {
    Addressing addressing = ports.addressing();
    if (!addressing.facesShownOn(Network.XMPP).contains(domain)) {
      throw new IllegalArgumentException(
          "xmpp.components: "
              + domain
              + " is no face that is shown in XMPP; those are "
              + addressing.facesShownOn(Network.XMPP));
    }
    for (Network network : Network.values()) {
      if (addressing.face(network, Network.XMPP).equals(Optional.of(domain))) {
        return network;
      }
    }
    return Network.EMSG;
  }

  /// Binds `xmpp:`, `xmppVerify`, `xmppTranslateIn` and `xmppTranslateOut`.
  public void register(CamelContext context) {
    context.addComponent("xmpp", new XmppComponent(inbox, links));
    context.getRegistry().bind("xmppVerify", Processor.class, (Processor) this::verify);
    context.getRegistry().bind("xmppTranslateIn", Processor.class, (Processor) this::translateIn);
    context.getRegistry().bind("xmppTranslateOut", Processor.class, (Processor) this::translateOut);
  }

  /// Joins the servers; returns at once.
  public void start() {
    for (String face : ports.addressing().facesShownOn(Network.XMPP)) {
      if (config.components().stream().noneMatch(c -> c.domain().equals(face))) {
        LOG.info("no XMPP component is set up for {}: it is not reached from XMPP", face);
      }
    }
    links.start();
  }

  public Discovery discovery() {
    return discovery;
  }

  public Minting minting() {
    return new XmppMinting();
  }

  /// Whether each component is joined, for health.
  public Map<String, ComponentLink.Status> status() {
    return links.status();
  }

  /// The components that are set up here and not joined at the moment: another node may be, and
  /// their lanes are for that one.
  public Set<String> away() {
    return links.status().entrySet().stream()
        .filter(link -> !link.getValue().connected())
        .map(Map.Entry::getKey)
        .collect(Collectors.toUnmodifiableSet());
  }

  /// Waits for what is in flight, and leaves.
  @Override
  public void close() {
    links.close(config.stopGrace());
  }

  private void wakeLanes(String domain) {
    try {
      for (Outbox.LaneStatus lane : ports.outbox().lanes()) {
        if (lane.lane().network() == Network.XMPP && lane.lane().ours().equals(domain)) {
          ports.outbox().retryNow(lane.lane());
        }
      }
    } catch (RuntimeException e) {
      LOG.warn("the lanes of {} wait for their own time: {}", domain, e.toString());
    }
  }

  private void verify(Exchange exchange) throws InvalidPayloadException {
    XmppInbound inbound = exchange.getMessage().getMandatoryBody(XmppInbound.class);
    switch (verifier.verify(inbound)) {
      case XmppVerifier.Result.Passed(XmppInbound.Verified verified) ->
          exchange.getMessage().setBody(verified);
      case XmppVerifier.Result.Refused(var reason) ->
          end(exchange, new IntakeResult.Refused(reason));
      case XmppVerifier.Result.Dropped(String why) -> end(exchange, new XmppInbound.Ignored(why));
    }
  }

  private void translateIn(Exchange exchange) throws InvalidPayloadException {
    XmppInbound.Verified verified =
        exchange.getMessage().getMandatoryBody(XmppInbound.Verified.class);
    switch (reader.toModel(verified)) {
      case XmppTranslator.Reading.Of(var envelope) -> exchange.getMessage().setBody(envelope);
      case XmppTranslator.Reading.Refused(var reason) ->
          end(exchange, new IntakeResult.Refused(reason));
      case XmppTranslator.Reading.Nothing(String why) ->
          end(exchange, new XmppInbound.Ignored(why));
    }
  }

  private void translateOut(Exchange exchange) throws InvalidPayloadException {
    MappedMessage mapped = exchange.getMessage().getMandatoryBody(MappedMessage.class);
    switch (writer.fromModel(mapped)) {
      case XmppWriter.Writing.Of(var message) ->
          exchange
              .getMessage()
              .setBody(new XmppOutbound(mapped.message().envelope().trace(), message));
      case XmppWriter.Writing.Settled(var outcome) -> end(exchange, outcome);
    }
  }

  private static void end(Exchange exchange, Object body) {
    exchange.getMessage().setBody(body);
    exchange.setRouteStop(true);
  }
}
