package org.emsg.gateway.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.emsg.gateway.fixtures.World.ALICE;
import static org.emsg.gateway.fixtures.World.ANNA;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.emsg.gateway.gateway.PlannedEnvelope;
import org.emsg.gateway.home.MailboxEntry;
import org.emsg.gateway.home.Mailboxes.DeviceRef;
import org.emsg.gateway.model.Address;
import org.junit.jupiter.api.Test;

/// What a home user's devices may rely on.
interface MailboxesContract extends StoreContract {
  DeviceRef PHONE = new DeviceRef(ANNA, "phone");
  DeviceRef LAPTOP = new DeviceRef(ANNA, "laptop");

  @Test
  default void aMailboxIsReadInPages() {
    fill(25);
    assertThat(cursors(0, 10)).containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L, 10L);
    assertThat(cursors(20, 10)).containsExactly(21L, 22L, 23L, 24L, 25L);
    assertThat(cursors(25, 10)).isEmpty();
    assertThat(store().mailboxes().head(ANNA)).isEqualTo(25);
  }

  @Test
  default void mailboxesOfNeighboursStayApart() {
    fill(3);
    store().intakes().commit(List.of(Letters.home(ANNA, ALICE, "m1", "hello")));
    assertThat(store().mailboxes().read(ALICE, 0, 10)).hasSize(1);
    assertThat(cursors(0, 10)).hasSize(3);
  }

  @Test
  default void aCursorOutOfAnyRangeReadsNothingOfOthers() {
    store().intakes().commit(List.of(Letters.home(ANNA, ALICE, "m1", "hello")));
    fill(1);
    assertThat(cursors(Long.MAX_VALUE, 10)).isEmpty();
    assertThat(cursors(Long.MIN_VALUE, 10)).containsExactly(1L);
    assertThat(cursors(1L << 36, 10)).isEmpty();
  }

  @Test
  default void anUnknownAccountHasAnEmptyMailbox() {
    Address.Emsg nobody = new Address.Emsg("nobody", "a.test");
    assertThat(store().mailboxes().read(nobody, 0, 10)).isEmpty();
    assertThat(store().mailboxes().head(nobody)).isZero();
  }

  @Test
  default void theHeadsOfManyAreHadAtOnce() {
    fill(3);
    List<Address.Emsg> many = new ArrayList<>(List.of(ALICE, ANNA));
    for (int i = 0; i < 2500; i++) {
      many.add(new Address.Emsg("nobody" + i, "a.test"));
    }
    assertThat(store().mailboxes().heads(many))
        .containsExactlyInAnyOrderEntriesOf(Map.of(ALICE, 0L, ANNA, 3L));
    database().node().intakes().commit(List.of(Letters.home(ANNA, ALICE, "m1", "hello")));
    assertThat(store().mailboxes().heads(List.of(ALICE))).isEqualTo(Map.of(ALICE, 1L));
    assertThat(store().mailboxes().heads(List.of())).isEmpty();
  }

  @Test
  default void largeMessagesMakeShortPages() {
    String large = "x".repeat(900_000);
    for (int i = 0; i < 8; i++) {
      store().intakes().commit(List.of(Letters.home(ALICE, ANNA, "m" + i, large)));
    }
    assertThat(cursors(0, 100)).containsExactly(1L, 2L, 3L, 4L, 5L);
    assertThat(cursors(5, 100)).containsExactly(6L, 7L, 8L);
  }

  @Test
  default void aDeviceNeverSeenBeginsAtTheBeginning() {
    assertThat(store().mailboxes().acknowledged(ANNA, "phone")).isZero();
  }

  @Test
  default void aCursorNeverMovesBack() {
    fill(5);
    store().mailboxes().acknowledge(Map.of(PHONE, 4L, LAPTOP, 2L));
    store().mailboxes().acknowledge(Map.of(PHONE, 3L));
    assertThat(database().node().mailboxes().acknowledged(ANNA, "phone")).isEqualTo(4);
    assertThat(store().mailboxes().acknowledged(ANNA, "laptop")).isEqualTo(2);
  }

  @Test
  default void whatHasNotComeYetIsNotAcknowledged() {
    fill(5);
    store().mailboxes().acknowledge(Map.of(PHONE, 1_000_000L));
    assertThat(store().mailboxes().acknowledged(ANNA, "phone")).isEqualTo(5);
  }

  @Test
  default void whatEveryDeviceHasIsPurged() {
    fill(10);
    store().mailboxes().acknowledge(Map.of(PHONE, 7L, LAPTOP, 4L));
    store().purge();
    assertThat(cursors(0, 100)).containsExactly(5L, 6L, 7L, 8L, 9L, 10L);
    fill(1);
    assertThat(store().mailboxes().head(ANNA)).isEqualTo(11);
  }

  @Test
  default void aMailboxWithoutDevicesIsKeptUntilRetentionEnds() {
    fill(3);
    database().advance(Duration.ofDays(29));
    store().purge();
    fill(1);
    assertThat(cursors(0, 100)).containsExactly(1L, 2L, 3L, 4L);
    database().advance(Duration.ofDays(2));
    store().purge();
    assertThat(cursors(0, 100)).containsExactly(4L);
  }

  @Test
  default void aDeviceNameIsShortAndPrintable() {
    for (String name : List.of("", "a b", "ä", "x".repeat(65), "a\u0000")) {
      assertThatThrownBy(() -> store().mailboxes().acknowledged(ANNA, name))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  private void fill(int count) {
    long head = store().mailboxes().head(ANNA);
    List<PlannedEnvelope> batch = new ArrayList<>();
    for (int i = 1; i <= count; i++) {
      batch.add(Letters.home(ALICE, ANNA, "m" + (head + i), "hello"));
    }
    store().intakes().commit(batch);
  }

  private List<Long> cursors(long since, int limit) {
    return store().mailboxes().read(ANNA, since, limit).stream().map(MailboxEntry::cursor).toList();
  }
}
