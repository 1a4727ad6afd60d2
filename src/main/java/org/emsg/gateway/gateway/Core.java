package org.emsg.gateway.gateway;

import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.emsg.gateway.address.Addressing;
import org.emsg.gateway.home.Accounts;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Envelope;
import org.emsg.gateway.model.Network;
import org.emsg.gateway.model.Reason;
import org.emsg.gateway.model.Verdict;
import org.emsg.gateway.outbox.Outbox;
import org.emsg.gateway.outbox.Rounds;
import org.emsg.gateway.outbox.Wakeups;
import org.emsg.gateway.policy.Policy;
import org.jspecify.annotations.Nullable;

/// The core put together: intake, planner, planning queue, bounces.
///
/// Edges need the intake to be made, and the core needs what edges offer; so the core is made
/// first, and told of the edges when it starts. Until then the intake defers.
public final class Core implements Intake, Admission, Directory, AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(2);
  private static final Duration INTERVAL = Duration.ofSeconds(1);

  private final Ports ports;
  private final CoreSettings settings;
  private final Clock clock;
  private final RandomGenerator random;
  private final ExecutorService workers =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("planning-", 0).factory());
  private volatile @Nullable Running running;

  public Core(Ports ports, CoreSettings settings, Clock clock, RandomGenerator random) {
    this.ports = ports;
    this.settings = settings;
    this.clock = clock;
    this.random = random;
  }

  /// What the store and the packages below offer.
  public record Ports(
      Addressing addressing,
      Policy policy,
      Accounts accounts,
      Preferences preferences,
      Outbox outbox,
      PlanningQueue planning,
      IdMap ids,
      IntakeStore store,
      Trace trace,
      Wakeups wakeups) {}

  /// What the edges offer. EMSG's mailbox form and listener are for home users; lists have one for
  /// each network that is served.
  public record Edges(
      List<Discovery> discoveries,
      List<Minting> mints,
      MailboxForm mailboxForm,
      MailboxListener mailboxes) {}

  private record Running(
      GroupCommitIntake intake,
      Admission admission,
      Directory directory,
      Rounds planning,
      Rounds bounces) {}

  /// Takes messages from now on.
  public void start(Edges edges) {
    Executor patience =
        CompletableFuture.delayedExecutor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    SenderCheck senders = new SenderCheck(ports.addressing(), ports.policy());
    NetworkFinder finder = new NetworkFinder(edges.discoveries(), Ticker.systemTicker());
    Wayfinder ways =
        new Wayfinder(
            ports.addressing(), ports.accounts(), ports.preferences(), ports.outbox(), finder);
    DeliveryWriter writer =
        new DeliveryWriter(ports.addressing(), edges.mailboxForm(), edges.mints());
    Planner planner =
        new Planner(senders, ways, writer, ports.planning(), ports.ids(), patience, workers);
    GroupCommitIntake intake =
        new GroupCommitIntake(
            planner, ports.store(), edges.mailboxes(), ports.wakeups(), settings.intake());
    PlanningRounds planning =
        new PlanningRounds(
            ports.planning(),
            planner,
            edges.mailboxes(),
            ports.wakeups(),
            settings.retries(),
            clock,
            random);
    Bouncer bouncer =
        new Bouncer(
            ports.outbox(),
            intake,
            ports.addressing(),
            ways,
            writer,
            ports.wakeups(),
            ports.trace(),
            clock);
    Running now =
        new Running(
            intake,
            new PlannedAdmission(senders, ways, PATIENCE),
            new WayfinderDirectory(ports.addressing(), ways),
            new Rounds("planning", INTERVAL, planning::round),
            new Rounds("bounces", INTERVAL, bouncer::round));
    now.intake.start();
    now.planning.start();
    now.bounces.start();
    running = now;
  }

  @Override
  public CompletionStage<IntakeResult> accept(Envelope envelope) {
    Running now = running;
    return now == null
        ? CompletableFuture.completedStage(
            new IntakeResult.Deferred(starting(), Optional.of(INTERVAL)))
        : now.intake.accept(envelope);
  }

  @Override
  public Verdict mayWrite(Network origin, Address sender, boolean verified, Address recipient) {
    Running now = running;
    return now == null
        ? new Verdict.Wait(starting(), Optional.of(INTERVAL))
        : now.admission.mayWrite(origin, sender, verified, recipient);
  }

  @Override
  public CompletionStage<Listing> look(Address.Emsg asker, String typed) {
    Running now = running;
    return now == null
        ? CompletableFuture.completedStage(new Listing.Unlisted(starting(), "starting"))
        : now.directory.look(asker, typed);
  }

  /// Something failed for good: its sender need not wait for the next round. Safe from any thread.
  public void failed() {
    Running now = running;
    if (now != null) {
      now.bounces.nudge();
    }
  }

  /// For metrics; zeros before the start.
  public GroupCommitIntake.Load load() {
    Running now = running;
    return now == null ? new GroupCommitIntake.Load(0, 0, 0) : now.intake.load();
  }

  /// Whether what it is given is committed and answered: for health.
  public boolean isWorking() {
    Running now = running;
    return now != null && now.intake.isWorking();
  }

  private static Reason starting() {
    return Reason.of(Reason.Kind.UNAVAILABLE, "The gateway is starting.");
  }

  /// Commits and answers what is inside, and takes nothing more.
  @Override
  public void close() {
    Running now = running;
    if (now != null) {
      now.planning.close();
      now.bounces.close();
      now.intake.close();
    }
    workers.close();
  }
}
