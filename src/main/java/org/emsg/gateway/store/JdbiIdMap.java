package org.emsg.gateway.store;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import org.emsg.gateway.gateway.IdMap;
import org.emsg.gateway.model.ConversationId;
import org.emsg.gateway.model.MessageId;
import org.emsg.gateway.model.Network;
import org.emsg.gateway.model.TraceId;

/// The id map, found by sums of what it is asked for.
final class JdbiIdMap implements IdMap {
  private static final String FIND = "SELECT id FROM id_map WHERE key = ?";
  private static final String FIND_SENT =
      "SELECT trace, conversation, sender, recipient, verified FROM sent WHERE key = ?";

  private final Database database;

  JdbiIdMap(Database database) {
    this.database = database;
  }

  /// On one and the same network a message that nothing else is known of has the id that it has.
  @Override
  public Optional<MessageId> translate(
      ConversationId conversation, Network from, MessageId id, Network to) {
    byte[] key = Sums.idMap(conversation, from, id, to);
    return database
        .read(transaction -> find(transaction, key))
        .or(() -> from == to ? Optional.of(id) : Optional.empty());
  }

  static Optional<MessageId> find(Transaction transaction, byte[] key) throws SQLException {
    PreparedStatement find = transaction.prepare(FIND);
    find.setBytes(1, key);
    try (ResultSet row = find.executeQuery()) {
      return row.next() ? Optional.of(new MessageId(row.getString(1))) : Optional.empty();
    }
  }

  @Override
  public Optional<Sent> sent(Network network, MessageId nativeId) {
    return database.read(transaction -> {
      PreparedStatement find = transaction.prepare(FIND_SENT);
      find.setBytes(1, Sums.sent(network, nativeId));
      try (ResultSet row = find.executeQuery()) {
        return row.next()
            ? Optional.of(
                new Sent(
                    new TraceId(row.getString(1)),
                    new ConversationId(row.getString(2)),
                    StoredText.address(row.getString(3)),
                    StoredText.address(row.getString(4)),
                    row.getLong(5) == 1))
            : Optional.empty();
      }
    });
  }
}
