package org.emsg.gateway.store;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.util.Optional;
import org.emsg.gateway.address.HashedAliases;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Network;
import org.jdbi.v3.core.Handle;

/// Aliases that cannot be read back. A row never changes, so what was found once is kept in memory.
final class JdbiHashedAliases implements HashedAliases {
  private static final int CACHED = 10_000;

  private final Database database;
  private final Cache<Key, Address> known = Caffeine.newBuilder().maximumSize(CACHED).build();

  JdbiHashedAliases(Database database) {
    this.database = database;
  }

  @Override
  public boolean put(String alias, Address address) {
    Key key = new Key(address.network(), alias);
    Optional<Address> before = find(address.network(), alias);
    if (before.isPresent()) {
      return before.get().equals(address);
    }
    Address kept =
        database.write(transaction -> {
          Handle jdbi = transaction.jdbi();
          jdbi.createUpdate(
                  "INSERT INTO hashed_alias (network, alias, address)"
                      + " VALUES (:network, :alias, :address)"
                      + " ON CONFLICT (network, alias) DO NOTHING")
              .bind("network", key.network.label())
              .bind("alias", alias)
              .bind("address", StoredText.of(address))
              .execute();
          return stored(jdbi, key).orElseThrow();
        });
    known.put(key, kept);
    return kept.equals(address);
  }

  @Override
  public Optional<Address> find(Network network, String alias) {
    Key key = new Key(network, alias);
    Optional<Address> cached = Optional.ofNullable(known.getIfPresent(key));
    if (cached.isPresent()) {
      return cached;
    }
    Optional<Address> found = database.read(transaction -> stored(transaction.jdbi(), key));
    found.ifPresent(address -> known.put(key, address));
    return found;
  }

  private static Optional<Address> stored(Handle jdbi, Key key) {
    return jdbi.createQuery(
            "SELECT address FROM hashed_alias WHERE network = :network AND alias = :alias")
        .bind("network", key.network.label())
        .bind("alias", key.alias)
        .map((row, _) -> StoredText.address(row.getString(1)))
        .findOne();
  }

  private record Key(Network network, String alias) {}
}
