package org.emsg.gateway.gateway;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import org.emsg.gateway.gateway.PlannedEnvelope.Delivery;
import org.emsg.gateway.gateway.PlannedEnvelope.Learned;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Bytes;
import org.emsg.gateway.model.Envelope;
import org.emsg.gateway.model.Event;
import org.emsg.gateway.model.MessageId;
import org.emsg.gateway.model.Network;
import org.emsg.gateway.model.Reason;
import org.emsg.gateway.model.Verdict;
import org.emsg.gateway.policy.Policy;

/// Decides for each recipient of an envelope whether, where to and as what it goes. Thread-safe.
///
/// Recipients whose way is known at once cost no thread change. Where discovery has to ask, the
/// plan is complete after all answers or after the planner's patience; who is undecided by then
/// goes to the planning queue, and so does whatever the same sender writes to the same recipient
/// until that row is gone: nothing overtakes there either.
final class Planner implements Planning {
  private final SenderCheck senders;
  private final Wayfinder ways;
  private final DeliveryWriter writer;
  private final PlanningQueue queue;
  private final IdMap ids;
  private final Executor patience;
  private final Executor workers;

  /// Planning rows that are decided on and not committed yet.
  private final Map<Pair, Integer> queueing = new ConcurrentHashMap<>();

  /// @param patience runs what it is given when planning has taken too long: after 2 s
  /// @param workers where planning goes on after discovery answered: may block
  Planner(
      SenderCheck senders,
      Wayfinder ways,
      DeliveryWriter writer,
      PlanningQueue queue,
      IdMap ids,
      Executor patience,
      Executor workers) {
    this.senders = senders;
    this.ways = ways;
    this.writer = writer;
    this.queue = queue;
    this.ids = ids;
    this.patience = patience;
    this.workers = workers;
  }

  @Override
  public Verdict admit(Envelope envelope) {
    return senders.admit(envelope);
  }

  @Override
  public CompletableFuture<PlannedEnvelope> plan(Envelope envelope) {
    Set<Address> recipients = new LinkedHashSet<>(envelope.recipients());
    List<Asked> asked = new ArrayList<>(recipients.size());
    boolean decided = true;
    for (Address to : recipients) {
      CompletableFuture<Way> way = way(envelope, to);
      decided &= way.isDone();
      asked.add(new Asked(to, way));
    }
    if (decided) {
      return CompletableFuture.completedFuture(
          assemble(envelope, asked.stream().map(Asked::now).toList()));
    }
    CompletableFuture<Void> all =
        CompletableFuture.allOf(
            asked.stream().map(Asked::way).toArray(CompletableFuture<?>[]::new));
    CompletableFuture<Void> limit = new CompletableFuture<>();
    patience.execute(() -> limit.complete(null));
    return CompletableFuture.anyOf(all, limit)
        .thenApplyAsync(_ -> assemble(envelope, asked.stream().map(Asked::now).toList()), workers);
  }

  private CompletableFuture<Way> way(Envelope envelope, Address to) {
    if (senders.isOwnBounce(envelope)) {
      return CompletableFuture.completedFuture(
          senders.isHome(to)
              ? new Way.Home((Address.Emsg) to, "bounce")
              : new Way.Out(to.network(), to, List.of(), Optional.empty(), false, "bounce"));
    }
    CompletableFuture<Way> way = ways.find(party(envelope), envelope.origin(), to, false);
    if (way.isDone()
        && way.join() instanceof Way.No no
        && no.reason().kind() == Reason.Kind.NOT_ALLOWED) {
      return CompletableFuture.completedFuture(
          answered(envelope, to).<Way>map(this::back).orElse(no));
    }
    return way;
  }

  /// Who wrote the message that this one reports on, where it is the report of whom we sent that
  /// message to: a rule that lets a message through lets its receipt or its error back.
  private Optional<Address> answered(Envelope envelope, Address to) {
    if (!envelope.provenance().verified()) {
      return Optional.empty();
    }
    Optional<MessageId> target =
        switch (envelope.event()) {
          case Event.Receipted receipted -> Optional.of(receipted.target());
          case Event.Bounced bounced -> Optional.of(bounced.target());
          case Event.Posted _, Event.Opaque _ -> Optional.empty();
        };
    return target
        .flatMap(id -> ids.sent(envelope.origin(), id))
        .filter(sent -> sent.recipient().equals(envelope.sender()))
        .map(IdMap.Sent::sender)
        .filter(writer -> ways.isShownAs(writer, envelope.origin(), to));
  }

  private Way back(Address writer) {
    return new Way.Out(
        writer.network(), writer, List.of(), Optional.empty(), false, "reports on their message");
  }

  private boolean waits(Address sender, Address to) {
    return queueing.containsKey(new Pair(sender, to)) || queue.isWaiting(sender, to);
  }

