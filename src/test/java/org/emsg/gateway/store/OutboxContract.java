package org.emsg.gateway.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.emsg.gateway.fixtures.World.ALICE;
import static org.emsg.gateway.fixtures.World.ANNA;
import static org.emsg.gateway.fixtures.World.DAVE;
import static org.emsg.gateway.fixtures.World.ERIN;
import static org.emsg.gateway.store.Letters.TO_MAIL;
import static org.emsg.gateway.store.Letters.TO_XMPP;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.emsg.gateway.gateway.PlannedEnvelope;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Bytes;
import org.emsg.gateway.model.ConversationId;
import org.emsg.gateway.model.Envelope;
import org.emsg.gateway.model.MessageId;
import org.emsg.gateway.model.Network;
import org.emsg.gateway.model.Outcome;
import org.emsg.gateway.model.Reason;
import org.emsg.gateway.outbox.LaneKey;
import org.emsg.gateway.outbox.LaneLease;
import org.emsg.gateway.outbox.OutboundMessage;
import org.emsg.gateway.outbox.Outbox;
import org.emsg.gateway.outbox.Outbox.FailedMessage;
import org.emsg.gateway.outbox.OutboxId;
import org.emsg.gateway.outbox.Settlement;
import org.junit.jupiter.api.Test;

/// Leases, settlements, pauses, and what becomes of failed rows.
interface OutboxContract extends StoreContract {
  Duration TTL = Duration.ofSeconds(30);
  Reason DOWN = Reason.of(Reason.Kind.REMOTE_FAILURE, "The other server does not answer.", "421");

  @Test
  default void aMessageComesOutAsItWentIn() {
    PlannedEnvelope letter = accept(Letters.toDave("m1", "hello"));
    OutboundMessage message = heads(lease()).getFirst();
    assertThat(message.envelope()).isEqualTo(letter.envelope());
    assertThat(message.lane()).isEqualTo(TO_XMPP);
    assertThat(message.recipient()).isEqualTo(DAVE);
    assertThat(message.addressed()).isEqualTo(DAVE);
    assertThat(message.nativeId()).isEqualTo(new MessageId("native-m1"));
    assertThat(message.next()).containsExactly(Network.SMTP);
    assertThat(message.attempt()).isEqualTo(1);
    assertThat(message.conversation()).isEqualTo(ConversationId.of(ALICE, DAVE));
  }

  @Test
  default void aLaneIsLeasedToOneNodeAtATime() {
    accept(Letters.toDave("m1", "hello"));
    assertThat(store().outbox().lease("one", Network.XMPP, 10, TTL)).hasSize(1);
    assertThat(store().outbox().lease("one", Network.XMPP, 10, TTL)).isEmpty();
    assertThat(database().node().outbox().lease("two", Network.XMPP, 10, TTL)).isEmpty();
    database().advance(TTL.plusSeconds(1));
    assertThat(database().node().outbox().lease("two", Network.XMPP, 10, TTL)).hasSize(1);
  }

  @Test
  default void aLeaseIsOfItsNetworkAndOfLanesWithSomethingDue() {
    assertThat(store().outbox().lease("one", Network.XMPP, 10, TTL)).isEmpty();
    accept(Letters.toDave("m1", "hello"));
    assertThat(store().outbox().lease("one", Network.SMTP, 10, TTL)).isEmpty();
    assertThat(lease().lane()).isEqualTo(TO_XMPP);
  }

  @Test
  default void theLaneThatWaitsLongestIsLeasedFirst() {
    accept(Letters.to(ERIN, TO_MAIL, "m1", "hello"));
    database().advance(Duration.ofSeconds(1));
    var other = new LaneKey("a.test", Network.SMTP, "aaa.test");
    accept(Letters.to(new Address.Smtp("x", "aaa.test", "x"), other, "m2", "hello"));
    assertThat(store().outbox().lease("one", Network.SMTP, 1, TTL))
        .extracting(LaneLease::lane)
        .containsExactly(TO_MAIL);
  }

  @Test
  default void aReleasedLaneIsFreeAtOnce() {
    accept(Letters.toDave("m1", "hello"));
    store().outbox().release(lease());
    assertThat(store().outbox().lease("two", Network.XMPP, 10, TTL)).hasSize(1);
  }

