package org.emsg.gateway.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;
import java.util.function.LongUnaryOperator;
import org.jdbi.v3.core.Handle;

/// One transaction on one connection, on one thread.
final class Transaction {
  private final Handle handle;
  private final Dialect dialect;
  private final Map<String, PreparedStatement> statements;
  private final LongUnaryOperator clock;
  private long now = -1;

  /// @param statements those already prepared on this connection; more are added
  /// @param clock applied to the database's time: tests let days pass with it
  Transaction(
      Handle handle,
      Dialect dialect,
      Map<String, PreparedStatement> statements,
      LongUnaryOperator clock) {
    this.handle = handle;
    this.dialect = dialect;
    this.statements = statements;
    this.clock = clock;
  }

  /// For everything that is not hot.
  Handle jdbi() {
    return handle;
  }

  Dialect dialect() {
    return dialect;
  }

  /// A statement that is prepared once a connection, or once a transaction where the driver itself
  /// remembers; not to be closed. Every use sets all of its parameters.
  PreparedStatement prepare(String sql) throws SQLException {
    PreparedStatement known = statements.get(sql);
    if (known == null) {
      Connection connection = handle.getConnection();
      known = connection.prepareStatement(sql);
      statements.put(sql, known);
    }
    return known;
  }

  /// Database time in milliseconds since 1970, read once a transaction.
  long now() throws SQLException {
    if (now < 0) {
      try (ResultSet row = prepare(dialect.now()).executeQuery()) {
        row.next();
        now = clock.applyAsLong(row.getLong(1));
      }
    }
    return now;
  }
}
