package org.emsg.gateway.store;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.ConversationId;
import org.emsg.gateway.model.Envelope;
import org.emsg.gateway.model.MessageId;
import org.emsg.gateway.model.Network;

/// What a transaction adds to the id map, written in the order of the keys.
final class IdRows {
  private static final String INSERT_ID =
      "INSERT INTO id_map (key, id, at) VALUES (?, ?, ?) ON CONFLICT (key) DO NOTHING";
  private static final String INSERT_SENT =
      "INSERT INTO sent (key, trace, conversation, sender, recipient, verified, at)"
          + " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO NOTHING";

  private final List<IdRow> ids = new ArrayList<>();
  private final List<SentRow> sent = new ArrayList<>();

  /// Both are one message, in both directions. Nothing where they are the same by themselves.
  void same(
      ConversationId conversation, Network one, MessageId id, Network other, MessageId otherId) {
    if (one != other || !id.equals(otherId)) {
      points(conversation, one, id, other, otherId);
      points(conversation, other, otherId, one, id);
    }
  }

  /// `id` on `from` is `toId` on `to`.
  void points(ConversationId conversation, Network from, MessageId id, Network to, MessageId toId) {
    ids.add(new IdRow(Sums.idMap(conversation, from, id, to), toId));
  }

  /// The envelope goes to `recipient` as `nativeId`.
  void sent(
      Envelope envelope,
      ConversationId conversation,
      Network network,
      MessageId nativeId,
      Address recipient) {
    sent.add(new SentRow(Sums.sent(network, nativeId), envelope, conversation, recipient));
  }

  void write(Transaction transaction) throws SQLException {
    if (!ids.isEmpty()) {
      ids.sort((a, b) -> Arrays.compareUnsigned(a.key, b.key));
      PreparedStatement insert = transaction.prepare(INSERT_ID);
      for (IdRow row : ids) {
        insert.setBytes(1, row.key);
        insert.setString(2, row.id.value());
        insert.setLong(3, transaction.now());
        insert.addBatch();
      }
      insert.executeBatch();
    }
    if (!sent.isEmpty()) {
      sent.sort((a, b) -> Arrays.compareUnsigned(a.key, b.key));
      PreparedStatement insert = transaction.prepare(INSERT_SENT);
      for (SentRow row : sent) {
        insert.setBytes(1, row.key);
        insert.setString(2, row.envelope.trace().value());
        insert.setString(3, row.conversation.value());
        insert.setString(4, StoredText.of(row.envelope.sender()));
        insert.setString(5, StoredText.of(row.recipient));
        insert.setLong(6, row.envelope.provenance().verified() ? 1 : 0);
        insert.setLong(7, transaction.now());
        insert.addBatch();
      }
      insert.executeBatch();
    }
  }

  // Never compared, only sorted by key.
  private static final class IdRow {
    private final byte[] key;
    private final MessageId id;

    IdRow(byte[] key, MessageId id) {
      this.key = key;
      this.id = id;
    }
  }

  private static final class SentRow {
    private final byte[] key;
    private final Envelope envelope;
    private final ConversationId conversation;
    private final Address recipient;

    SentRow(byte[] key, Envelope envelope, ConversationId conversation, Address recipient) {
      this.key = key;
      this.envelope = envelope;
      this.conversation = conversation;
      this.recipient = recipient;
    }
  }
}