  @Test
  default void aNodeThatComesBackHasItsLanesAtOnceAndNobodyElses() {
    accept(Letters.toDave("m1", "hello"));
    LaneLease before = lease();
    Store again = database().node();
    again.outbox().releaseAll("two");
    assertThat(again.outbox().lease("one", Network.XMPP, 10, TTL)).isEmpty();
    again.outbox().releaseAll("one");
    LaneLease after = again.outbox().lease("one", Network.XMPP, 10, TTL).getFirst();
    assertThat(after.epoch()).isGreaterThan(before.epoch());
    assertThat(store().outbox().renew(before, TTL)).isFalse();
    assertThat(heads(before)).isEmpty();
    assertThat(again.outbox().heads(after, 10, Set.of())).hasSize(1);
  }

  @Test
  default void aRenewedLeaseIsNobodyElses() {
    accept(Letters.toDave("m1", "hello"));
    LaneLease lease = lease();
    database().advance(TTL.minusSeconds(1));
    assertThat(store().outbox().renew(lease, TTL)).isTrue();
    database().advance(Duration.ofSeconds(5));
    assertThat(store().outbox().lease("two", Network.XMPP, 10, TTL)).isEmpty();
    assertThat(heads(lease)).hasSize(1);
  }

  @Test
  default void aFrozenLeaseHolderCannotSettle() {
    accept(Letters.toDave("m1", "hello"));
    LaneLease frozen = lease();
    OutboundMessage message = heads(frozen).getFirst();
    database().advance(TTL.plusSeconds(1));
    Store other = database().node();
    LaneLease taken = other.outbox().lease("two", Network.XMPP, 10, TTL).getFirst();
    assertThat(taken.epoch()).isGreaterThan(frozen.epoch());
    for (Settlement late :
        List.of(done(message), laneDown(message), new Settlement.Failed(message.id(), DOWN))) {
      assertThat(store().outbox().settle(frozen, List.of(late))).isFalse();
    }
    assertThat(store().outbox().renew(frozen, TTL)).isFalse();
    assertThat(heads(frozen)).isEmpty();
    store().outbox().release(frozen);
    assertThat(other.outbox().heads(taken, 10, Set.of())).containsExactly(message);
    assertThat(other.outbox().settle(taken, List.of(done(message)))).isTrue();
    assertThat(database().count("outbox")).isZero();
  }

  @Test
  default void anExpiredLeaseHandsOutNothing() {
    accept(Letters.toDave("m1", "hello"));
    LaneLease lease = lease();
    database().advance(TTL.plusSeconds(1));
    assertThat(heads(lease)).isEmpty();
  }

  @Test
  default void whatIsDeliveredLeavesNothingBehind() {
    accept(Letters.toDave("m1", "hello"));
    LaneLease lease = lease();
    assertThat(store().outbox().settle(lease, List.of(done(heads(lease).getFirst())))).isTrue();
    assertThat(heads(lease)).isEmpty();
    for (String table : List.of("outbox", "envelope", "lane_head", "failed")) {
      assertThat(database().count(table)).as(table).isZero();
    }
    assertThat(store().outbox().lanes()).isEmpty();
  }

  @Test
  default void anEnvelopeStaysUntilItsLastRecipientHasIt() {
    Envelope envelope = Letters.envelope(ALICE, "m1", "hello", DAVE);
    accept(
        new PlannedEnvelope(
            envelope,
            true,
            List.of(
                Letters.toLane(envelope, TO_XMPP, DAVE), Letters.toLane(envelope, TO_MAIL, ERIN))));
    assertThat(database().count("envelope")).isEqualTo(1);
    LaneLease xmpp = lease();
    store().outbox().settle(xmpp, List.of(done(heads(xmpp).getFirst())));
    assertThat(database().count("envelope")).isEqualTo(1);
    LaneLease mail = store().outbox().lease("one", Network.SMTP, 1, TTL).getFirst();
    assertThat(heads(mail).getFirst().envelope()).isEqualTo(envelope);
    store().outbox().settle(mail, List.of(done(heads(mail).getFirst())));
    assertThat(database().count("envelope")).isZero();
  }

