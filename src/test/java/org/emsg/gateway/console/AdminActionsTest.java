package org.emsg.gateway.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import org.emsg.gateway.address.MappedAddressing;
import org.emsg.gateway.crypto.Ed25519;
import org.emsg.gateway.fixtures.FakeAccounts;
import org.emsg.gateway.fixtures.FakeClock;
import org.emsg.gateway.fixtures.FakeOutbox;
import org.emsg.gateway.fixtures.RememberedAliases;
import org.emsg.gateway.fixtures.World;
import org.emsg.gateway.gateway.Trace;
import org.emsg.gateway.home.AccountKey;
import org.emsg.gateway.model.Bytes;
import org.emsg.gateway.model.TraceId;
import org.junit.jupiter.api.Test;

/// Accounts and keys, as an operator changes them.
class AdminActionsTest {
  private static final Bytes DOMAINS = newKey();

  private final FakeAccounts accounts = FakeAccounts.of();
  private final AdminActions actions =
      new AdminActions(
          new AdminActions.Ports(
              MappedAddressing.of(World.MAPPING, new RememberedAliases()),
              accounts,
              new FakeOutbox(FakeClock.atNoon()),
              new NoTrace(),
              Ed25519.best()::isPublicKey,
              _ -> DOMAINS,
              JsonNodeFactory.instance::objectNode),
          FakeClock.atNoon());

  private static final class NoTrace implements Trace {
    @Override
    public void line(TraceId trace, String step, String text) {}

    @Override
    public List<Line> find(TraceId trace) {
      return List.of();
    }
  }

  private static Bytes newKey() {
    return Ed25519.best().generate(new SecureRandom()).publicKey();
  }

  private static String base64(Bytes key) {
    return Base64.getEncoder().encodeToString(key.toByteArray());
  }

  private static ObjectNode of(String account) {
    return JsonNodeFactory.instance.objectNode().put("account", account);
  }

  @Test
  void aBadKeyLeavesNoAccountBehind() throws Exception {
    assertThatThrownBy(
            () -> actions.perform("user.add", of("alice#a.test").put("public-key", "AAAA")))
        .isInstanceOf(AdminRefusal.class);
    assertThat(accounts.exists(World.ALICE)).isFalse();
    actions.perform("user.add", of("alice#a.test").put("public-key", base64(newKey())));
    assertThat(accounts.keys(World.ALICE)).hasSize(1);
  }

  @Test
  void anAccountThatGotNoKeyGetsOneTheNextTime() throws Exception {
    Bytes key = newKey();
    actions.perform("user.add", of("anna#a.test").put("public-key", base64(key)));
    assertThatThrownBy(
            () -> actions.perform("user.add", of("alice#a.test").put("public-key", base64(key))))
        .isInstanceOf(AdminRefusal.class);
    actions.perform("user.add", of("alice#a.test").put("public-key", base64(newKey())));
    assertThat(accounts.keys(World.ALICE)).hasSize(1);
    assertThatThrownBy(() ->
            actions.perform("user.add", of("alice#a.test").put("public-key", base64(newKey()))))
        .hasMessageContaining("there already");
  }

  @Test
  void aDomainsKeyIsShownAndNotChanged() throws Exception {
    JsonNode keys = actions.perform("key.list", of("#a.test"));
    assertThat(keys.get(0).path("public-key").asText()).isEqualTo(base64(DOMAINS));
    assertThat(keys.get(0).path("key-id").asText()).isEqualTo(AccountKey.idOf(DOMAINS));
    assertThatThrownBy(
            () -> actions.perform("key.add", of("#a.test").put("public-key", base64(newKey()))))
        .isInstanceOf(AdminRefusal.class);
    assertThatThrownBy(() -> actions.perform("key.revoke", of("#a.test").put("key-id", "x")))
        .isInstanceOf(AdminRefusal.class);
    assertThatThrownBy(() -> actions.perform("user.add", of("#a.test")))
        .isInstanceOf(AdminRefusal.class);
  }
}
