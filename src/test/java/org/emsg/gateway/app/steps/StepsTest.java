package org.emsg.gateway.app.steps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.emsg.gateway.fixtures.World.ALICE;
import static org.emsg.gateway.fixtures.World.BOB;
import static org.emsg.gateway.fixtures.World.DAVE;
import static org.emsg.gateway.fixtures.World.ERIN;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.emsg.gateway.address.MappedAddressing;
import org.emsg.gateway.fixtures.Envelopes;
import org.emsg.gateway.fixtures.RecordingIntake;
import org.emsg.gateway.fixtures.RememberedAliases;
import org.emsg.gateway.fixtures.World;
import org.emsg.gateway.gateway.IntakeResult;
import org.emsg.gateway.gateway.MappedMessage;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.ConversationId;
import org.emsg.gateway.model.Envelope;
import org.emsg.gateway.model.Event;
import org.emsg.gateway.model.MessageId;
import org.emsg.gateway.model.Network;
import org.emsg.gateway.model.Outcome;
import org.emsg.gateway.model.Reason;
import org.emsg.gateway.outbox.LaneKey;
import org.emsg.gateway.outbox.OutboundMessage;
import org.emsg.gateway.outbox.OutboxId;
import org.junit.jupiter.api.Test;

class StepsTest {
  private static final Reason NOBODY = Reason.of(Reason.Kind.NO_SUCH_USER, "No such user.");

  private final MapStep map =
      new MapStep(MappedAddressing.of(World.MAPPING, new RememberedAliases()));
  private final RecordingIntake intake = new RecordingIntake();
  private final AcceptStep accept = new AcceptStep(intake);

  @Test
  void aHomeUserIsShownOnHerFace() throws Exception {
    assertThat(shown(Envelopes.from(ALICE).to(DAVE).envelope(), "emsg.a.test", DAVE))
        .isEqualTo(new Address.Xmpp("alice", "emsg.a.test"));
    assertThat(shown(Envelopes.from(ALICE).to(ERIN).envelope(), "a.test", ERIN))
        .isEqualTo(new Address.Smtp("alice", "a.test", "alice"));
    assertThat(shown(Envelopes.from(ALICE).to(BOB).envelope(), "a.test", BOB)).isEqualTo(ALICE);
  }

  @Test
  void somebodyFromAnotherNetworkIsShownByTheirAlias() throws Exception {
    assertThat(shown(Envelopes.from(DAVE).to(ERIN).envelope(), "xmpp.a.test", ERIN))
        .isEqualTo(new Address.Smtp("dave__xmpp.test", "xmpp.a.test", "dave__xmpp.test"));
  }

  @Test
  void aBounceComesFromWhomTheMessageWasAddressedToInTheWayOfEachNetwork() throws Exception {
    Address.Xmpp addressed = new Address.Xmpp("erin__mail.test", "mail.a.test");
    Envelope bounce =
        Envelopes.from(new Address.Emsg("", "a.test"))
            .to(DAVE)
            .event(new Event.Bounced(new MessageId("m"), addressed, NOBODY))
            .envelope();

    assertThat(shown(bounce, "mail.a.test", DAVE)).isEqualTo(addressed);
    assertThat(shown(bounce, "mail.a.test", ERIN))
        .isEqualTo(new Address.Smtp("mailer-daemon", "mail.a.test", "mailer-daemon"));
    assertThat(shown(bounce, "mail.a.test", BOB)).isEqualTo(new Address.Emsg("", "mail.a.test"));
  }

  @Test
  void anErrorOfAnotherNetworkIsFromItsSender() throws Exception {
    Envelope error =
        Envelopes.from(DAVE)
            .to(ERIN)
            .event(new Event.Bounced(new MessageId("m"), DAVE, NOBODY))
            .envelope();

    assertThat(shown(error, "xmpp.a.test", ERIN).text()).isEqualTo("dave__xmpp.test@xmpp.a.test");
  }

  @Test
  void whoHasNoNameThereAnyMoreIsRejected() throws Exception {
    MapStep faceless =
        new MapStep(
            MappedAddressing.of(
                """
                home: [a.test]
                faces:
                  emsg: {smtp: a.test}
                """,
                new RememberedAliases()));
    Exchange exchange = exchange(message(Envelopes.from(DAVE).to(ERIN).envelope(), "x", ERIN));

    faceless.process(exchange);

    assertThat(exchange.getMessage().getBody()).isInstanceOf(Outcome.Rejected.class);
    assertThat(exchange.isRouteStop()).isTrue();
  }

  @Test
  void acceptWaitsForTheCommitWithoutAThread() {
    CompletableFuture<IntakeResult> commit = new CompletableFuture<>();
    intake.willAnswer(commit);
    Envelope envelope = Envelopes.from(DAVE).to(ALICE).envelope();
    Exchange exchange = exchange(envelope);
    boolean[] calledBack = {false};

    assertThat(accept.process(exchange, _ -> calledBack[0] = true)).isFalse();
    assertThat(calledBack[0]).isFalse();
    IntakeResult result = new IntakeResult.Accepted(envelope.trace(), false);
    commit.complete(result);

    assertThat(calledBack[0]).isTrue();
    assertThat(exchange.getMessage().getBody()).isEqualTo(result);
    assertThat(intake.only()).isSameAs(envelope);
  }

  @Test
  void acceptAnswersAtOnceWhatIsKnownAtOnce() {
    IntakeResult refused = new IntakeResult.Refused(NOBODY);
    intake.willAnswer(refused);
    Exchange exchange = exchange(Envelopes.from(DAVE).to(ALICE).envelope());

    assertThat(accept.process(exchange, _ -> {})).isTrue();
    assertThat(exchange.getMessage().getBody()).isEqualTo(refused);
  }

  @Test
  void acceptTakesNothingButEnvelopes() {
    Exchange exchange = exchange("a wire form that nobody translated");

    accept.process(exchange, _ -> {});

    assertThat(exchange.getException()).isInstanceOf(IllegalStateException.class);
    assertThat(intake.envelopes()).isEmpty();
  }

  private Address shown(Envelope envelope, String ours, Address to) throws Exception {
    Exchange exchange = exchange(message(envelope, ours, to));
    map.process(exchange);
    MappedMessage mapped = exchange.getMessage().getBody(MappedMessage.class);
    assertThat(mapped.recipient()).isEqualTo(to);
    return mapped.sender();
  }

  private static OutboundMessage message(Envelope envelope, String ours, Address to) {
    Network network = to.network();
    return new OutboundMessage(
        new OutboxId(1),
        new LaneKey(ours, network, to.domain()),
        ConversationId.of(envelope.sender(), to),
        envelope,
        to,
        to,
        envelope.id(),
        List.of(),
        1,
        World.NOON);
  }

  private static Exchange exchange(Object body) {
    Exchange exchange = new DefaultExchange(new DefaultCamelContext());
    exchange.getMessage().setBody(body);
    return exchange;
  }
}