  @Test
  default void aDeferralOfTheLanePausesAllOfIt() {
    accept(Letters.toDave("m1", "hello"));
    accept(Letters.to(dora(), TO_XMPP, "m2", "hello"));
    LaneLease lease = lease();
    List<OutboundMessage> heads = heads(lease);
    assertThat(heads).hasSize(2);
    store().outbox().settle(lease, List.of(laneDown(heads.get(0)), laneDown(heads.get(1))));
    assertThat(heads(lease)).isEmpty();
    assertThat(store().outbox().lanes().getFirst().attempts()).isEqualTo(1);
    assertThat(store().outbox().lanes().getFirst().lastReason()).contains(DOWN);
    store().outbox().release(lease);
    assertThat(store().outbox().lease("one", Network.XMPP, 1, TTL)).isEmpty();
    database().advance(Duration.ofSeconds(61));
    LaneLease again = lease();
    assertThat(again.failures()).isEqualTo(1);
    assertThat(heads(again)).extracting(OutboundMessage::attempt).containsExactly(2, 2);
    store().outbox().settle(again, List.of(done(heads(again).getFirst())));
    assertThat(store().outbox().lanes().getFirst().attempts()).isZero();
  }

  @Test
  default void aDeferralOfAConversationPausesOnlyThat() {
    accept(Letters.toDave("m1", "hello"));
    accept(Letters.toDave("m2", "hello again"));
    accept(Letters.to(dora(), TO_XMPP, "m3", "hello"));
    LaneLease lease = lease();
    OutboundMessage toDave = heads(lease).getFirst();
    store()
        .outbox()
        .settle(
            lease,
            List.of(
                new Settlement.Again(
                    toDave.id(),
                    Outcome.Deferred.Scope.CONVERSATION,
                    Duration.ofSeconds(20),
                    DOWN,
                    true)));
    assertThat(heads(lease)).extracting(OutboundMessage::recipient).containsExactly(dora());
    database().advance(Duration.ofSeconds(21));
    store().outbox().renew(lease, TTL);
    assertThat(heads(lease))
        .extracting(message -> message.envelope().id().value())
        .containsExactlyInAnyOrder("m1", "m3");
  }

  @Test
  default void anUncertainAttemptTriesNoOtherNetwork() {
    accept(Letters.toDave("m1", "hello"));
    LaneLease lease = lease();
    OutboundMessage message = heads(lease).getFirst();
    store()
        .outbox()
        .settle(
            lease,
            List.of(
                new Settlement.Again(
                    message.id(), Outcome.Deferred.Scope.LANE, Duration.ZERO, DOWN, false)));
    assertThat(heads(lease).getFirst().next()).isEmpty();
  }

  @Test
  default void aRowThatIsGoneIsPassedOver() {
    accept(Letters.toDave("m1", "hello"));
    accept(Letters.to(dora(), TO_XMPP, "m2", "hello"));
    LaneLease lease = lease();
    List<OutboundMessage> heads = heads(lease);
    assertThat(store().outbox().drop(heads.get(0).id(), DOWN)).isTrue();
    assertThat(store().outbox().drop(heads.get(0).id(), DOWN)).isFalse();
    assertThat(store().outbox().settle(lease, List.of(done(heads.get(0)), done(heads.get(1)))))
        .isTrue();
    assertThat(failed()).hasSize(1);
    assertThat(database().count("outbox")).isZero();
  }

  @Test
  default void aFailedMessageWaitsForItsBounce() {
    accept(Letters.toDave("m1", "hello"));
    LaneLease lease = lease();
    OutboundMessage message = heads(lease).getFirst();
    store().outbox().settle(lease, List.of(new Settlement.Failed(message.id(), DOWN)));
    assertThat(heads(lease)).isEmpty();
    assertThat(failed())
        .containsExactly(
            new FailedMessage(message.id(), message.envelope(), DAVE, DOWN, Optional.of(message)));
    assertThat(store().outbox().isWaiting(message.conversation())).isTrue();
    store().outbox().bounced(message.id());
    store().outbox().bounced(message.id());
    assertThat(failed()).isEmpty();
    assertThat(store().outbox().isWaiting(message.conversation())).isFalse();
    assertThat(database().count("envelope")).isZero();
  }

  @Test
  default void aRecipientWhomTheIntakeRefusedIsAFailureWithoutALane() {
    Envelope envelope = Letters.envelope(ALICE, "m1", "hello", ANNA);
    accept(
        new PlannedEnvelope(
            envelope,
            true,
            List.of(Letters.toMailbox(envelope, ANNA), Letters.refused(envelope, DAVE))));
    FailedMessage failed = failed().getFirst();
    assertThat(failed.envelope()).isEqualTo(envelope);
    assertThat(failed.addressed()).isEqualTo(DAVE);
    assertThat(failed.attempted()).isEmpty();
    assertThat(failed.reason().kind()).isEqualTo(Reason.Kind.NO_SUCH_USER);
    assertThat(store().outbox().failed(failed.id(), 10)).isEmpty();
  }

