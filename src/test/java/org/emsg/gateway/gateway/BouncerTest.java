package org.emsg.gateway.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.emsg.gateway.fixtures.World.ALICE;
import static org.emsg.gateway.fixtures.World.ANNA;
import static org.emsg.gateway.fixtures.World.BOB;
import static org.emsg.gateway.fixtures.World.DAVE;
import static org.emsg.gateway.fixtures.World.ERIN;

import java.util.List;
import java.util.Optional;
import org.emsg.gateway.fixtures.Envelopes;
import org.emsg.gateway.gateway.Preferences.Contact;
import org.emsg.gateway.gateway.Preferences.Footing;
import org.emsg.gateway.gateway.Preferences.Running;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Envelope;
import org.emsg.gateway.model.Event;
import org.emsg.gateway.model.MessageId;
import org.emsg.gateway.model.Network;
import org.emsg.gateway.model.Reason;
import org.emsg.gateway.outbox.LaneKey;
import org.emsg.gateway.outbox.OutboundMessage;
import org.emsg.gateway.outbox.OutboxId;
import org.junit.jupiter.api.Test;

class BouncerTest {
  private static final Address.Emsg PLAIN_DAVE = new Address.Emsg("dave", "xmpp.test");
  private static final Contact ALICE_DAVE = new Contact(ALICE, "dave", "xmpp.test");
  private static final Address.Xmpp ERIN_IN_XMPP =
      new Address.Xmpp("erin__mail.test", "mail.a.test");
  private static final Reason NO_USER =
      Reason.of(Reason.Kind.NO_SUCH_USER, "There is no such user.", "item-not-found");
  private static final Reason REFUSED = Reason.of(Reason.Kind.NOT_ALLOWED, "Not from you.");

  private final CoreScene scene = new CoreScene();

  @Test
  void aHomeUserIsToldInHerMailboxWhatFailedAndWhy() {
    scene.xmpp.serves("xmpp.test");
    scene.commit(Envelopes.from(ALICE).to(PLAIN_DAVE).id("m1").envelope());
    scene.allFail(REFUSED);

    scene.bouncer.round();

    assertThat(scene.store.mailbox(ALICE)).hasSize(1);
    Envelope bounce = bounces().getFirst();
    assertThat(bounce.event())
        .isEqualTo(new Event.Bounced(new MessageId("m1"), PLAIN_DAVE, REFUSED));
    assertThat(bounce.sender()).isEqualTo(new Address.Emsg("", "a.test"));
    assertThat(bounce.origin()).isEqualTo(Network.EMSG);
    assertThat(scene.outbox.size()).isZero();
  }

  @Test
  void aSenderInXmppIsToldFromTheJidThatWasAddressed() {
    CoreScene ruled = new CoreScene(CoreScene.TRANSIT);
    ruled.commit(Envelopes.from(DAVE).to(ERIN_IN_XMPP).id("m1").envelope());
    ruled.allFail(NO_USER);

    ruled.bouncer.round();

    OutboundMessage bounce = ruled.allArrive().getFirst();
    assertThat(bounce.lane()).isEqualTo(new LaneKey("mail.a.test", Network.XMPP, "xmpp.test"));
    assertThat(bounce.recipient()).isEqualTo(DAVE);
    assertThat(bounce.envelope().event())
        .isEqualTo(new Event.Bounced(new MessageId("m1"), ERIN_IN_XMPP, NO_USER));
    assertThat(bounce.envelope().origin()).isEqualTo(Network.XMPP);
  }

  @Test
  void aRemoteEmsgUserIsToldByTheDomainThatWasAddressed() {
    CoreScene ruled =
        new CoreScene(
            """
            rules:
              - match: "*#xmpp.test"
                network: xmpp
                transit: {from: "*#b.test"}
            """);
    Address.Emsg alias = new Address.Emsg("dave__xmpp.test", "xmpp.a.test");
    ruled.commit(Envelopes.from(BOB).to(alias).id("m1").envelope());
    ruled.allFail(NO_USER);

    ruled.bouncer.round();

    assertThat(ruled.allArrive())
        .extracting(OutboundMessage::lane)
        .containsExactly(new LaneKey("xmpp.a.test", Network.EMSG, "b.test"));
  }

  @Test
  void aMailsReportGoesToWhomItNamesForThat() {
    Address.Smtp bounces = new Address.Smtp("list-bounces", "list.test", "list-bounces");
    Address.Smtp alice = new Address.Smtp("alice", "a.test", "alice");
    Address.Smtp nobody = new Address.Smtp("nobody", "a.test", "nobody");
    scene.commit(Envelopes.from(ERIN).to(alice, nobody).reportTo(Optional.of(bounces)).envelope());

    scene.bouncer.round();

    OutboundMessage bounce = scene.allArrive().getFirst();
    assertThat(bounce.recipient()).isEqualTo(bounces);
    assertThat(bounce.lane()).isEqualTo(new LaneKey("a.test", Network.SMTP, "list.test"));
  }

