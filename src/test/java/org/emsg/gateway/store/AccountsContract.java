package org.emsg.gateway.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.emsg.gateway.fixtures.World.ALICE;
import static org.emsg.gateway.fixtures.World.ANNA;
import static org.emsg.gateway.fixtures.World.NOON;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.awaitility.Awaitility;
import org.emsg.gateway.home.AccountKey;
import org.emsg.gateway.model.Address;
import org.junit.jupiter.api.Test;

/// What may be relied on about accounts and keys.
interface AccountsContract extends StoreContract {
  Address.Emsg NEWCOMER = new Address.Emsg("newcomer", "a.test");

  @Test
  default void anAccountIsThereFromWhenItWasAdded() {
    assertThat(store().accounts().exists(NEWCOMER)).isFalse();
    assertThat(store().accounts().add(NEWCOMER)).isTrue();
    assertThat(store().accounts().exists(NEWCOMER)).isTrue();
    assertThat(store().accounts().add(NEWCOMER)).isFalse();
    assertThat(store().accounts().list("a.test")).containsExactly(ALICE, ANNA, NEWCOMER);
    assertThat(store().accounts().list("b.test")).isEmpty();
  }

  @Test
  default void anotherNodeSeesAnAccountWithinSeconds() {
    Store other = database().node();
    assertThat(other.accounts().exists(NEWCOMER)).isFalse();
    store().accounts().add(NEWCOMER);
    Awaitility.await().until(() -> other.accounts().exists(NEWCOMER));
  }

  @Test
  default void aDomainIsNoAccount() {
    assertThatThrownBy(() -> store().accounts().add(ALICE.authority()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  default void keysAreReadAsTheyWereAdded() {
    AccountKey one = key("k1", "one");
    AccountKey domains = key("k1", "domain");
    assertThat(store().accounts().keys(ALICE)).isEmpty();
    assertThat(store().accounts().addKey(ALICE, one)).isTrue();
    assertThat(store().accounts().addKey(ALICE.authority(), domains)).isTrue();
    assertThat(store().accounts().keys(ALICE)).containsExactly(one);
    assertThat(store().accounts().keys(ALICE.authority())).containsExactly(domains);
  }

  @Test
  default void aKeyBelongsToOneAccountAndAnIdToOneKey() {
    assertThat(store().accounts().addKey(ALICE, key("k1", "one"))).isTrue();
    assertThat(store().accounts().addKey(ALICE, key("k1", "two"))).isFalse();
    assertThat(store().accounts().addKey(ANNA, key("k9", "one"))).isFalse();
    assertThat(store().accounts().addKey(ANNA, key("k1", "three"))).isTrue();
  }

  @Test
  default void aKeyIsSupersededAndRevoked() {
    store().accounts().addKey(ALICE, key("k1", "one"));
    assertThat(store().accounts().supersede(ALICE, "k1", NOON.plusSeconds(1))).isTrue();
    assertThat(store().accounts().revoke(ALICE, "k1", NOON.plusSeconds(2))).isTrue();
    assertThat(store().accounts().revoke(ALICE, "k2", NOON)).isFalse();
    assertThat(store().accounts().supersede(ANNA, "k1", NOON)).isFalse();
    AccountKey key = store().accounts().keys(ALICE).getFirst();
    assertThat(key.superseded()).contains(NOON.plusSeconds(1));
    assertThat(key.revoked()).contains(NOON.plusSeconds(2));
  }

  @Test
  default void theDayOfAKeysEndDoesNotMove() {
    store().accounts().addKey(ALICE, key("k1", "one"));
    store().accounts().addKey(ALICE, key("k2", "two"));
    store().accounts().supersede(ALICE, "k1", NOON.plusSeconds(1));
    assertThat(store().accounts().supersede(ALICE, "k1", NOON.plusSeconds(9))).isFalse();
    store().accounts().revoke(ALICE, "k1", NOON.plusSeconds(2));
    assertThat(store().accounts().revoke(ALICE, "k1", NOON.plusSeconds(9))).isFalse();
    store().accounts().revoke(ALICE, "k2", NOON.plusSeconds(3));
    assertThat(store().accounts().supersede(ALICE, "k2", NOON.plusSeconds(9))).isFalse();
    assertThat(store().accounts().keys(ALICE))
        .extracting(AccountKey::superseded)
        .containsExactly(Optional.of(NOON.plusSeconds(1)), Optional.empty());
    assertThat(store().accounts().keys(ALICE))
        .extracting(AccountKey::revoked)
        .containsExactly(Optional.of(NOON.plusSeconds(2)), Optional.of(NOON.plusSeconds(3)));
  }

  @Test
  default void keysThatAreRevokedAreHadForManyAtOnce() {
    store().accounts().addKey(ALICE, key("k1", "one"));
    store().accounts().addKey(ALICE, key("k2", "two"));
    store().accounts().addKey(ANNA, key("k1", "three"));
    List<Address.Emsg> both = List.of(ALICE, ANNA);
    assertThat(store().accounts().revokedKeys(both)).isEmpty();
    database().node().accounts().revoke(ALICE, "k2", NOON);
    database().node().accounts().supersede(ANNA, "k1", NOON);
    assertThat(store().accounts().revokedKeys(both)).isEqualTo(Map.of(ALICE, Set.of("k2")));
    assertThat(store().accounts().revokedKeys(List.of())).isEmpty();
  }

  private static AccountKey key(String id, String content) {
    return new AccountKey(
        id, "ed25519", Letters.sha256(content), NOON, Optional.empty(), Optional.empty());
  }
}