  @Test
  default void aFailedFirstContactGoesOnAnotherNetwork() {
    accept(Letters.toDave("m1", "hello"));
    LaneLease lease = lease();
    OutboundMessage message = heads(lease).getFirst();
    store().outbox().settle(lease, List.of(new Settlement.Failed(message.id(), DOWN)));
    Address.Smtp mail = new Address.Smtp("dave", "xmpp.test", "Dave");
    ConversationId conversation = ConversationId.of(ALICE, mail);
    Outbox.Reroute reroute =
        new Outbox.Reroute(
            TO_MAIL, conversation, mail, new MessageId("mail-m1"), List.of(), "next network");
    assertThat(store().outbox().reroute(message.id(), reroute)).isTrue();
    assertThat(store().outbox().reroute(message.id(), reroute)).isFalse();
    assertThat(failed()).isEmpty();
    LaneLease other = store().outbox().lease("one", Network.SMTP, 1, TTL).getFirst();
    OutboundMessage again = heads(other).getFirst();
    assertThat(again.id()).isEqualTo(message.id());
    assertThat(again.recipient()).isEqualTo(mail);
    assertThat(((Address.Smtp) again.recipient()).spelling()).isEqualTo("Dave");
    assertThat(again.addressed()).isEqualTo(DAVE);
    assertThat(again.attempt()).isEqualTo(1);
    assertThat(again.next()).isEmpty();
    assertThat(
            store()
                .idMap()
                .translate(conversation, Network.SMTP, new MessageId("mail-m1"), Network.EMSG))
        .contains(new MessageId("m1"));
  }

  @Test
  default void aReroutedMessageComesBeforeTheLaterOnesOfItsConversation() {
    accept(Letters.toDave("m1", "hello"));
    LaneLease lease = lease();
    OutboundMessage first = heads(lease).getFirst();
    store().outbox().settle(lease, List.of(new Settlement.Failed(first.id(), DOWN)));
    accept(Letters.to(ERIN, TO_MAIL, "m2", "later"));
    store()
        .outbox()
        .reroute(
            first.id(),
            new Outbox.Reroute(
                TO_MAIL,
                ConversationId.of(ALICE, ERIN),
                ERIN,
                new MessageId("mail-m1"),
                List.of(),
                "next network"));
    LaneLease mail = store().outbox().lease("one", Network.SMTP, 1, TTL).getFirst();
    assertThat(heads(mail).getFirst().envelope().id().value()).isEqualTo("m1");
    store().outbox().settle(mail, List.of(done(heads(mail).getFirst())));
    assertThat(heads(mail).getFirst().envelope().id().value()).isEqualTo("m2");
  }

  @Test
  default void whatWaitsTooLongExpires() {
    accept(Letters.toDave("m1", "old"));
    database().advance(Duration.ofDays(5));
    accept(Letters.toDave("m2", "new"));
    assertThat(store().outbox().expire(Network.SMTP, Duration.ofDays(4), DOWN, 10)).isZero();
    assertThat(store().outbox().expire(Network.XMPP, Duration.ofDays(4), DOWN, 10)).isEqualTo(1);
    assertThat(failed())
        .extracting(message -> message.envelope().id().value())
        .containsExactly("m1");
    assertThat(heads(lease()))
        .extracting(message -> message.envelope().id().value())
        .containsExactly("m2");
  }

  @Test
  default void anEnvelopeThatCannotBeReadHidesNoOther() {
    accept(Letters.toDave("m1", "one"));
    accept(Letters.toDave("m2", "two"));
    accept(Letters.to(dora(), TO_XMPP, "m3", "three"));
    database().overwriteOldestEnvelope(DAMAGED);
    LaneLease lease = lease();
    assertThat(heads(lease))
        .extracting(message -> message.envelope().id().value())
        .containsExactlyInAnyOrder("m2", "m3");
    assertThat(failed()).isEmpty();
    assertThat(store().outbox().lanes().getFirst().waiting()).isEqualTo(2);
    assertThat(store().outbox().lanes().getFirst().failed()).isEqualTo(1);
  }

