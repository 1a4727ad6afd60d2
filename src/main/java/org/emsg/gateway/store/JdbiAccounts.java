package org.emsg.gateway.store;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.emsg.gateway.home.AccountKey;
import org.emsg.gateway.home.Accounts;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Bytes;
import org.jdbi.v3.core.Handle;

/// Accounts and keys, with what the hot path asks for kept in memory for a few seconds. A change
/// made through this node is seen at once.
final class JdbiAccounts implements Accounts {
  /// After this a change that another node made is seen.
  private static final Duration STALE = Duration.ofSeconds(3);

  private static final int CACHED = 100_000;

  private final Database database;
  private final LoadingCache<Address.Emsg, Boolean> existing;
  private final LoadingCache<Address.Emsg, List<AccountKey>> keys;

  JdbiAccounts(Database database) {
    this.database = database;
    this.existing =
        Caffeine.newBuilder().maximumSize(CACHED).expireAfterWrite(STALE).build(this::look);
    this.keys = Caffeine.newBuilder().maximumSize(CACHED).expireAfterWrite(STALE).build(this::load);
  }

  @Override
  public boolean exists(Address.Emsg account) {
    return existing.get(account);
  }

  @Override
  public boolean add(Address.Emsg account) {
    if (account.local().isEmpty()) {
      throw new IllegalArgumentException("a domain is no account");
    }
    boolean added =
        database.write(transaction ->
            transaction
                    .jdbi()
                    .createUpdate(
                        "INSERT INTO account (address, domain, added)"
                            + " VALUES (:address, :domain, :added)"
                            + " ON CONFLICT (address) DO NOTHING")
                    .bind("address", account.text())
                    .bind("domain", account.domain())
                    .bind("added", transaction.now())
                    .execute()
                == 1);
    existing.invalidate(account);
    return added;
  }

  @Override
  public List<Address.Emsg> list(String domain) {
    return database.read(transaction ->
        transaction
            .jdbi()
            .createQuery("SELECT address FROM account WHERE domain = :domain ORDER BY address")
            .bind("domain", domain)
            .map((row, _) -> account(row.getString(1)))
            .list());
  }

  @Override
  public List<AccountKey> keys(Address.Emsg account) {
    return keys.get(account);
  }

  @Override
  public Map<Address.Emsg, Set<String>> revokedKeys(Collection<Address.Emsg> accounts) {
    return database.read(transaction -> {
      Map<Address.Emsg, Set<String>> revoked = new HashMap<>();
      Named.each(
          accounts,
          some ->
              transaction
                  .jdbi()
                  .createQuery(
                      "SELECT account, key_id FROM account_key WHERE account IN (<accounts>)"
                          + " AND revoked IS NOT NULL")
                  .bindList("accounts", List.copyOf(some.keySet()))
                  .map((row, _) -> Map.entry(row.getString(1), row.getString(2)))
                  .forEach(key ->
                      revoked
                          .computeIfAbsent(Named.of(some, key.getKey()), _ -> new HashSet<>())
                          .add(key.getValue())));
      return revoked;
    });
  }

  @Override
  public boolean addKey(Address.Emsg account, AccountKey key) {
    boolean added =
        database.write(transaction ->
            transaction
                    .jdbi()
                    .createUpdate(
                        "INSERT INTO account_key (account, key_id, algorithm, public_key,"
                            + " added, superseded, revoked) VALUES (:account, :id, :algorithm,"
                            + " :key, :added, :superseded, :revoked) ON CONFLICT DO NOTHING")
                    .bind("account", account.text())
                    .bind("id", key.keyId())
                    .bind("algorithm", key.algorithm())
                    .bind("key", key.publicKey().toByteArray())
                    .bind("added", key.added().toEpochMilli())
                    .bind("superseded", key.superseded().map(Instant::toEpochMilli))
                    .bind("revoked", key.revoked().map(Instant::toEpochMilli))
                    .execute()
                == 1);
    keys.invalidate(account);
    return added;
  }

  @Override
  public boolean supersede(Address.Emsg account, String keyId, Instant when) {
    return mark(
        account,
        keyId,
        when,
        "UPDATE account_key SET superseded = :at WHERE account = :account AND key_id = :id"
            + " AND superseded IS NULL AND revoked IS NULL");
  }

  @Override
  public boolean revoke(Address.Emsg account, String keyId, Instant when) {
    return mark(
        account,
        keyId,
        when,
        "UPDATE account_key SET revoked = :at WHERE account = :account AND key_id = :id"
            + " AND revoked IS NULL");
  }

  private boolean mark(Address.Emsg account, String keyId, Instant when, String sql) {
    boolean marked =
        database.write(transaction ->
            transaction
                    .jdbi()
                    .createUpdate(sql)
                    .bind("at", when.toEpochMilli())
                    .bind("account", account.text())
                    .bind("id", keyId)
                    .execute()
                == 1);
    keys.invalidate(account);
    return marked;
  }

  private boolean look(Address.Emsg account) {
    return database.read(
        transaction -> JdbiMailboxes.number(transaction.jdbi(), account).isPresent());
  }

  private List<AccountKey> load(Address.Emsg account) {
    return database.read(transaction -> stored(transaction.jdbi(), account));
  }

  private static List<AccountKey> stored(Handle jdbi, Address.Emsg account) {
    return jdbi.createQuery(
            "SELECT key_id, algorithm, public_key, added, superseded, revoked FROM account_key"
                + " WHERE account = :account ORDER BY added, key_id")
        .bind("account", account.text())
        .map((row, _) ->
            new AccountKey(
                row.getString(1),
                row.getString(2),
                Bytes.wrap(row.getBytes(3)),
                Instant.ofEpochMilli(row.getLong(4)),
                time(row, 5),
                time(row, 6)))
        .list();
  }

  private static Optional<Instant> time(ResultSet row, int column) throws SQLException {
    long millis = row.getLong(column);
    return row.wasNull() ? Optional.empty() : Optional.of(Instant.ofEpochMilli(millis));
  }

  private static Address.Emsg account(String text) {
    int sign = text.lastIndexOf('#');
    return new Address.Emsg(text.substring(0, sign), text.substring(sign + 1));
  }
}
