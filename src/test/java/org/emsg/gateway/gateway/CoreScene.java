package org.emsg.gateway.gateway;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.emsg.gateway.address.MappedAddressing;
import org.emsg.gateway.fixtures.FakeAccounts;
import org.emsg.gateway.fixtures.FakeClock;
import org.emsg.gateway.fixtures.FakeDiscovery;
import org.emsg.gateway.fixtures.FakeIntakeStore;
import org.emsg.gateway.fixtures.FakeOutbox;
import org.emsg.gateway.fixtures.FakePlanningQueue;
import org.emsg.gateway.fixtures.FakePreferences;
import org.emsg.gateway.fixtures.RememberedAliases;
import org.emsg.gateway.fixtures.World;
import org.emsg.gateway.gateway.IntakeStore.Committed;
import org.emsg.gateway.gateway.PlannedEnvelope.Delivery;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Bytes;
import org.emsg.gateway.model.Envelope;
import org.emsg.gateway.model.MessageId;
import org.emsg.gateway.model.Network;
import org.emsg.gateway.model.Reason;
import org.emsg.gateway.model.TraceId;
import org.emsg.gateway.outbox.LaneKey;
import org.emsg.gateway.outbox.LaneLease;
import org.emsg.gateway.outbox.OutboundMessage;
import org.emsg.gateway.outbox.OutboxId;
import org.emsg.gateway.outbox.RetrySchedule;
import org.emsg.gateway.outbox.Settlement;
import org.emsg.gateway.policy.Policy;
import org.emsg.gateway.policy.PolicySettings;

/// The planner and what works beside it, on fakes of the store and of the edges, without threads:
/// what is planned is committed by `commit`, rounds run when a test says so.
final class CoreScene implements Trace {
  static final String TRANSIT =
      """
      rules:
        - match: "*#mail.test"
          network: smtp
          transit: {from: "*#xmpp.test"}
      """;

  final FakeClock clock = FakeClock.atNoon();
  final FakePreferences preferences = new FakePreferences();
  final FakeOutbox outbox = new FakeOutbox(clock, preferences);
  final FakePlanningQueue queue = new FakePlanningQueue(clock, outbox, preferences);
  final FakeIntakeStore store = new FakeIntakeStore(outbox, preferences, queue);
  final FakeAccounts accounts = FakeAccounts.of(World.ALICE, World.ANNA);
  final FakeDiscovery emsg = new FakeDiscovery(Network.EMSG);
  final FakeDiscovery xmpp = new FakeDiscovery(Network.XMPP);
  final FakeDiscovery smtp = new FakeDiscovery(Network.SMTP);
  final List<String> traced = new ArrayList<>();
  final List<LaneKey> woken = new CopyOnWriteArrayList<>();
  boolean mailboxFormFails;
  final Planner planner;
  final Bouncer bouncer;
  final Admission admission;
  final Directory directory;
  private final PlanningRounds rounds;

  /// What waits for the planner's patience to end.
  private final List<Runnable> patience = new ArrayList<>();

  CoreScene() {
    this("rules: []");
  }

  CoreScene(String rules) {
    MappedAddressing addressing =
        MappedAddressing.of(World.MAPPING.replace("rules: []", rules), new RememberedAliases());
    Policy policy =
        new Policy(PolicySettings.DEFAULT, addressing::isOurs, addressing::rejected, clock);
    SenderCheck senders = new SenderCheck(addressing, policy);
    NetworkFinder finder = new NetworkFinder(List.of(emsg, xmpp, smtp), clock::nanos);
    Wayfinder ways = new Wayfinder(addressing, accounts, preferences, outbox, finder);
    DeliveryWriter writer =
        new DeliveryWriter(
            addressing,
            (envelope, _) -> mailboxItem(envelope),
            List.of(mint(Network.EMSG), mint(Network.XMPP), mint(Network.SMTP)));
    planner = new Planner(senders, ways, writer, queue, outbox, patience::add, Runnable::run);
    bouncer =
        new Bouncer(
            outbox,
            envelope -> CompletableFuture.completedStage(commit(envelope).result()),
            addressing,
            ways,
            writer,
            woken::add,
            this,
            clock);
    admission = new PlannedAdmission(senders, ways, Duration.ofSeconds(2));
    directory = new WayfinderDirectory(addressing, ways);
    rounds =
        new PlanningRounds(
            queue, planner, (_, _) -> {}, woken::add, RetrySchedule.DEFAULT, clock, new Random(1));
  }