  @Test
  void whereNobodyIsNamedNobodyIsTold() {
    Address.Smtp alice = new Address.Smtp("alice", "a.test", "alice");
    Address.Smtp nobody = new Address.Smtp("nobody", "a.test", "nobody");
    scene.commit(Envelopes.from(ERIN).to(alice, nobody).reportTo(Optional.empty()).envelope());
    assertThat(scene.failedRows()).isEqualTo(1);

    scene.bouncer.round();

    assertThat(scene.outbox.size()).isZero();
  }

  @Test
  void aRecipientRefusedAmongOthersBouncesToo() {
    Address.Emsg nobody = new Address.Emsg("nobody", "a.test");
    IntakeResult result =
        scene.commit(Envelopes.from(ALICE).to(ANNA, nobody).id("m1").envelope()).result();

    scene.bouncer.round();

    assertThat(result).isInstanceOf(IntakeResult.Accepted.class);
    assertThat(bounces())
        .extracting(Envelope::event)
        .containsExactly(
            new Event.Bounced(
                new MessageId("m1"),
                nobody,
                Reason.of(Reason.Kind.NO_SUCH_USER, "There is no such account.")));
  }

  @Test
  void aBounceNeverBounces() {
    CoreScene ruled = new CoreScene(CoreScene.TRANSIT);
    ruled.commit(Envelopes.from(DAVE).to(ERIN_IN_XMPP).envelope());
    ruled.allFail(NO_USER);
    ruled.bouncer.round();
    ruled.allFail(NO_USER);

    ruled.bouncer.round();

    assertThat(ruled.outbox.size()).isZero();
    assertThat(ruled.traced).containsExactly("dropped: no bounce: There is no such user.");
  }

  @Test
  void aLostReceiptIsNobodysNews() {
    scene.xmpp.serves("xmpp.test");
    scene.commit(
        Envelopes.from(ALICE)
            .to(PLAIN_DAVE)
            .event(new Event.Receipted(new MessageId("m"), Event.Receipted.Kind.READ))
            .envelope());
    scene.allFail(REFUSED);

    scene.bouncer.round();

    assertThat(scene.outbox.size()).isZero();
    assertThat(scene.store.mailbox(ALICE)).isEmpty();
  }

  @Test
  void anUnverifiedSenderIsNotTold() {
    Address.Smtp alice = new Address.Smtp("alice", "a.test", "alice");
    Address.Smtp nobody = new Address.Smtp("nobody", "a.test", "nobody");
    scene.commit(Envelopes.from(ERIN).to(alice, nobody).unverified().envelope());
    assertThat(scene.failedRows()).isEqualTo(1);

    scene.bouncer.round();

    assertThat(scene.outbox.size()).isZero();
  }

  @Test
  void dyingBeforeTheFailedRowIsGoneDoublesNothing() {
    scene.xmpp.serves("xmpp.test");
    scene.commit(Envelopes.from(ALICE).to(PLAIN_DAVE).envelope());
    scene.allFail(REFUSED);
    Envelope same = scene.outbox.failed(first(), 1).getFirst().envelope();
    scene.bouncer.round();

    scene.commit(same);
    scene.outbox.addRefused(
        same,
        new PlannedEnvelope.Delivery.Refused(
            DeliveryWriter.idempotencyKey(same, PLAIN_DAVE), PLAIN_DAVE, REFUSED, "again"));
    scene.bouncer.round();

    assertThat(scene.store.mailbox(ALICE)).hasSize(1);
    assertThat(scene.outbox.size()).isZero();
  }

  @Test
  void aFirstContactThatIsNotThereGoesToTheNextNetwork() {
    scene.xmpp.serves("xmpp.test");
    scene.smtp.serves("xmpp.test");
    scene.commit(Envelopes.from(ALICE).to(PLAIN_DAVE).id("m1").envelope());
    scene.allFail(NO_USER);

    scene.bouncer.round();

    OutboundMessage rerouted = scene.allArrive().getFirst();
    assertThat(rerouted.lane()).isEqualTo(new LaneKey("a.test", Network.SMTP, "xmpp.test"));
    assertThat(rerouted.recipient()).isEqualTo(new Address.Smtp("dave", "xmpp.test", "dave"));
    assertThat(rerouted.nativeId()).isEqualTo(new MessageId("m1@smtp"));
    assertThat(rerouted.next()).isEmpty();
    assertThat(scene.preferences.standing(ALICE_DAVE).running())
        .contains(new Running(Network.SMTP, Footing.TRIED));
    assertThat(bounces()).isEmpty();
    assertThat(scene.woken).contains(rerouted.lane());
  }

