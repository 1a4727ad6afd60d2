package org.emsg.gateway.xmpp;

import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.emsg.gateway.address.Addressing;
import org.emsg.gateway.address.Parsed;
import org.emsg.gateway.gateway.Admission;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Network;
import org.emsg.gateway.model.Outcome;
import org.emsg.gateway.model.Reason;
import org.emsg.gateway.model.TraceId;
import org.emsg.gateway.model.Verdict;
import org.emsg.gateway.xmpp.stream.StanzaHead;
import org.emsg.gateway.xmpp.stream.StreamEvent;
import org.emsg.gateway.xmpp.stream.StreamListener;
import org.jivesoftware.smack.packet.IQ;
import org.jivesoftware.smack.packet.Message;
import org.jivesoftware.smack.packet.Presence;
import org.jivesoftware.smack.packet.Stanza;
import org.jivesoftware.smack.packet.StanzaBuilder;
import org.jivesoftware.smack.packet.StanzaError;
import org.jxmpp.jid.Jid;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Where the stanzas of one component arrive: messages go on to the route, presence and requests
/// are answered here. Called on the stream's reading thread.
final class XmppReception implements StreamListener {
  private static final Logger LOG = LoggerFactory.getLogger(XmppReception.class);

  /// Answers that wait for a look-up at once; who comes then is told to try again.
  private static final int MAX_LOOKUPS = 64;

  private final String component;
  private final Network people;
  private final Inbox inbox;
  private final Predicate<Stanza> write;
  private final XmppVerifier verifier;
  private final Addressing addressing;
  private final Admission admission;
  private final ServiceAnswers services;
  private final Clock clock;
  private final RandomGenerator random;
  private final Semaphore lookups = new Semaphore(MAX_LOOKUPS);
  private final AtomicLong unanswered = new AtomicLong();
  private final AtomicLong misrouted = new AtomicLong();
  private final ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor();

  /// @param people whose face the component is
  /// @param write puts an answer on the component's stream; false where there is no room
  XmppReception(
      String component,
      Network people,
      Inbox inbox,
      Predicate<Stanza> write,
      XmppVerifier verifier,
      Addressing addressing,
      Admission admission,
      ServiceAnswers services,
      Clock clock,
      RandomGenerator random) {
    this.component = component;
    this.people = people;
    this.inbox = inbox;
    this.write = write;
    this.verifier = verifier;
    this.addressing = addressing;
    this.admission = admission;
    this.services = services;
    this.clock = clock;
    this.random = random;
  }

  /// Answers that found no room on the stream so far.
  long unanswered() {
    return unanswered.get();
  }

  @Override
  public Outcome refused(StanzaError error) {
    return StanzaErrors.toOutcome(error);
  }

  @Override
  public void received(Stanza stanza) {
    Jid from = stanza.getFrom();
    Jid to = stanza.getTo();
    if (from == null || to == null) {
      LOG.debug("{}: dropped a stanza from {} to {}", component, from, to);
      return;
    }
    if (!XmppVerifier.isFor(component, to)) {
      if (misrouted.getAndIncrement() % 1000 == 0) {
        LOG.warn(
            "{}: dropped a stanza for {}: the server sends one component's stanzas to another"
                + " (ejabberd needs global_routes: false)",
            component,
            to.getDomain());
      }
      return;
    }
    if (verifier.isOurs(from)) {
      LOG.debug("{}: refused a stanza that says it is from {}", component, from);
      forbid(stanza);
      return;
    }
    switch (stanza) {
      case Message message -> message(message);
      case Presence presence -> presence(presence);
      case IQ iq -> request(iq);
      default -> LOG.debug("{}: no stanza known", component);
    }
  }

  @Override
  public void unreadable(StreamEvent.Unreadable what) {
    LOG.debug("{}: unreadable stanza: {}", component, what.why());
    what.head()
        .filter(head -> !head.type().equals("error") && !head.type().equals("result"))
        .filter(head -> !verifier.isOurs(head.from()) && XmppVerifier.isFor(component, head.to()))
        .filter(head -> !head.element().equals("iq") || head.id().isPresent())
        .ifPresent(head ->
            answer(
                refusal(
                    head,
                    StanzaError.from(what.condition(), what.why())
                        .setType(StanzaError.Type.MODIFY)
                        .build())));
  }

