package org.emsg.gateway.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.emsg.gateway.fixtures.World.ALICE;
import static org.emsg.gateway.fixtures.World.ANNA;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.emsg.gateway.address.MappedAddressing;
import org.emsg.gateway.fixtures.Envelopes;
import org.emsg.gateway.fixtures.FakeDiscovery;
import org.emsg.gateway.fixtures.World;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Bytes;
import org.emsg.gateway.model.Envelope;
import org.emsg.gateway.model.MessageId;
import org.emsg.gateway.model.Network;
import org.emsg.gateway.model.Outcome;
import org.emsg.gateway.model.Reason;
import org.emsg.gateway.outbox.OutboundMessage;
import org.emsg.gateway.outbox.OutboxComponent;
import org.emsg.gateway.outbox.OutboxSettings;
import org.emsg.gateway.outbox.RetrySchedule;
import org.emsg.gateway.policy.Policy;
import org.emsg.gateway.policy.PolicySettings;
import org.emsg.gateway.store.Store;
import org.emsg.gateway.store.StoreConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The whole core on a real database, with an XMPP edge that is a list: from the call of the intake
/// to the peer, and back as a bounce.
class CoreOnSqliteTest {
  private static final Reason DOWN = Reason.of(Reason.Kind.UNAVAILABLE, "The server is down.");
  private static final Reason NOBODY = Reason.of(Reason.Kind.NO_SUCH_USER, "No such user.");
  private static final OutboxSettings QUICK =
      new OutboxSettings(
          16,
          4,
          1 << 20,
          Duration.ofSeconds(60),
          Duration.ofMillis(50),
          Duration.ofMillis(200),
          Duration.ofSeconds(5),
          new RetrySchedule(
              Duration.ofMillis(20),
              Duration.ofMillis(100),
              Duration.ofDays(5),
              Duration.ofMinutes(10)));

  private final List<OutboundMessage> arrived = new CopyOnWriteArrayList<>();
  private volatile Function<OutboundMessage, Outcome> peer = _ -> Outcome.Delivered.plain();
  private final Store store;
  private final Core core;
  private final CamelContext camel = new DefaultCamelContext();

  CoreOnSqliteTest(@TempDir Path data) {
    store = Store.open(StoreConfig.sqlite(data.resolve("gateway.db").toString()));
    store.accounts().add(ALICE);
    store.accounts().add(ANNA);
    OutboxComponent outbox =
        new OutboxComponent(
            new OutboxComponent.Services(
                "node-1", store.outbox(), QUICK, Clock.systemUTC(), new Random(1), this::failed));
    camel.addComponent("outbox", outbox);
    MappedAddressing addressing = MappedAddressing.of(World.MAPPING, store.hashedAliases());
    core =
        new Core(
            new Core.Ports(
                addressing,
                new Policy(
                    PolicySettings.DEFAULT,
                    addressing::isOurs,
                    addressing::rejected,
                    Clock.systemUTC()),
                store.accounts(),
                store.preferences(),
                store.outbox(),
                store.planning(),
                store.idMap(),
                store.intakes(),
                store.trace(),
                outbox),
            CoreSettings.DEFAULT,
            Clock.systemUTC(),
            new Random(2));
  }

  private void failed() {
    core.failed();
  }

  @BeforeEach
  void start() throws Exception {
    core.start(
        new Core.Edges(
            List.of(new FakeDiscovery(Network.XMPP).serves("xmpp.test")),
            List.of(new SameId(Network.XMPP)),
            (envelope, _) ->
                new MailboxForm.Item(
                    envelope.id(),
                    Bytes.utf8(
                        "{\"event\":\"" + envelope.event().getClass().getSimpleName() + "\"}")),
            (_, _) -> {}));
    camel.addRoutes(
        new RouteBuilder() {
          @Override
          public void configure() {
            from("outbox:xmpp")
                .process(exchange -> {
                  OutboundMessage message = exchange.getMessage().getBody(OutboundMessage.class);
                  Outcome outcome = peer.apply(message);
                  if (outcome instanceof Outcome.Delivered) {
                    arrived.add(message);
                  }
                  exchange.getMessage().setBody(outcome);
                });
          }
        });
    camel.start();
  }

  @AfterEach
  void stop() {
    camel.stop();
    core.close();
    store.close();
  }

  @Test
  void aMessageReachesItsPeerAndItsTraceTellsSo() {
    Envelope envelope = toDave("dave", "m1");

    assertThat(accept(envelope).join())
        .isEqualTo(new IntakeResult.Accepted(envelope.trace(), true));
    await().until(() -> arrived.size() == 1 && store.outbox().lanes().isEmpty());

    assertThat(arrived.getFirst().envelope()).isEqualTo(envelope);
    assertThat(store.trace().find(envelope.trace()))
        .extracting(Trace.Line::step)
        .contains("delivered");
  }

  @Test
  void anUnknownUserComesBackAsABounceInTheMailbox() {
    peer = _ -> new Outcome.Rejected(NOBODY);

    accept(toDave("nobody", "m1")).join();

    await().until(() -> store.mailboxes().head(ALICE) == 1);
    assertThat(store.mailboxes().read(ALICE, 0, 10).getFirst().line().asUtf8())
        .isEqualTo("{\"event\":\"Bounced\"}");
    await().until(() -> store.outbox().lanes().isEmpty());
  }

  @Test
  void aBacklogForADeadPeerDrainsInOrderWhenItIsBack() {
    peer = _ -> Outcome.Deferred.lane(DOWN);
    List<CompletableFuture<IntakeResult>> answers =
        IntStream.range(0, 2_000)
            .mapToObj(i -> accept(toDave("dave-" + i % 40, String.valueOf(i))))
            .toList();
    assertThat(answers).allMatch(answer -> answer.join() instanceof IntakeResult.Accepted);
    await().until(() -> store.outbox().lanes().getFirst().attempts() > 1);

    peer = _ -> Outcome.Delivered.plain();

    await().atMost(Duration.ofMinutes(1)).until(() -> arrived.size() >= 2_000);
    assertThat(arrived).hasSize(2_000);
    Map<Address, List<Integer>> orders = new HashMap<>();
    for (OutboundMessage message : arrived) {
      orders
          .computeIfAbsent(message.recipient(), _ -> new ArrayList<>())
          .add(Integer.valueOf(message.nativeId().value()));
    }
    assertThat(orders).hasSize(40).allSatisfy((_, ids) -> assertThat(ids).isSorted());
  }

  @Test
  void homeUsersWriteToOneAnotherThroughTheSameDoor() {
    List<CompletableFuture<IntakeResult>> answers =
        IntStream.range(0, 3_000)
            .mapToObj(i -> accept(Envelopes.from(ALICE).to(ANNA).id("m" + i).envelope()))
            .toList();

    assertThat(answers).allMatch(answer -> answer.join() instanceof IntakeResult.Accepted);
    assertThat(store.mailboxes().head(ANNA)).isEqualTo(3_000);
    assertThat(core.load().groups()).isLessThan(3_000);
  }

  private CompletableFuture<IntakeResult> accept(Envelope envelope) {
    return core.accept(envelope).toCompletableFuture();
  }

  private static Envelope toDave(String name, String id) {
    return Envelopes.from(ALICE).to(new Address.Emsg(name, "xmpp.test")).id(id).envelope();
  }

  private record SameId(Network network) implements Minting {
    @Override
    public MessageId mint(Envelope envelope, Address recipient) {
      return envelope.id();
    }
  }
}