  @Test
  void aFirstContactWithNothingLeftBouncesAndLeavesNoTrack() {
    scene.xmpp.serves("xmpp.test");
    scene.smtp.serves("xmpp.test");
    scene.commit(Envelopes.from(ALICE).to(PLAIN_DAVE).envelope());
    scene.allFail(NO_USER);
    scene.bouncer.round();
    scene.allFail(NO_USER);

    scene.bouncer.round();

    assertThat(bounces()).hasSize(1);
    assertThat(scene.preferences.standing(ALICE_DAVE).running()).isEmpty();
  }

  @Test
  void whatWasPlannedBeforeAFirstContactFailedDoesNotMakeItReached() {
    scene.xmpp.serves("xmpp.test");
    scene.commit(Envelopes.from(ALICE).to(PLAIN_DAVE).id("1").envelope());
    scene.commit(Envelopes.from(ALICE).to(PLAIN_DAVE).id("2").envelope());
    scene.allArrive();
    PlannedEnvelope third = scene.plan(Envelopes.from(ALICE).to(PLAIN_DAVE).id("3").envelope());
    scene.preferences.run(ALICE_DAVE, Optional.empty());

    scene.commit(third);

    assertThat(third.learned()).isNotEmpty();
    assertThat(scene.preferences.standing(ALICE_DAVE).running()).isEmpty();
  }

  @Test
  void aRefusalOfTheMessageItselfTriesNoOtherNetwork() {
    scene.xmpp.serves("xmpp.test");
    scene.smtp.serves("xmpp.test");
    scene.commit(Envelopes.from(ALICE).to(PLAIN_DAVE).envelope());
    scene.allFail(REFUSED);

    scene.bouncer.round();

    assertThat(bounces()).hasSize(1);
    assertThat(scene.allArrive()).isEmpty();
  }

  @Test
  void aKnownCorrespondentIsNotLookedForElsewhere() {
    scene.xmpp.serves("xmpp.test");
    scene.smtp.serves("xmpp.test");
    scene.preferences.run(ALICE_DAVE, Optional.of(new Running(Network.XMPP, Footing.VERIFIED)));
    scene.commit(Envelopes.from(ALICE).to(PLAIN_DAVE).envelope());
    scene.allFail(NO_USER);

    scene.bouncer.round();

    assertThat(bounces()).hasSize(1);
    assertThat(scene.preferences.standing(ALICE_DAVE).running())
        .contains(new Running(Network.XMPP, Footing.VERIFIED));
  }

  @Test
  void messagesOfAFirstContactKeepTheirOrderOnTheNextNetwork() {
    scene.xmpp.serves("xmpp.test");
    scene.smtp.serves("xmpp.test");
    scene.commit(Envelopes.from(ALICE).to(PLAIN_DAVE).id("1").envelope());
    scene.commit(Envelopes.from(ALICE).to(PLAIN_DAVE).id("2").envelope());
    scene.failOne(NO_USER);
    scene.bouncer.round();
    scene.commit(Envelopes.from(ALICE).to(PLAIN_DAVE).id("3").envelope());
    scene.failOne(NO_USER);
    scene.failOne(NO_USER);
    scene.bouncer.round();
    scene.commit(Envelopes.from(ALICE).to(PLAIN_DAVE).id("4").envelope());

    assertThat(scene.allArrive())
        .allMatch(message -> message.lane().network() == Network.SMTP)
        .extracting(message -> message.envelope().id().value())
        .containsExactly("1", "2", "3", "4");
  }

  @Test
  void morePagesThanOneAreSeenTo() {
    scene.xmpp.serves("xmpp.test");
    for (int i = 0; i < 150; i++) {
      scene.commit(Envelopes.from(ALICE).to(PLAIN_DAVE).id("m" + i).envelope());
    }
    scene.allFail(REFUSED);

    scene.bouncer.round();

    assertThat(scene.store.mailbox(ALICE)).hasSize(150);
    assertThat(scene.outbox.size()).isZero();
  }

  private static OutboxId first() {
    return new OutboxId(0);
  }

  private List<Envelope> bounces() {
    return scene.store.batches().stream()
        .flatMap(List::stream)
        .map(PlannedEnvelope::envelope)
        .filter(envelope -> envelope.event() instanceof Event.Bounced)
        .toList();
  }
}
