package org.emsg.gateway.store;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import org.emsg.gateway.gateway.PlannedEnvelope.Learned;
import org.emsg.gateway.gateway.Preferences;
import org.emsg.gateway.model.Network;
import org.jdbi.v3.core.statement.SqlStatement;

/// Networks of correspondents, with what was asked kept in memory for a few seconds. A change made
/// through this node is seen at once.
final class JdbiPreferences implements Preferences {
  private static final Duration STALE = Duration.ofSeconds(3);
  private static final int CACHED = 100_000;

  private final Database database;
  private final LoadingCache<Contact, Standing> standings;

  JdbiPreferences(Database database) {
    this.database = database;
    this.standings =
        Caffeine.newBuilder().maximumSize(CACHED).expireAfterWrite(STALE).build(this::load);
  }

  @Override
  public Standing standing(Contact contact) {
    return standings.get(contact);
  }

  @Override
  public void choose(Contact contact, Optional<Network> network) {
    database.write(transaction ->
        named(
                transaction
                    .jdbi()
                    .createUpdate(
                        "INSERT INTO preference (account, local, domain, chosen)"
                            + " VALUES (:account, :local, :domain, :chosen)"
                            + " ON CONFLICT (account, domain, local)"
                            + " DO UPDATE SET chosen = excluded.chosen"),
                contact)
            .bind("chosen", network.map(Network::label))
            .execute());
    standings.invalidate(contact);
  }

  /// A transaction that taught this was committed.
  void forget(Learned learned) {
    standings.invalidate(learned.contact());
  }

  /// A transaction changed where this one runs.
  void forget(Contact contact) {
    standings.invalidate(contact);
  }

  private Standing load(Contact contact) {
    return database.read(transaction ->
        named(
                transaction
                    .jdbi()
                    .createQuery(
                        "SELECT chosen, running, footing FROM preference"
                            + " WHERE account = :account AND domain = :domain"
                            + " AND local = :local"),
                contact)
            .map((row, _) -> standing(row))
            .findOne()
            .orElse(Standing.NONE));
  }

  private static Standing standing(ResultSet row) throws SQLException {
    Optional<Network> running = Optional.ofNullable(row.getString(2)).flatMap(StoredText::known);
    Optional<Footing> footing = Optional.ofNullable(row.getString(3)).map(Footing::valueOf);
    return new Standing(
        Optional.ofNullable(row.getString(1)).flatMap(StoredText::known),
        running.flatMap(network -> footing.map(it -> new Running(network, it))));
  }

  private static <S extends SqlStatement<S>> S named(S statement, Contact contact) {
    return statement
        .bind("account", contact.account().text())
        .bind("local", contact.local())
        .bind("domain", contact.domain());
  }
}
