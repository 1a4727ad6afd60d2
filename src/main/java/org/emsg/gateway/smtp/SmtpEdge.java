package org.emsg.gateway.smtp;

import java.net.InetSocketAddress;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.emsg.gateway.address.Addressing;
import org.emsg.gateway.crypto.DomainKeys;
import org.emsg.gateway.crypto.Macs;
import org.emsg.gateway.gateway.Admission;
import org.emsg.gateway.gateway.Blobs;
import org.emsg.gateway.gateway.Discovery;
import org.emsg.gateway.gateway.IdMap;
import org.emsg.gateway.gateway.IntakeResult;
import org.emsg.gateway.gateway.MappedMessage;
import org.emsg.gateway.gateway.Minting;
import org.emsg.gateway.gateway.Trace;
import org.emsg.gateway.model.Provenance;
import org.emsg.gateway.model.TraceId;
import org.emsg.gateway.net.Dns;
import org.emsg.gateway.net.OutboundGuard;
import org.emsg.gateway.net.TlsContexts;
import org.emsg.gateway.smtp.auth.SenderChecks;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The whole of the mail edge: `app` makes one, registers it with Camel, starts and closes it.
public final class SmtpEdge implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SmtpEdge.class);

  private final SmtpConfig config;
  private final String name;
  private final Clock clock;
  private final RandomGenerator random;
  private final TlsContexts tls;
  private final Trace trace;
  private final SmtpReception reception;
  private final SmtpClient client;
  private final SmtpVerifier verifier;
  private final MailToModel toModel;
  private final MailFromModel fromModel;
  private final SmtpSigner signer;
  private final SmtpDiscovery discovery;
  private final SmtpMinting minting;
  private Optional<SmtpServer> server = Optional.empty();

  /// What the edge needs of the rest of the gateway.
  public record Ports(
      Addressing addressing,
      Admission admission,
      IdMap ids,
      Blobs blobs,
      Trace trace,
      Dns dns,
      OutboundGuard guard,
      TlsContexts tls,
      DomainKeys keys,
      Macs macs,
      Clock clock,
      RandomGenerator random) {}

  public SmtpEdge(SmtpConfig config, Ports ports) {
    Addressing addressing = ports.addressing();
    this.config = config;
    this.name = config.name().isEmpty() ? addressing.homeDomains().getFirst() : config.name();
    this.clock = ports.clock();
    this.random = ports.random();
    this.tls = ports.tls();
    this.trace = ports.trace();
    EnvelopeSenders envelopeSenders = new EnvelopeSenders(ports.macs());
    this.reception =
        new SmtpReception(addressing, ports.admission(), envelopeSenders, config.postmaster());
    Predicate<String> isOurs = host -> host.equalsIgnoreCase(name) || addressing.isOurs(host);
    this.client =
        new SmtpClient(
            config, name, new MailTargets(ports.dns(), ports.guard(), isOurs, random), tls::client);
    this.verifier =
        new SmtpVerifier(
            new SenderChecks(ports.dns(), clock, config.fronts(), config.authTimeout()),
            addressing,
            config.unaligned());
    Subjects subjects = new Subjects();
    this.toModel =
        new MailToModel(
            addressing, ports.ids(), ports.blobs(), subjects, config.attachmentRetention());
    this.fromModel =
        new MailFromModel(
            ports.ids(), ports.blobs(), envelopeSenders, subjects, clock, config.maxMessage());
    this.signer = new SmtpSigner(ports.keys(), addressing, config.selectors(), clock);
    this.discovery = new SmtpDiscovery(ports.dns());
    this.minting = new SmtpMinting(addressing);
  }

  public Discovery discovery() {
    return discovery;
  }

  public Minting minting() {
    return minting;
  }

  /// Gives Camel the component `smtp:` and the steps that the route files name.
  public void register(CamelContext camel) {
    camel.addComponent("smtp", new SmtpComponent(reception, client));
    bind(camel, "smtpVerify", this::verify);
    bind(camel, "smtpTranslateIn", this::translateIn);
    bind(camel, "smtpTranslateOut", this::translateOut);
    bind(camel, "smtpSign", this::sign);
  }

  private static void bind(CamelContext camel, String step, Processor processor) {
    camel.getRegistry().bind(step, Processor.class, processor);
  }

  /// Listens, where that is enabled. Before the route `smtp:in` runs, clients are told to come
  /// again.
  ///
  /// @throws java.io.UncheckedIOException if the port is not to be had
  public void start() {
    if (config.enabled()) {
      server =
          Optional.of(
              SmtpServer.start(
                  config, name, reception, () -> Optional.of(tls.server()), clock, random));
      for (String domain : reception.withoutPostmaster()) {
        LOG.warn(
            "Mail to postmaster@{} is refused, and must not be (RFC 5321 §4.5.1): set smtp.postmaster",
            domain);
      }
    }
  }

  /// Where it listens; the port is the one really taken.
  public Optional<InetSocketAddress> listening() {
    return server.map(SmtpServer::address);
  }

  /// Connections of clients at this moment.
  public int connections() {
    return server.map(SmtpServer::connections).orElse(0);
  }

  /// Why mail goes no further than to the relay, where its settings are at fault.
  public Optional<String> relayFault() {
    return client.relayFault();
  }

  /// The selectors under which the keys of our domains are to be published: RSA first, then
  /// Ed25519.
  public List<String> selectors() {
    return config.selectors();
  }

  @Override
  public void close() {
    server.ifPresent(SmtpServer::close);
    client.close();
  }

  private void verify(Exchange exchange) throws Exception {
    ReceivedMail mail = exchange.getMessage().getMandatoryBody(ReceivedMail.class);
    switch (verifier.verify(mail)) {
      case SmtpVerifier.Verified.Passed passed -> {
        trace.line(mail.trace(), "verify", describe(mail, passed.mail().provenance()));
        exchange.getMessage().setBody(passed.mail());
      }
      case SmtpVerifier.Verified.Stopped stopped -> {
        trace.line(mail.trace(), "verify", "refused " + describe(stopped.result()));
        stop(exchange, stopped.result());
      }
    }
  }

  private void translateIn(Exchange exchange) throws Exception {
    VerifiedMail mail = exchange.getMessage().getMandatoryBody(VerifiedMail.class);
    TraceId id = mail.mail().trace();
    switch (toModel.toModel(mail)) {
      case MailToModel.Translated.Message message ->
          exchange.getMessage().setBody(message.envelope());
      case MailToModel.Translated.Nothing nothing -> {
        trace.line(id, "translate", "taken and dropped: " + nothing.why());
        stop(exchange, new IntakeResult.Accepted(id, false));
      }
      case MailToModel.Translated.Refused refused -> {
        trace.line(id, "translate", "refused " + refused.reason().kind());
        stop(exchange, new IntakeResult.Refused(refused.reason()));
      }
    }
  }

  private void translateOut(Exchange exchange) throws Exception {
    MappedMessage mapped = exchange.getMessage().getMandatoryBody(MappedMessage.class);
    switch (fromModel.fromModel(mapped)) {
      case MailFromModel.Translated.Mail mail -> exchange.getMessage().setBody(mail.mail());
      case MailFromModel.Translated.Settled settled -> stop(exchange, settled.outcome());
    }
  }

  private void sign(Exchange exchange) throws Exception {
    exchange
        .getMessage()
        .setBody(signer.sign(exchange.getMessage().getMandatoryBody(OutgoingMail.class)));
  }

  private static void stop(Exchange exchange, Object answer) {
    exchange.getMessage().setBody(answer);
    exchange.setRouteStop(true);
  }

  private static String describe(ReceivedMail mail, Provenance provenance) {
    return "mail from "
        + mail.client().getHostAddress()
        + (provenance.verified() ? ", verified: " : ", unverified: ")
        + provenance.checks().stream()
            .map(check -> check.name() + '=' + check.result())
            .collect(Collectors.joining(" "));
  }

  private static String describe(IntakeResult result) {
    return switch (result) {
      case IntakeResult.Refused refused -> kind(refused.reason().kind());
      case IntakeResult.Deferred deferred -> "for now: " + kind(deferred.reason().kind());
      case IntakeResult.Accepted _, IntakeResult.Duplicate _ -> "nothing";
    };
  }

  private static String kind(org.emsg.gateway.model.Reason.Kind kind) {
    return kind.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
