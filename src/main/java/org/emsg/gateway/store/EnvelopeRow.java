package org.emsg.gateway.store;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.emsg.gateway.store.EnvelopeCodec.Decoded;

/// The envelopes that somebody waits for.
final class EnvelopeRow {
  private static final String READ = "SELECT content FROM envelope WHERE id = ?";
  private static final String LESS = "UPDATE envelope SET refs = refs - 1 WHERE id = ?";
  private static final String DELETE = "DELETE FROM envelope WHERE id = ? AND refs <= 0";

  private EnvelopeRow() {}

  static Decoded read(Transaction transaction, long id) throws SQLException {
    PreparedStatement read = transaction.prepare(READ);
    read.setLong(1, id);
    try (ResultSet row = read.executeQuery()) {
      return row.next()
          ? EnvelopeCodec.decode(row.getBytes(1))
          : new Decoded.Unreadable("an envelope that is not there");
    }
  }

  /// One row refers to it no more; with the last one it goes.
  static void release(Transaction transaction, long id) throws SQLException {
    PreparedStatement less = transaction.prepare(LESS);
    less.setLong(1, id);
    less.executeUpdate();
    PreparedStatement delete = transaction.prepare(DELETE);
    delete.setLong(1, id);
    delete.executeUpdate();
  }
}
