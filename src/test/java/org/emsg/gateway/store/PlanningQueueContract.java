package org.emsg.gateway.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.emsg.gateway.fixtures.World.ALICE;
import static org.emsg.gateway.fixtures.World.ANNA;
import static org.emsg.gateway.fixtures.World.DAVE;
import static org.emsg.gateway.fixtures.World.ERIN;

import java.time.Duration;
import java.util.List;
import org.emsg.gateway.gateway.IntakeResult;
import org.emsg.gateway.gateway.IntakeStore.Committed;
import org.emsg.gateway.gateway.PlannedEnvelope;
import org.emsg.gateway.gateway.PlanningQueue.Waiting;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Bytes;
import org.emsg.gateway.model.Envelope;
import org.emsg.gateway.outbox.OutboxId;
import org.junit.jupiter.api.Test;

/// Messages whose way is not known yet.
interface PlanningQueueContract extends StoreContract {
  Duration HOLD = Duration.ofSeconds(30);

  @Test
  default void aRowIsClaimedByOneNodeAtATime() {
    Envelope envelope = wait("m1", DAVE);
    Waiting row = claim().getFirst();
    assertThat(row.envelope()).isEqualTo(envelope);
    assertThat(row.addressed()).isEqualTo(DAVE);
    assertThat(row.idempotencyKey()).isEqualTo(Letters.key(envelope, DAVE));
    assertThat(row.attempts()).isZero();
    assertThat(database().node().planning().claim(10, HOLD)).isEmpty();
    database().advance(HOLD.plusSeconds(1));
    assertThat(database().node().planning().claim(10, HOLD)).hasSize(1);
  }

  @Test
  default void onlyTheOldestOfAPairIsClaimed() {
    wait("m1", DAVE);
    wait("m2", DAVE);
    wait("m3", ERIN);
    assertThat(claim()).extracting(row -> row.envelope().id().value()).containsExactly("m1", "m3");
    assertThat(claim()).isEmpty();
  }

  @Test
  default void whatWasPlannedIsWrittenThoughItsKeyWasSeen() {
    Envelope envelope = wait("m1", DAVE);
    Waiting row = claim().getFirst();
    PlannedEnvelope planned =
        new PlannedEnvelope(
            envelope, true, List.of(Letters.toLane(envelope, Letters.TO_XMPP, DAVE)));
    assertThat(store().planning().settle(row, planned).result())
        .isEqualTo(new IntakeResult.Accepted(envelope.trace(), true));
    store().planning().settle(row, planned);
    assertThat(store().outbox().waiting(Letters.TO_XMPP, 10)).hasSize(1);
    assertThat(store().planning().isWaiting(ALICE, DAVE)).isFalse();
    assertThat(database().count("envelope")).isEqualTo(1);
  }

  @Test
  default void theOriginalStaysADuplicateAfterItWasPlanned() {
    Envelope envelope = wait("m1", ANNA);
    Waiting row = claim().getFirst();
    PlannedEnvelope planned =
        new PlannedEnvelope(envelope, true, List.of(Letters.toMailbox(envelope, ANNA)));
    Committed committed = store().planning().settle(row, planned);
    assertThat(committed.arrivals()).hasSize(1);
    assertThat(store().planning().settle(row, planned).arrivals()).isEmpty();
    assertThat(store().intakes().commit(List.of(planned)).getFirst().result())
        .isInstanceOf(IntakeResult.Duplicate.class);
    assertThat(store().mailboxes().read(ANNA, 0, 10)).hasSize(1);
    assertThat(database().count("envelope")).isZero();
  }

  @Test
  default void whereNobodyIsAtHomeTheSenderIsTold() {
    Address.Emsg nobody = new Address.Emsg("nobody", "a.test");
    Envelope envelope = wait("m1", nobody);
    PlannedEnvelope planned =
        new PlannedEnvelope(envelope, true, List.of(Letters.toMailbox(envelope, nobody)));
    assertThat(store().planning().settle(claim().getFirst(), planned).arrivals()).isEmpty();
    assertThat(store().outbox().failed(new OutboxId(0), 10)).hasSize(1);
    assertThat(store().planning().isWaiting(ALICE, nobody)).isFalse();
  }

  @Test
  default void planningInVainIsTriedAgainLater() {
    wait("m1", DAVE);
    store().planning().again(claim().getFirst(), Duration.ofMinutes(5), "SERVFAIL");
    database().advance(HOLD.plusSeconds(1));
    assertThat(claim()).isEmpty();
    database().advance(Duration.ofMinutes(5));
    assertThat(claim().getFirst().attempts()).isEqualTo(1);
  }

  @Test
  default void aMailAddressIsFoundInAnySpelling() {
    wait("m1", new Address.Smtp("erin", "mail.test", "Erin"));
    assertThat(store().planning().isWaiting(ALICE, ERIN)).isTrue();
    assertThat(((Address.Smtp) claim().getFirst().addressed()).spelling()).isEqualTo("Erin");
  }

  @Test
  default void aPlanningRowThatCannotBeReadHidesNoOther() {
    wait("m1", DAVE);
    wait("m2", ERIN);
    database().overwriteOldestEnvelope(DAMAGED);
    assertThat(claim()).extracting(row -> row.envelope().id().value()).containsExactly("m2");
    assertThat(store().planning().isWaiting(ALICE, DAVE)).isFalse();
    assertThat(store().outbox().failed(new OutboxId(0), 10)).isEmpty();
    assertThat(database().count("failed")).isEqualTo(1);
    assertThat(database().count("envelope")).isEqualTo(2);
  }

  @Test
  default void aPlanningRowWithADamagedAddressHidesNoOther() {
    wait("m1", DAVE);
    wait("m2", ERIN);
    database().execute("UPDATE planning SET addressed = 'nowhere' WHERE id = 1");
    assertThat(claim()).extracting(row -> row.envelope().id().value()).containsExactly("m2");
    assertThat(database().count("failed")).isEqualTo(1);
  }

  @Test
  default void aPlanningRowOfANewerNodeWaitsForOneThatCanReadIt() {
    Envelope envelope = wait("m1", DAVE);
    wait("m2", ERIN);
    wait("m3", ANNA);
    database().overwriteOldestEnvelope(OF_VERSION_2);
    database().execute("UPDATE planning SET addressed = 'matrix:erin@m.test' WHERE id = 2");
    assertThat(claim()).extracting(row -> row.envelope().id().value()).containsExactly("m3");
    assertThat(database().count("planning")).isEqualTo(3);
    assertThat(database().count("failed")).isZero();
    database().overwriteOldestEnvelope(Bytes.wrap(EnvelopeCodec.encode(envelope)));
    database().advance(EnvelopeRow.LEFT_TO_NEWER.plusSeconds(1));
    assertThat(claim()).extracting(row -> row.envelope().id().value()).containsExactly("m1", "m3");
  }

  private Envelope wait(String id, Address recipient) {
    Envelope envelope = Letters.envelope(ALICE, id, "hello", recipient);
    store()
        .intakes()
        .commit(
            List.of(
                new PlannedEnvelope(
                    envelope, true, List.of(Letters.toPlanning(envelope, recipient)))));
    return envelope;
  }

  private List<Waiting> claim() {
    return store().planning().claim(10, HOLD);
  }
}