  @Test
  default void aFailedRowThatCannotBeReadHidesNoOther() {
    accept(Letters.toDave("m1", "one"));
    accept(Letters.to(dora(), TO_XMPP, "m2", "two"));
    LaneLease lease = lease();
    for (OutboundMessage message : heads(lease)) {
      store().outbox().settle(lease, List.of(new Settlement.Failed(message.id(), DOWN)));
    }
    database().overwriteOldestEnvelope(DAMAGED);
    assertThat(store().outbox().failed(new OutboxId(0), 1))
        .extracting(message -> message.envelope().id().value())
        .containsExactly("m2");
  }

  @Test
  default void aRowOfANewerNodeWaitsForOneThatCanReadIt() {
    PlannedEnvelope letter = accept(Letters.toDave("m1", "one"));
    accept(Letters.toDave("m2", "two"));
    accept(Letters.to(dora(), TO_XMPP, "m3", "three"));
    database().overwriteOldestEnvelope(OF_VERSION_2);
    LaneLease lease = lease();
    assertThat(heads(lease))
        .extracting(message -> message.envelope().id().value())
        .containsExactly("m3");
    assertThat(store().outbox().lanes().getFirst().waiting()).isEqualTo(3);
    database().overwriteOldestEnvelope(Bytes.wrap(EnvelopeCodec.encode(letter.envelope())));
    database().advance(EnvelopeRow.LEFT_TO_NEWER.plusSeconds(1));
    store().outbox().release(lease);
    assertThat(heads(lease()))
        .extracting(message -> message.envelope().id().value())
        .containsExactly("m3", "m1");
  }

  @Test
  default void aLaneRowThatNamesAnUnknownNetworkWaitsToo() {
    accept(Letters.toDave("m1", "one"));
    database().execute("UPDATE outbox SET next = 'matrix'");
    assertThat(heads(lease())).isEmpty();
    assertThat(database().count("outbox")).isEqualTo(1);
    assertThat(database().count("failed")).isZero();
  }

  @Test
  default void aFailedRowOfANewerNodeHidesNoOtherAndStaysForOneThatCanReadIt() {
    accept(Letters.toDave("m1", "one"));
    accept(Letters.to(dora(), TO_XMPP, "m2", "two"));
    accept(Letters.to(new Address.Xmpp("dina", "xmpp.test"), TO_XMPP, "m3", "three"));
    LaneLease lease = lease();
    for (OutboundMessage message : heads(lease)) {
      store().outbox().settle(lease, List.of(new Settlement.Failed(message.id(), DOWN)));
    }
    database().execute("UPDATE failed SET reason = 'BORED\n\nNot today.' WHERE id = 1");
    database().execute("UPDATE failed SET recipient = 'matrix:dave@m.test' WHERE id = 2");
    assertThat(store().outbox().failed(new OutboxId(0), 1))
        .extracting(message -> message.envelope().id().value())
        .containsExactly("m3");
    database().execute("UPDATE failed SET reason = (SELECT reason FROM failed WHERE id = 3)");
    assertThat(database().count("failed")).isEqualTo(3);
    assertThat(failed())
        .extracting(message -> message.envelope().id().value())
        .containsExactly("m1", "m3");
  }

  @Test
  default void aLaneOfAnUnknownNetworkHidesNoOther() {
    accept(Letters.toDave("m1", "one"));
    accept(Letters.to(ERIN, Letters.TO_MAIL, "m2", "two"));
    database().execute("UPDATE lane SET network = 'matrix' WHERE network = 'xmpp'");
    assertThat(store().outbox().lanes())
        .extracting(Outbox.LaneStatus::lane)
        .containsExactly(Letters.TO_MAIL);
  }

  @Test
  default void lanesOfANameThatIsServedElsewhereAreLeftToOtherNodes() {
    LaneKey other = new LaneKey("face.a.test", Network.XMPP, "xmpp.test");
    accept(Letters.toDave("m1", "one"));
    accept(Letters.to(dora(), other, "m2", "two"));
    assertThat(lanes("one", Set.of(TO_XMPP.ours(), "else.test"))).containsExactly(other);
    assertThat(lanes("one", Set.of(TO_XMPP.ours()))).isEmpty();
    assertThat(lanes("two", Set.of())).containsExactly(TO_XMPP);
  }

