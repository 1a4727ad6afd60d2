package org.emsg.gateway.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.emsg.gateway.model.Network;
import org.emsg.gateway.model.Outcome;
import org.emsg.gateway.model.Reason;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OutboxComponentTest {
  private static final OutboxSettings SETTINGS =
      new OutboxSettings(
          16,
          4,
          1 << 20,
          Duration.ofSeconds(60),
          Duration.ofMillis(20),
          Duration.ofSeconds(60),
          Duration.ofSeconds(5),
          RetrySchedule.DEFAULT);

  private final OutboxScene scene = new OutboxScene();
  private final List<String> sent = new CopyOnWriteArrayList<>();
  private final AtomicInteger failures = new AtomicInteger();
  private final CamelContext camel = new DefaultCamelContext();
  private final OutboxComponent component =
      new OutboxComponent(
          new OutboxComponent.Services(
              "node-1",
              scene.outbox,
              SETTINGS,
              scene.clock,
              new Random(1),
              failures::incrementAndGet));

  @BeforeEach
  void join() {
    camel.addComponent("outbox", component);
  }

  @AfterEach
  void stop() {
    camel.stop();
  }

  private void route(Processor step) throws Exception {
    camel.addRoutes(
        new RouteBuilder() {
          @Override
          public void configure() {
            from("outbox:xmpp").routeId("xmpp-out").process(step);
          }
        });
    camel.start();
  }

  private void deliver(Exchange exchange) {
    OutboundMessage message = exchange.getMessage().getBody(OutboundMessage.class);
    assertThat(exchange.getProperty("outbound")).isSameAs(message);
    sent.add(message.nativeId().value());
    exchange.getMessage().setBody(Outcome.Delivered.plain());
  }

  @Test
  void aRouteSendsWhatWaits() throws Exception {
    IntStream.range(0, 200).forEach(i -> scene.queue(i % 7));

    route(this::deliver);

    await().until(() -> scene.outbox.size() == 0);
    assertThat(sent).hasSize(200).doesNotHaveDuplicates();
    IntStream.range(0, 7)
        .forEach(c ->
            assertThat(sent.stream().filter(id -> id.startsWith(c + "/")))
                .isSortedAccordingTo((a, b) -> Integer.compare(number(a), number(b))));
  }

  private static int number(String id) {
    return Integer.parseInt(id.substring(id.indexOf('/') + 1));
  }

  @Test
  void aNewRowIsSentWithoutWaitingForThePoll() throws Exception {
    route(this::deliver);
    scene.queue(1);
    component.queued(OutboxScene.LANE);

    await().until(() -> scene.outbox.size() == 0);
    assertThat(sent).containsExactly("1/1");
  }

  @Test
  void moreLanesThanItMayHaveTakeTurns() throws Exception {
    IntStream.range(0, 50)
        .forEach(i -> scene.queue(i, new LaneKey("emsg.a.test", Network.XMPP, "x" + i), List.of()));

    route(this::deliver);

    await().until(() -> scene.outbox.size() == 0);
  }

  @Test
  void lanesOfOtherNetworksAreLeftAlone() throws Exception {
    scene.queue(1, new LaneKey("a.test", Network.SMTP, "mail.test"), List.of());
    scene.queue(1);

    route(this::deliver);

    await().until(() -> scene.outbox.size() == 1);
    assertThat(scene.outbox.lanes())
        .extracting(status -> status.lane().network())
        .containsExactly(Network.SMTP);
  }

  @Test
  void aStepThatThrowsDefersTheMessage() throws Exception {
    scene.queue(1);

    route(_ -> {
      throw new IllegalArgumentException("a bug in a step");
    });

    await().until(() -> !scene.outbox.settled().isEmpty());
    assertThat(scene.outbox.settled().getFirst())
        .isInstanceOfSatisfying(
            Settlement.Again.class,
            again -> {
              assertThat(again.scope()).isEqualTo(Outcome.Deferred.Scope.CONVERSATION);
              assertThat(again.certain()).isFalse();
              assertThat(again.reason().kind()).isEqualTo(Reason.Kind.INTERNAL);
            });
  }

  @Test
  void aRouteWithoutAnOutcomeDefersTheMessage() throws Exception {
    scene.queue(1);

    route(_ -> {});

    await().until(() -> !scene.outbox.settled().isEmpty());
    assertThat(scene.outbox.settled().getFirst()).isInstanceOf(Settlement.Again.class);
  }

  @Test
  void aFailureIsToldAtOnce() throws Exception {
    scene.queue(1);

    route(exchange -> exchange.getMessage().setBody(new Outcome.Rejected(OutboxScene.NOBODY)));

    await().until(() -> failures.get() == 1);
    assertThat(scene.outbox.failed(new OutboxId(0), 10)).hasSize(1);
  }

  @Test
  void aStopFinishesWhatIsBeingSent() throws Exception {
    scene.queue(1);
    CountDownLatch sending = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    route(exchange -> {
      sending.countDown();
      release.await();
      deliver(exchange);
    });
    sending.await();

    Thread stopping = Thread.ofVirtual().start(camel::stop);
    release.countDown();
    stopping.join();

    assertThat(scene.outbox.size()).isZero();
    assertThat(sent).containsExactly("1/1");
  }

  @Test
  void aRouteThatIsStoppedAndStartedGoesOn() throws Exception {
    route(this::deliver);
    camel.getRouteController().stopRoute("xmpp-out");
    scene.queue(1);
    camel.getRouteController().startRoute("xmpp-out");

    await().until(() -> scene.outbox.size() == 0);
  }

  @Test
  void whatIsOlderThanAllRetriesIsSweptOut() throws Exception {
    IntStream.range(0, 50).forEach(scene::queue);
    scene.peer = _ -> Outcome.Deferred.lane(OutboxScene.DOWN);
    scene.drain(scene.run());
    scene.clock.advance(Duration.ofDays(5).plusHours(2));
    scene.outbox.pauseForGood(OutboxScene.LANE);

    route(this::deliver);

    await().until(() -> scene.outbox.failed(new OutboxId(0), 100).size() == 50);
    assertThat(failures).hasValue(1);
    assertThat(sent).isEmpty();
  }

  @Test
  void anUnknownNetworkIsRefused() {
    assertThatThrownBy(() -> camel.getEndpoint("outbox:pigeon"))
        .hasRootCauseMessage("outbox: is followed by a network: emsg, xmpp, smtp");
  }

  @Test
  void nothingCanBeSentToIt() {
    assertThatThrownBy(() -> camel.getEndpoint("outbox:xmpp").createProducer())
        .isInstanceOf(UnsupportedOperationException.class);
  }
}