  /// Plans a row of the planning queue again. `patient`: a better network's silence is no longer
  /// waited for.
  CompletableFuture<PlannedEnvelope> again(PlanningQueue.Waiting row, boolean patient) {
    Envelope envelope = row.envelope();
    CompletableFuture<Way> way =
        ways.find(party(envelope), envelope.origin(), row.addressed(), patient);
    return way.thenApplyAsync(
        found -> single(envelope, row.idempotencyKey(), row.addressed(), found), workers);
  }

  /// The plan that ends a row of the planning queue: its sender is told.
  PlannedEnvelope refused(PlanningQueue.Waiting row, Reason reason, String why) {
    Delivery refused = new Delivery.Refused(row.idempotencyKey(), row.addressed(), reason, why);
    return new PlannedEnvelope(row.envelope(), idsAreUnique(row.envelope()), List.of(refused));
  }

  /// A plan for one recipient alone.
  private PlannedEnvelope single(Envelope envelope, Bytes key, Address addressed, Way way) {
    Optional<Learned> learned = way instanceof Way.Out out ? out.learned() : Optional.empty();
    return new PlannedEnvelope(
        envelope,
        idsAreUnique(envelope),
        List.of(writer.write(envelope, key, addressed, way)),
        learned.stream().toList());
  }

  private Policy.Sender party(Envelope envelope) {
    return senders.sender(envelope.origin(), envelope.sender(), envelope.provenance().verified());
  }

  /// Whoever is reached under one of the addresses gets nothing under the others.
  private PlannedEnvelope assemble(Envelope envelope, List<Answer> answers) {
    List<Delivery> deliveries = new ArrayList<>(answers.size());
    List<Learned> learned = new ArrayList<>();
    Set<Address> reached = new HashSet<>();
    for (Answer given : answers) {
      Optional<Address> person = person(given.way);
      if (person.filter(reached::contains).isPresent()) {
        continue;
      }
      Answer answer = given;
      if (given.way instanceof Way.Out out && out.open() && waits(envelope.sender(), given.to)) {
        answer = new Answer(given.to, new Way.Later("behind a message that is being planned"));
      }
      Bytes key = DeliveryWriter.idempotencyKey(envelope, answer.to);
      Delivery delivery = writer.write(envelope, key, answer.to, answer.way);
      deliveries.add(delivery);
      if (!(delivery instanceof Delivery.Refused)) {
        person.ifPresent(reached::add);
      }
      switch (answer.way) {
        case Way.Out out -> out.learned().ifPresent(learned::add);
        case Way.Home home when teaches(envelope) ->
            ways.learn(envelope.sender(), home.account()).ifPresent(learned::add);
        case Way.Home _, Way.No _, Way.Later _ -> {}
      }
    }
    PlannedEnvelope planned =
        new PlannedEnvelope(envelope, idsAreUnique(envelope), deliveries, learned);
    for (Delivery delivery : deliveries) {
      if (delivery instanceof Delivery.ToPlanning later) {
        queueing.merge(new Pair(envelope.sender(), later.addressed()), 1, Integer::sum);
      }
    }
    return planned;
  }

  private static Optional<Address> person(Way way) {
    return switch (way) {
      case Way.Home home -> Optional.of(home.account());
      case Way.Out out -> Optional.of(out.recipient());
      case Way.No _, Way.Later _ -> Optional.empty();
    };
  }

  /// Whether the envelope tells on which network its sender is to be reached: a person wrote it,
  /// and that network vouched for them.
  private boolean teaches(Envelope envelope) {
    return envelope.provenance().verified()
        && !senders.isHome(envelope.sender())
        && switch (envelope.event()) {
          case Event.Posted _, Event.Opaque _ -> true;
          case Event.Receipted _, Event.Bounced _ -> false;
        };
  }

  /// EMSG ids are; XMPP's are chosen by clients that count from one, mail's are repeated by lists.
  private static boolean idsAreUnique(Envelope envelope) {
    return envelope.origin() == Network.EMSG && !(envelope.event() instanceof Event.Bounced);
  }

  @Override
  public void settled(PlannedEnvelope planned) {
    for (Delivery delivery : planned.deliveries()) {
      if (delivery instanceof Delivery.ToPlanning later) {
        queueing.computeIfPresent(
            new Pair(planned.envelope().sender(), later.addressed()),
            (_, count) -> count == 1 ? null : count - 1);
      }
    }
  }

  private record Pair(Address sender, Address to) {}

  private record Answer(Address to, Way way) {}

  private record Asked(Address to, CompletableFuture<Way> way) {
    Answer now() {
      return new Answer(to, way.getNow(new Way.Later("discovery has not answered in time")));
    }
  }
}
