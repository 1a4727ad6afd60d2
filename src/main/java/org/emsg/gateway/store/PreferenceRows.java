package org.emsg.gateway.store;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.emsg.gateway.gateway.PlannedEnvelope.Learned;
import org.emsg.gateway.gateway.Preferences.Contact;
import org.emsg.gateway.gateway.Preferences.Footing;
import org.emsg.gateway.model.Network;

/// Where conversations run, as far as a transaction learned it. What the user chose is untouched.
final class PreferenceRows {
  private static final String RUN =
      "INSERT INTO preference (account, local, domain, running, footing) VALUES (?, ?, ?, ?, ?)"
          + " ON CONFLICT (account, domain, local)"
          + " DO UPDATE SET running = excluded.running, footing = excluded.footing";

  private static final String CONFIRM =
      "UPDATE preference SET footing = ? WHERE account = ? AND local = ? AND domain = ?"
          + " AND running = ? AND footing = 'TRIED'";
  private static final String LEAVE =
      "UPDATE preference SET running = ?, footing = ? WHERE account = ? AND local = ?"
          + " AND domain = ? AND running = ? AND footing = 'TRIED'"
          + " AND NOT EXISTS (SELECT 1 FROM outbox WHERE conversation = ?)"
          + " AND NOT EXISTS (SELECT 1 FROM failed WHERE conversation = ? AND readable = 1)";

  private PreferenceRows() {}

  static void learn(Transaction transaction, List<Learned> learned) throws SQLException {
    if (learned.isEmpty()) {
      return;
    }
    List<Learned> sorted = new ArrayList<>(learned);
    sorted.sort(Comparator.comparing(one -> one.contact().toString()));
    for (Learned one : sorted) {
      if (one.ifTried()) {
        confirm(transaction, one);
      } else {
        run(transaction, one);
      }
    }
  }

  private static void run(Transaction transaction, Learned one) throws SQLException {
    PreparedStatement run = transaction.prepare(RUN);
    name(run, 1, one.contact());
    run.setString(4, one.running().network().label());
    run.setString(5, one.running().footing().name());
    run.executeUpdate();
  }

  private static void confirm(Transaction transaction, Learned one) throws SQLException {
    PreparedStatement confirm = transaction.prepare(CONFIRM);
    confirm.setString(1, one.running().footing().name());
    name(confirm, 2, one.contact());
    confirm.setString(5, one.running().network().label());
    confirm.executeUpdate();
  }

  /// What was tried on `network` in `conversation` failed: where nothing else of it waits, it is
  /// tried on `next`, or runs nowhere. False where that changed nothing.
  static boolean leave(
      Transaction transaction,
      Contact contact,
      String network,
      String conversation,
      Optional<Network> next)
      throws SQLException {
    PreparedStatement leave = transaction.prepare(LEAVE);
    leave.setString(1, next.map(Network::label).orElse(null));
    leave.setString(2, next.map(_ -> Footing.TRIED.name()).orElse(null));
    name(leave, 3, contact);
    leave.setString(6, network);
    leave.setString(7, conversation);
    leave.setString(8, conversation);
    return leave.executeUpdate() == 1;
  }

  private static void name(PreparedStatement statement, int from, Contact contact)
      throws SQLException {
    statement.setString(from, contact.account().text());
    statement.setString(from + 1, contact.local());
    statement.setString(from + 2, contact.domain());
  }
}