  private List<LaneKey> lanes(String node, Set<String> elsewhere) {
    return store().outbox().lease(node, Network.XMPP, elsewhere, 1, TTL).stream()
        .map(LaneLease::lane)
        .toList();
  }

  @Test
  default void onlyLanesWithNothingInThemArePurged() {
    accept(Letters.toDave("m1", "one"));
    accept(Letters.to(ERIN, Letters.TO_MAIL, "m2", "two"));
    LaneKey failing = new LaneKey("emsg.a.test", Network.XMPP, "other.test");
    accept(Letters.to(new Address.Xmpp("dave", "other.test"), failing, "m3", "three"));
    assertThat(store().lanesWithWork()).isEqualTo(3);
    for (LaneLease lease : store().outbox().lease("one", Network.XMPP, 10, TTL)) {
      OutboundMessage message = heads(lease).getFirst();
      store()
          .outbox()
          .settle(
              lease,
              List.of(
                  lease.lane().equals(failing)
                      ? new Settlement.Failed(message.id(), DOWN)
                      : done(message)));
    }
    store().purge();
    assertThat(database().count("lane")).isEqualTo(3);
    store().outbox().releaseAll("one");
    store().purge();
    assertThat(database().count("lane")).isEqualTo(2);
    assertThat(store().outbox().lanes())
        .extracting(Outbox.LaneStatus::lane)
        .containsExactlyInAnyOrder(Letters.TO_MAIL, failing);
    assertThat(store().lanesWithWork()).isEqualTo(1);
  }

  @Test
  default void whoHeldALaneBeforeItWasPurgedHoldsNothingOfTheNewOne() {
    accept(Letters.toDave("m1", "one"));
    LaneLease frozen = lease();
    store().outbox().settle(frozen, List.of(done(heads(frozen).getFirst())));
    database().advance(TTL.plusSeconds(1));
    store().purge();
    assertThat(database().count("lane")).isZero();
    accept(Letters.toDave("m2", "two"));
    LaneLease now = lease();
    assertThat(store().outbox().renew(frozen, TTL)).isFalse();
    assertThat(heads(frozen)).isEmpty();
    OutboundMessage message = heads(now).getFirst();
    assertThat(store().outbox().settle(frozen, List.of(done(message)))).isFalse();
    assertThat(store().outbox().settle(now, List.of(done(message)))).isTrue();
  }

  @Test
  default void anOperatorSeesLanesAndHurriesThem() {
    PlannedEnvelope letter = accept(Letters.toDave("m1", "hello"));
    LaneLease lease = lease();
    store().outbox().settle(lease, List.of(laneDown(heads(lease).getFirst())));
    Outbox.LaneStatus status = store().outbox().lanes().getFirst();
    assertThat(status.lane()).isEqualTo(TO_XMPP);
    assertThat(status.waiting()).isEqualTo(1);
    assertThat(status.holder()).contains("one");
    assertThat(status.pausedUntil()).isPresent();
    assertThat(status.oldest()).isPresent();
    Outbox.WaitingMessage waiting = store().outbox().waiting(TO_XMPP, 10).getFirst();
    assertThat(waiting.trace()).isEqualTo(letter.envelope().trace());
    assertThat(waiting.sender()).isEqualTo(ALICE.text());
    assertThat(waiting.recipient()).isEqualTo(DAVE.text());
    assertThat(waiting.lastReason()).contains(DOWN);
    assertThat(store().outbox().retryNow(TO_XMPP)).isEqualTo(1);
    assertThat(heads(lease)).hasSize(1);
  }

  static Settlement done(OutboundMessage message) {
    return new Settlement.Done(message.id(), Optional.empty());
  }

  static Settlement laneDown(OutboundMessage message) {
    return new Settlement.Again(
        message.id(), Outcome.Deferred.Scope.LANE, Duration.ofSeconds(60), DOWN, true);
  }

  private static Address.Xmpp dora() {
    return new Address.Xmpp("dora", "xmpp.test");
  }

  private PlannedEnvelope accept(PlannedEnvelope letter) {
    store().intakes().commit(List.of(letter));
    return letter;
  }

  private LaneLease lease() {
    return store().outbox().lease("one", Network.XMPP, 10, TTL).getFirst();
  }

  private List<OutboundMessage> heads(LaneLease lease) {
    return store().outbox().heads(lease, 10, Set.of());
  }

  private List<FailedMessage> failed() {
    return store().outbox().failed(new OutboxId(0), 10);
  }
}
