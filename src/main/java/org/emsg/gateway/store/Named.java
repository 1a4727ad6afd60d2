package org.emsg.gateway.store;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.emsg.gateway.model.Address;

/// Accounts that a statement names, as many at once as it may.
final class Named {
  private static final int AT_ONCE = 1000;

  private Named() {}

  /// The account that a row names, which is one of those asked for.
  static Address.Emsg of(Map<String, Address.Emsg> some, String text) {
    return Objects.requireNonNull(some.get(text), text);
  }

  /// Calls `query` for some of `accounts` after the other, by the text that the tables have.
  static void each(Collection<Address.Emsg> accounts, Consumer<Map<String, Address.Emsg>> query) {
    Map<String, Address.Emsg> some = new HashMap<>();
    for (Address.Emsg account : accounts) {
      some.put(account.text(), account);
      if (some.size() == AT_ONCE) {
        query.accept(some);
        some.clear();
      }
    }
    if (!some.isEmpty()) {
      query.accept(some);
    }
  }
}