  private MailboxForm.Item mailboxItem(Envelope envelope) {
    if (mailboxFormFails) {
      throw new IllegalStateException("as told");
    }
    return new MailboxForm.Item(envelope.id(), Bytes.utf8("{}"));
  }

  private static Minting mint(Network network) {
    return new Minting() {
      @Override
      public Network network() {
        return network;
      }

      @Override
      public MessageId mint(Envelope envelope, Address recipient) {
        return new MessageId(envelope.id() + "@" + network.label());
      }
    };
  }

  /// The plan, which discovery must not keep waiting.
  PlannedEnvelope plan(Envelope envelope) {
    CompletableFuture<PlannedEnvelope> plan = planner.plan(envelope);
    if (!plan.isDone()) {
      throw new AssertionError("the plan waits for something");
    }
    return plan.join();
  }

  /// The one delivery that is planned.
  Delivery delivery(Envelope envelope) {
    List<Delivery> deliveries = plan(envelope).deliveries();
    if (deliveries.size() != 1) {
      throw new AssertionError("one delivery expected: " + deliveries);
    }
    return deliveries.getFirst();
  }

  Delivery.ToLane lane(Envelope envelope) {
    return (Delivery.ToLane) delivery(envelope);
  }

  Reason refusal(Envelope envelope) {
    return ((Delivery.Refused) delivery(envelope)).reason();
  }

  /// Plans and commits.
  Committed commit(Envelope envelope) {
    return commit(plan(envelope));
  }

  Committed commit(PlannedEnvelope planned) {
    Committed committed = store.commit(List.of(planned)).getFirst();
    planner.settled(planned);
    return committed;
  }

  /// The two seconds are over.
  void patienceEnds() {
    List<Runnable> due = List.copyOf(patience);
    patience.clear();
    due.forEach(Runnable::run);
  }

  void planAgain() {
    rounds.round();
  }

  /// Everything that waits is sent and fails so.
  void allFail(Reason reason) {
    for (LaneLease lease : lanes()) {
      List<OutboundMessage> heads = heads(lease);
      while (!heads.isEmpty()) {
        outbox.settle(
            lease,
            heads.stream().<Settlement>map(m -> new Settlement.Failed(m.id(), reason)).toList());
        heads = heads(lease);
      }
      outbox.release(lease);
    }
  }

  /// The oldest XMPP message that may be sent fails so.
  void failOne(Reason reason) {
    LaneLease lease = outbox.lease("node", Network.XMPP, 1, Duration.ofMinutes(1)).getFirst();
    OutboundMessage head = heads(lease).getFirst();
    outbox.settle(lease, List.of(new Settlement.Failed(head.id(), reason)));
    outbox.release(lease);
  }

  /// Everything that waits is delivered; what it was.
  List<OutboundMessage> allArrive() {
    List<OutboundMessage> arrived = new ArrayList<>();
    for (LaneLease lease : lanes()) {
      List<OutboundMessage> heads = heads(lease);
      while (!heads.isEmpty()) {
        arrived.addAll(heads);
        outbox.settle(
            lease,
            heads.stream()
                .<Settlement>map(m -> new Settlement.Done(m.id(), Optional.empty()))
                .toList());
        heads = heads(lease);
      }
      outbox.release(lease);
    }
    return arrived;
  }

  private List<LaneLease> lanes() {
    List<LaneLease> leases = new ArrayList<>();
    for (Network network : Network.values()) {
      leases.addAll(outbox.lease("node", network, 10, Duration.ofMinutes(1)));
    }
    return leases;
  }

  private List<OutboundMessage> heads(LaneLease lease) {
    return outbox.heads(lease, 100, Set.of());
  }

  int failedRows() {
    return outbox.failed(new OutboxId(0), 1_000).size();
  }

  @Override
  public void line(TraceId trace, String step, String text) {
    traced.add(step + ": " + text);
  }

  @Override
  public List<Line> find(TraceId trace) {
    return List.of();
  }
}
