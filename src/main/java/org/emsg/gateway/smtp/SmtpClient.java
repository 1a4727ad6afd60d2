package org.emsg.gateway.smtp;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
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

  private final SmtpConfig config;
  private final String ourName;
  private final MailTargets targets;
  private final Function<PeerCheck, SSLContext> tls;
  private final Map<String, Peer> peers = new ConcurrentHashMap<>();
  private final ScheduledExecutorService sweeper =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("smtp-idle").daemon().factory());
  private volatile boolean closed;

  /// @param tls makes the context for one connection
  SmtpClient(
      SmtpConfig config, String ourName, MailTargets targets, Function<PeerCheck, SSLContext> tls) {
    this.config = config;
    this.ourName = ourName;
    this.targets = targets;
    this.tls = tls;
    long every = Math.max(1, config.idle().toMillis() / 2);
    var _ = sweeper.scheduleWithFixedDelay(this::sweep, every, every, TimeUnit.MILLISECONDS);
  }

  /// The connections to one server, at most so many at once.
  private static final class Peer {
    final Semaphore room;
    final Deque<Parked> idle = new ArrayDeque<>();

    Peer(int connections) {
      this.room = new Semaphore(connections, true);
    }

    synchronized Optional<SmtpLink> take() {
      Parked parked = idle.pollLast();
      return parked == null ? Optional.empty() : Optional.of(parked.link());
    }

    synchronized void park(SmtpLink link) {
      idle.addLast(new Parked(link, System.nanoTime()));
    }

    synchronized List<SmtpLink> idleSince(long nanos) {
      List<SmtpLink> old = new ArrayList<>();
      for (Iterator<Parked> i = idle.iterator(); i.hasNext(); ) {
        Parked parked = i.next();
        if (parked.since() - nanos <= 0) {
          old.add(parked.link());
          i.remove();
        }
      }
      return old;
    }
  }

  private record Parked(SmtpLink link, long since) {}

  /// One attempt to hand `mail` over. Never throws for what the other side does.
  Outcome send(OutgoingMail mail) {
    if (closed) {
      return Outcome.Deferred.lane(
          Reason.of(Reason.Kind.UNAVAILABLE, "This server goes down.", "4.3.2"));
    }
    String key = config.relay().ifSet().isPresent() ? RELAY : mail.lane();
    Peer peer = peers.computeIfAbsent(key, name -> new Peer(config.connectionsPerLane()));
    try {
      if (!peer.room.tryAcquire(config.connectTimeout().toMillis(), TimeUnit.MILLISECONDS)) {
        return Outcome.Deferred.conversation(
            Reason.of(
                Reason.Kind.UNAVAILABLE, "All connections to the mail server are busy.", "4.4.5"));
      }
    } catch (InterruptedException ended) {
      Thread.currentThread().interrupt();
      return Outcome.Deferred.lane(
          Reason.of(Reason.Kind.UNAVAILABLE, "This server goes down.", "4.3.2"));
    }
    try {
      return sendOver(peer, mail);
    } finally {
      peer.room.release();
    }
  }

  private Outcome sendOver(Peer peer, OutgoingMail mail) {
    for (Optional<SmtpLink> kept = peer.take(); kept.isPresent(); kept = peer.take()) {
      try {
        return finish(peer, kept.get(), mail);
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
      case MailTargets.Found.Servers servers -> tryAll(peer, mail, servers.targets());
    };
  }

  private Outcome tryAll(Peer peer, OutgoingMail mail, List<MailTargets.Target> servers) {
    Reason last =
        Reason.of(Reason.Kind.REMOTE_FAILURE, "The mail server could not be reached.", "4.4.1");
    for (MailTargets.Target target : servers) {
      try {
        return finish(peer, connect(target), mail);
      } catch (SmtpLink.Unwelcome unwelcome) {
        if (unwelcome.ourselves()) {
          return new Outcome.Rejected(
              Reason.of(Reason.Kind.LOOP, "The domain's mail comes back to this server.", "5.4.6"));
        }
        last = SmtpReasons.of(unwelcome.reply());
        LOG.debug("{} does not want us: {}", target, unwelcome.reply().code());
      } catch (IOException unreachable) {
        last = unreachable(unreachable);
        LOG.debug("{}: {}", target, unreachable.toString());
      }
    }
    return Outcome.Deferred.lane(last);
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

  private Outcome finish(Peer peer, SmtpLink link, OutgoingMail mail) throws IOException {
    boolean kept = false;
    try {
      Outcome outcome = link.send(mail);
      kept = link.isUsable() && link.sent() < config.maxPerConnection() && !closed;
      if (kept) {
        peer.park(link);
      }
      return outcome;
    } finally {
      if (!kept) {
        link.close();
      }
    }
  }

  private SmtpLink connect(MailTargets.Target target) throws IOException {
    Optional<SmtpConfig.Relay> relay = config.relay().ifSet();
    if (relay.isPresent()) {
      SmtpConfig.Relay set = relay.get();
      PeerCheck check =
          set.tls() == SmtpConfig.Tls.REQUIRE
              ? PeerCheck.named(set.host())
              : PeerCheck.opportunistic();
      return SmtpLink.open(
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
      return SmtpLink.open(
          opening(
              target,
              config.exchangePort(),
              Optional.of(PeerCheck.opportunistic()),
              false,
              Optional.empty()));
    } catch (SSLException broken) {
      // Encryption that nobody asked for is no reason to lose mail (RFC 7435 §3).
      LOG.info("{}: TLS failed, going on without: {}", target.host(), broken.getMessage());
      return SmtpLink.open(
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

  private void sweep() {
    long before = System.nanoTime() - config.idle().toNanos();
    peers.values().forEach(peer -> peer.idleSince(before).forEach(SmtpLink::close));
  }

  /// Sends nothing more, and says goodbye on idle connections.
  @Override
  public void close() {
    closed = true;
    sweeper.shutdownNow();
    peers.values().forEach(peer -> peer.idleSince(System.nanoTime()).forEach(SmtpLink::close));
  }
}
