package org.emsg.gateway.store;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.emsg.gateway.gateway.PlannedEnvelope.Learned;
import org.emsg.gateway.gateway.Preferences.Contact;

/// Where conversations run, as far as a transaction learned it. What the user chose is untouched.
final class PreferenceRows {
  static final String RUN =
      "INSERT INTO preference (account, local, domain, running, footing) VALUES (?, ?, ?, ?, ?)"
          + " ON CONFLICT (account, domain, local)"
          + " DO UPDATE SET running = excluded.running, footing = excluded.footing";

  private PreferenceRows() {}

  static void learn(Transaction transaction, List<Learned> learned) throws SQLException {
    if (learned.isEmpty()) {
      return;
    }
    List<Learned> sorted = new ArrayList<>(learned);
    sorted.sort(Comparator.comparing(one -> one.contact().toString()));
    PreparedStatement run = transaction.prepare(RUN);
    for (Learned one : sorted) {
      Contact contact = one.contact();
      run.setString(1, contact.account().text());
      run.setString(2, contact.local());
      run.setString(3, contact.domain());
      run.setString(4, one.running().network().label());
      run.setString(5, one.running().footing().name());
      run.addBatch();
    }
    run.executeBatch();
  }
}
