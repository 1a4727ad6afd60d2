package org.emsg.gateway.smtp;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.emsg.gateway.model.Outcome;
import org.emsg.gateway.model.Reason;
import org.emsg.gateway.net.PeerCheck;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Hands mail to other servers: finds them, opens a few connections to each, keeps those for the
/// next messages. Thread-safe; blocks, and is called from virtual threads.
final class SmtpClient implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SmtpClient.class);
  private static final String RELAY = "relay";

  /// Nothing failed where all connections are at work.
  private static final Duration BUSY = Duration.ofSeconds(5);

  private final SmtpConfig config;
  private final String ourName;
  private final MailTargets targets;
  private final Function<PeerCheck, SSLContext> tls;
  private final SmtpPool pool;
  private volatile Optional<String> relayFault = Optional.empty();
  private volatile boolean closed;

  /// @param tls makes the context for one connection
  SmtpClient(
      SmtpConfig config, String ourName, MailTargets targets, Function<PeerCheck, SSLContext> tls) {
    this.config = config;
    this.ourName = ourName;
    this.targets = targets;
    this.tls = tls;
    this.pool = new SmtpPool(config.connectionsPerLane(), config.idle());
  }

  /// One attempt to hand `mail` over. Never throws for what the other side does.
  Outcome send(OutgoingMail mail) {
    if (closed) {
      return goingDown();
    }
    String server = config.relay().ifSet().isPresent() ? RELAY : mail.lane();
    try {
      Optional<SmtpPool.Place> place = pool.enter(server, config.connectTimeout());
      if (place.isEmpty()) {
        return busy();
      }
      try (SmtpPool.Place taken = place.get()) {
        return sendFrom(taken, mail);
      }
    } catch (InterruptedException ended) {
      Thread.currentThread().interrupt();
      return goingDown();
    }
  }

  private static Outcome goingDown() {
    return Outcome.Deferred.lane(
        Reason.of(Reason.Kind.UNAVAILABLE, "This server goes down.", "4.3.2"));
  }

  private static Outcome busy() {
    return new Outcome.Deferred(
        Reason.of(Reason.Kind.UNAVAILABLE, "All connections to the mail server are busy.", "4.4.5"),
        Outcome.Deferred.Scope.CONVERSATION,
        Optional.of(BUSY),
        true);
  }

  /// How many servers there are connections to at this moment.
  int servers() {
    return pool.servers();
  }

  /// What is wrong with the relay's settings, as far as it showed.
  Optional<String> relayFault() {
    return relayFault;
  }

  private Outcome sendFrom(SmtpPool.Place place, OutgoingMail mail) {
    for (Optional<SmtpLink> kept = place.take(); kept.isPresent(); kept = place.take()) {
      try {
        return handOver(place, kept.get(), mail);
      } catch (IOException stale) {
        // The server closed it meanwhile: it has nothing of this message.
        LOG.debug("a kept connection was gone: {}", stale.toString());
      }
    }
    Optional<SmtpConfig.Relay> relay = config.relay().ifSet();
    MailTargets.Found found =
        relay.map(set -> targets.configured(set.host())).orElseGet(() -> targets.find(mail.lane()));
    return switch (found) {
      case MailTargets.Found.Never never -> new Outcome.Rejected(never.reason());
      case MailTargets.Found.Later later -> Outcome.Deferred.lane(later.reason());
      case MailTargets.Found.Servers servers -> tryAll(place, mail, servers.targets());
    };
  }

  /// A server that broke off in the middle of this message may do so because of it: then the
  /// message waits, and not the lane behind it.
  private Outcome tryAll(
      SmtpPool.Place place, OutgoingMail mail, List<MailTargets.Target> servers) {
    Outcome.Deferred last =
        Outcome.Deferred.lane(
            Reason.of(
                Reason.Kind.REMOTE_FAILURE, "The mail server could not be reached.", "4.4.1"));
    for (MailTargets.Target target : servers) {
      SmtpLink link;
      try {
        link = connect(place, target);
      } catch (SmtpLink.Unwelcome unwelcome) {
        if (unwelcome.ourselves()) {
          return ourselves();
        }
        last = Outcome.Deferred.lane(SmtpReasons.of(unwelcome.reply()));
        LOG.debug("{} does not want us: {}", target, unwelcome.reply().code());
        continue;
      } catch (IOException unreachable) {
        last = Outcome.Deferred.lane(unreachable(unreachable));
        LOG.debug("{}: {}", target, unreachable.toString());
        continue;
      }
      relayFault = Optional.empty();
      try {
        return handOver(place, link, mail);
      } catch (IOException brokenOff) {
        last = Outcome.Deferred.conversation(unreachable(brokenOff));
        LOG.debug("{} broke off: {}", target, brokenOff.toString());
      }
    }
    return last;
  }

  /// An exchanger that is ourselves is a loop; a relay that bears our name is a setting to mend.
  private Outcome ourselves() {
    Optional<SmtpConfig.Relay> relay = config.relay().ifSet();
    if (relay.isEmpty()) {
      return new Outcome.Rejected(
          Reason.of(Reason.Kind.LOOP, "The domain's mail comes back to this server.", "5.4.6"));
    }
    String fault =
        relay.get()
            + " calls itself "
            + ourName
            + ", which is this gateway's own name: set smtp.name to another";
    if (relayFault.isEmpty()) {
      LOG.error("mail waits: {}", fault);
    }
    relayFault = Optional.of(fault);
    return Outcome.Deferred.lane(
        Reason.of(
            Reason.Kind.INTERNAL,
            "The mail relay bears this gateway's own name (smtp.name): one of them has to change.",
            "4.3.5"));
  }

  private static Reason unreachable(IOException fault) {
    if (fault instanceof SocketTimeoutException) {
      return Reason.of(Reason.Kind.REMOTE_TIMEOUT, "The mail server does not answer.", "4.4.1");
    }
    if (fault instanceof SSLException) {
      return Reason.of(Reason.Kind.REMOTE_FAILURE, "TLS with the mail server failed.", "4.7.5");
    }
    String text =
        fault instanceof ConnectException
            ? "The mail server takes no connections."
            : "The connection to the mail server broke.";
    return Reason.of(Reason.Kind.REMOTE_FAILURE, text, "4.4.1");
  }

  private Outcome handOver(SmtpPool.Place place, SmtpLink link, OutgoingMail mail)
      throws IOException {
    boolean keep = false;
    try {
      Outcome outcome = link.send(mail);
      keep = link.isUsable() && link.sent() < config.maxPerConnection();
      return outcome;
    } finally {
      place.giveBack(link, keep);
    }
  }

  private SmtpLink connect(SmtpPool.Place place, MailTargets.Target target) throws IOException {
    Optional<SmtpConfig.Relay> relay = config.relay().ifSet();
    if (relay.isPresent()) {
      SmtpConfig.Relay set = relay.get();
      PeerCheck check =
          set.tls() == SmtpConfig.Tls.REQUIRE
              ? PeerCheck.named(set.host())
              : PeerCheck.opportunistic();
      return place.open(
          opening(
              target,
              set.port(),
              set.tls() == SmtpConfig.Tls.NONE ? Optional.empty() : Optional.of(check),
              set.tls() == SmtpConfig.Tls.REQUIRE,
              set.user().isEmpty()
                  ? Optional.empty()
                  : Optional.of('\0' + set.user() + '\0' + set.password())));
    }
    try {
      return place.open(
          opening(
              target,
              config.exchangePort(),
              Optional.of(PeerCheck.opportunistic()),
              false,
              Optional.empty()));
    } catch (SSLException broken) {
      // Encryption that nobody asked for is no reason to lose mail (RFC 7435 §3).
      LOG.info("{}: TLS failed, going on without: {}", target.host(), broken.getMessage());
      return place.open(
          opening(target, config.exchangePort(), Optional.empty(), false, Optional.empty()));
    }
  }

  private SmtpLink.Opening opening(
      MailTargets.Target target,
      int port,
      Optional<PeerCheck> check,
      boolean mustEncrypt,
      Optional<String> login) {
    return new SmtpLink.Opening(
        target.host(),
        new InetSocketAddress(target.address(), port),
        ourName,
        config.connectTimeout(),
        config.replyTimeout(),
        check.map(tls),
        mustEncrypt,
        login);
  }

  /// Sends nothing more, and says goodbye on idle connections.
  @Override
  public void close() {
    closed = true;
    pool.close();
  }
}
