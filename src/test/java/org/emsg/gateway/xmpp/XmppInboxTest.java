package org.emsg.gateway.xmpp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.emsg.gateway.fixtures.World;
import org.emsg.gateway.model.Reason;
import org.emsg.gateway.model.TraceId;
import org.emsg.gateway.xmpp.XmppInbox.Refusal;
import org.jivesoftware.smack.packet.Message;
import org.jivesoftware.smack.packet.StandardExtensionElement;
import org.jivesoftware.smack.packet.StanzaBuilder;
import org.jivesoftware.smack.packet.StanzaError;
import org.junit.jupiter.api.Test;

/// What becomes of a message that the gateway cannot take now: its sender is told, and what nobody
/// would send again is brought again.
class XmppInboxTest {
  private static final Refusal BUSY =
      Refusal.passing(Reason.of(Reason.Kind.UNAVAILABLE, "busy"), Optional.empty());

  private XmppInbox inbox = new XmppInbox(Duration.ofMillis(1), Duration.ofMillis(1));
  private final List<Optional<StanzaError>> answers =
      Collections.synchronizedList(new ArrayList<>());
  private final Recorded route = new Recorded();

  /// A route that refuses as often as it is told to.
  private static final class Recorded implements XmppInbox.Route {
    final List<XmppInbound> came = Collections.synchronizedList(new ArrayList<>());
    volatile int refusing;

    @Override
    public void process(XmppInbound inbound, Consumer<Optional<Refusal>> done) {
      came.add(inbound);
      if (refusing == Integer.MIN_VALUE) {
        throw new IllegalStateException("a route that breaks");
      }
      done.accept(came.size() <= refusing ? Optional.of(BUSY) : Optional.empty());
    }
  }

  private static XmppInbound of(Message message) {
    return new XmppInbound(
        "emsg.a.test", message, TraceId.next(World.NOON, new SplittableRandom(1)), World.NOON);
  }

  private static XmppInbound chat() {
    return of(StanzaBuilder.buildMessage("m1").setBody("hi").build());
  }

  private static XmppInbound error() {
    return of(StanzaBuilder.buildMessage("m1").ofType(Message.Type.error).build());
  }

  private static XmppInbound receipt() {
    return of(
        StanzaBuilder.buildMessage("m1")
            .addExtension(StandardExtensionElement.builder("received", Extensions.RECEIPTS).build())
            .build());
  }

  private void deliver(XmppInbound inbound) {
    inbox.deliver(inbound, answers::add);
  }

  @Test
  void whoWroteIsToldWhereThereIsNoRoute() {
    deliver(chat());

    assertThat(answers).hasSize(1);
    assertThat(answers.getFirst().orElseThrow().getType()).isEqualTo(StanzaError.Type.WAIT);
  }

  @Test
  void reportsWaitForARouteAndAreNeverAnswered() {
    inbox = new XmppInbox(Duration.ofMillis(1), Duration.ofMillis(100));
    for (XmppInbound report : List.of(error(), receipt())) {
      answers.clear();
      route.came.clear();
      inbox.close(route);
      deliver(report);
      assertThat(answers).isEmpty();
      inbox.open(route);

      await().until(() -> answers.size() == 1);
      assertThat(route.came).containsExactly(report);
      assertThat(answers).containsExactly(Optional.empty());
    }
  }

  @Test
  void reportsAreBroughtAgainUntilTheyAreTaken() {
    inbox.open(route);
    route.refusing = 4;
    deliver(error());

    await().until(() -> answers.size() == 1);
    assertThat(route.came).hasSize(5);
    assertThat(answers).containsExactly(Optional.empty());
  }

  @Test
  void aReportThatIsNeverTakenIsGivenUpWithoutAWord() {
    inbox.open(route);
    route.refusing = Integer.MAX_VALUE;
    deliver(error());

    await().until(() -> answers.size() == 1);
    assertThat(route.came).hasSize(10);
    assertThat(answers).containsExactly(Optional.empty());
  }

  @Test
  void aRouteThatBreaksTakesNoPlaceAwayForEver() {
    inbox.open(route);
    route.refusing = Integer.MIN_VALUE;
    for (int i = 0; i < 600; i++) {
      deliver(chat());
    }
    assertThat(answers)
        .hasSize(600)
        .allSatisfy(answer ->
            assertThat(answer.orElseThrow().getCondition())
                .isEqualTo(StanzaError.Condition.internal_server_error));
  }
}