  /// Nobody but this gateway writes from its domains: not even the users of the server that we are
  /// joined to, should it have such a domain too. What came from this very component came back from
  /// us and needs no answer.
  private void forbid(Stanza stanza) {
    Jid from = stanza.getFrom();
    if (XmppVerifier.isFor(component, from)) {
      return;
    }
    Reason reason =
        Reason.of(
            Reason.Kind.NOT_ALLOWED,
            "Nobody but this gateway writes from " + from.getDomain() + '.');
    StanzaError error = StanzaErrors.toError(reason, false);
    switch (stanza) {
      case Message message when XmppTranslator.says(message) && !inbound(message).isReport() ->
          answer(refusal(message, error));
      case Presence presence when PresenceAnswers.asks(presence) ->
          PresenceAnswers.answer(presence, Optional.of(reason)).forEach(this::answer);
      case IQ iq when iq.isRequestIQ() && iq.getStanzaId() != null ->
          answer(ServiceAnswers.refuse(iq, error));
      default -> {}
    }
  }

  private XmppInbound inbound(Message message) {
    Instant now = clock.instant();
    return new XmppInbound(component, message, TraceId.next(now, random), now);
  }

  private void message(Message message) {
    if (!XmppTranslator.says(message)) {
      return;
    }
    inbox.deliver(
        inbound(message), error -> error.ifPresent(told -> answer(refusal(message, told))));
  }

  private void presence(Presence presence) {
    if (!PresenceAnswers.asks(presence)) {
      return;
    }
    Consumer<Optional<Reason>> reply =
        refusal -> PresenceAnswers.answer(presence, refusal).forEach(this::answer);
    if (presence.getTo().getLocalpartOrNull() == null) {
      reply.accept(Optional.empty());
    } else {
      lookUp(presence, reply, () -> {});
    }
  }

  private void request(IQ iq) {
    if (!iq.isRequestIQ() || iq.getStanzaId() == null) {
      return;
    }
    if (ServiceAnswers.needsUser(iq)) {
      lookUp(
          iq,
          refusal ->
              answer(
                  refusal
                      .map(reason -> ServiceAnswers.refuse(iq, StanzaErrors.toError(reason, false)))
                      .orElseGet(() -> services.answer(iq, people))),
          () -> answer(ServiceAnswers.refuse(iq, StanzaError.Condition.resource_constraint)));
    } else {
      answer(services.answer(iq, people));
    }
  }

  /// Asks, away from the reading thread, whether the addressed user is there for the sender.
  private void lookUp(Stanza stanza, Consumer<Optional<Reason>> then, Runnable busy) {
    if (!lookups.tryAcquire()) {
      busy.run();
      return;
    }
    workers.execute(() -> {
      try {
        then.accept(refusal(stanza.getFrom(), stanza.getTo()));
      } catch (RuntimeException e) {
        LOG.warn("{}: a look-up failed, its asker gets no answer", component, e);
      } finally {
        lookups.release();
      }
    });
  }

  private Optional<Reason> refusal(Jid from, Jid to) {
    Parsed sender = addressing.parse(Network.XMPP, from.asBareJid().toString());
    Parsed addressed = addressing.parse(Network.XMPP, to.asBareJid().toString());
    if (!(sender instanceof Parsed.Valid(Address party))
        || !(addressed instanceof Parsed.Valid(Address user))) {
      return Optional.of(Reason.of(Reason.Kind.NO_SUCH_USER, "There is no such user."));
    }
    return switch (admission.mayWrite(Network.XMPP, party, true, user)) {
      case Verdict.Allow _ -> Optional.empty();
      case Verdict.Wait wait -> Optional.of(wait.reason());
      case Verdict.Refuse refuse -> Optional.of(refuse.reason());
    };
  }

  private void answer(Stanza stanza) {
    if (!write.test(stanza)) {
      unanswered.incrementAndGet();
    }
  }

  /// The error comes from the JID that was addressed, under the id that it is about.
  private static Message refusal(Message message, StanzaError error) {
    Message refusal =
        StanzaBuilder.buildMessage(message.getStanzaId())
            .from(message.getTo())
            .to(message.getFrom())
            .ofType(Message.Type.error)
            .build();
    refusal.setError(error);
    return refusal;
  }

  private static Stanza refusal(StanzaHead head, StanzaError error) {
    String id = head.id().orElse(null);
    Stanza refusal =
        switch (head.element()) {
          case "message" -> StanzaBuilder.buildMessage(id).ofType(Message.Type.error).build();
          case "presence" -> StanzaBuilder.buildPresence(id).ofType(Presence.Type.error).build();
          default -> ServiceAnswers.error(head.id().orElse(""), head.to(), head.from(), error);
        };
    refusal.setFrom(head.to());
    refusal.setTo(head.from());
    refusal.setError(error);
    return refusal;
  }

  /// Where messages go.
  interface Inbox {
    /// Blocks while too many wait. `done` is called once, with the error to answer where there is
    /// one to answer.
    void deliver(XmppInbound inbound, Consumer<Optional<StanzaError>> done);
  }
}
