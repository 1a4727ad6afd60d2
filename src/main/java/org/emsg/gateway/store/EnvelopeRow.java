package org.emsg.gateway.store;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.function.Function;
import org.emsg.gateway.model.Envelope;
import org.emsg.gateway.model.Reason;
import org.emsg.gateway.store.EnvelopeCodec.Decoded;

/// The envelopes that somebody waits for.
final class EnvelopeRow {
  private static final String READ = "SELECT content FROM envelope WHERE id = ?";
  private static final String LESS = "UPDATE envelope SET refs = refs - 1 WHERE id = ?";
  private static final String DELETE = "DELETE FROM envelope WHERE id = ? AND refs <= 0";

  static final Reason DAMAGED =
      Reason.of(Reason.Kind.INTERNAL, "The stored message cannot be read.");
  static final Reason NEWER =
      Reason.of(Reason.Kind.INTERNAL, "The message waits for a gateway of a newer version.");

  /// How long a row is left to newer nodes before this one looks at it again.
  static final Duration LEFT_TO_NEWER = Duration.ofMinutes(2);

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

  /// What `message` makes of an envelope and of a row's own columns.
  static <T> Reading<T> read(Transaction transaction, long id, Function<Envelope, T> message)
      throws SQLException {
    try {
      return switch (read(transaction, id)) {
        case Decoded.Whole(Envelope envelope) -> new Reading.Whole<>(message.apply(envelope));
        case Decoded.Newer _ -> new Reading.Newer<>();
        case Decoded.Unreadable(String why) -> new Reading.Damaged<>(why);
      };
    } catch (UnknownLabel _) {
      return new Reading.Newer<>();
    } catch (IllegalArgumentException e) {
      return new Reading.Damaged<>("a row that cannot be read: " + e.getMessage());
    }
  }

  /// What reading a row and its envelope gave.
  sealed interface Reading<T> {
    record Whole<T>(T message) implements Reading<T> {}

    /// Somewhere in it is something that only another version knows: the row is left to it.
    record Newer<T>() implements Reading<T> {}

    /// `why` repeats nothing of the content.
    record Damaged<T>(String why) implements Reading<T> {}
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
