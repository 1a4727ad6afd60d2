package org.emsg.gateway.store;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import org.emsg.gateway.model.Reason;

/// Lines that a transaction adds to traces.
final class TraceRows {
  static final int MAX_LINE = 500;
  static final String INSERT = "INSERT INTO trace_line (trace, at, step, line) VALUES (?, ?, ?, ?)";

  private TraceRows() {}

  static void add(Transaction transaction, String trace, String step, String line)
      throws SQLException {
    PreparedStatement insert = transaction.prepare(INSERT);
    insert.setString(1, trace);
    insert.setLong(2, transaction.now());
    insert.setString(3, step);
    insert.setString(4, fit(line));
    insert.executeUpdate();
  }

  /// One line of bounded length.
  static String fit(String line) {
    String cut = line.length() <= MAX_LINE ? line : line.substring(0, MAX_LINE) + "…";
    return StoredText.oneLine(cut);
  }

  static String of(Reason reason) {
    return reason.status().map(status -> status + ' ').orElse("")
        + reason.text()
        + " ("
        + reason.kind()
        + ')';
  }
}
