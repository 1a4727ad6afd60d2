package org.emsg.gateway.store;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.emsg.gateway.gateway.IntakeStore.Arrival;
import org.emsg.gateway.gateway.PlannedEnvelope.Delivery;
import org.emsg.gateway.home.MailboxEntry;
import org.emsg.gateway.model.Reason;
import org.emsg.gateway.model.TraceId;

/// The mailbox entries of a batch. An account's counter row is locked from here to the end of the
/// transaction, accounts in the order of their names, so that cursors become visible in order.
final class MailboxRows {
  private static final String ADVANCE =
      "UPDATE account SET head = head + ? WHERE address = ? RETURNING id, head";
  private static final String INSERT =
      "INSERT INTO mailbox_entry (account, cursor, trace, line, at) VALUES (?, ?, ?, ?, ?)";

  private final List<Item> items = new ArrayList<>();

  /// Takes one up; what it becomes is added to `arrivals`.
  void add(TraceId trace, Delivery.ToMailbox delivery, List<Arrival> arrivals) {
    items.add(new Item(delivery.account().text(), trace, delivery, arrivals));
  }

  /// Writes them all. An account that does not exist makes the batch fail as `Unstorable`.
  void write(Transaction transaction) throws SQLException {
    if (items.isEmpty()) {
      return;
    }
    items.sort(Comparator.comparing(Item::address));
    PreparedStatement insert = transaction.prepare(INSERT);
    long now = transaction.now();
    int from = 0;
    while (from < items.size()) {
      int to = from + 1;
      while (to < items.size() && items.get(to).address.equals(items.get(from).address)) {
        to++;
      }
      Counter counter = advance(transaction, items.get(from).address, to - from);
      for (int i = from; i < to; i++) {
        Item item = items.get(i);
        long cursor = counter.first + (i - from);
        insert.setLong(1, counter.account);
        insert.setLong(2, cursor);
        insert.setString(3, item.trace.value());
        insert.setBytes(4, item.delivery.line().view());
        insert.setLong(5, now);
        insert.addBatch();
        item.arrivals.add(
            new Arrival(
                item.delivery.account(),
                new MailboxEntry(cursor, item.trace, item.delivery.line())));
      }
      from = to;
    }
    insert.executeBatch();
  }

  /// Moves the account's counter on.
  private static Counter advance(Transaction transaction, String address, int count)
      throws SQLException {
    PreparedStatement advance = transaction.prepare(ADVANCE);
    advance.setLong(1, count);
    advance.setString(2, address);
    try (ResultSet row = advance.executeQuery()) {
      if (!row.next()) {
        throw new Unstorable(Reason.of(Reason.Kind.NO_SUCH_USER, "There is no such account here."));
      }
      return new Counter(row.getLong(1), row.getLong(2) - count + 1);
    }
  }

  /// @param first the cursor of the first new entry
  private record Counter(long account, long first) {}

  private record Item(
      String address, TraceId trace, Delivery.ToMailbox delivery, List<Arrival> arrivals) {}
}
