package org.emsg.gateway.store;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.emsg.gateway.fixtures.World;
import org.emsg.gateway.gateway.IntakeResult;
import org.emsg.gateway.gateway.IntakeStore.Committed;
import org.emsg.gateway.gateway.PlannedEnvelope;

/// A process that stores messages until it is killed, and says the number of each batch after its
/// commit returned. Each message goes to a mailbox and to a lane.
final class CrashingWriter {
  static final int BATCH = 20;

  private CrashingWriter() {}

  /// Runs until it is killed.
  ///
  /// @param args the database's URL, user and password, and the number of the first batch
  public static void main(String[] args) throws IOException {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    try (Store store = Store.open(StoreConfig.at(args[0], args[1], args[2]))) {
      for (int batch = Integer.parseInt(args[3]); ; batch++) {
        for (Committed committed : store.intakes().commit(batch(batch))) {
          if (!(committed.result() instanceof IntakeResult.Accepted)) {
            throw new IOException("not accepted: " + committed.result());
          }
        }
        out.println(batch);
      }
    }
  }

  static String id(int batch, int index) {
    return batch + "-" + index;
  }

  private static List<PlannedEnvelope> batch(int number) {
    List<PlannedEnvelope> batch = new ArrayList<>();
    for (int i = 0; i < BATCH; i++) {
      PlannedEnvelope home = Letters.home(World.ALICE, World.ANNA, id(number, i), id(number, i));
      batch.add(
          new PlannedEnvelope(
              home.envelope(),
              true,
              List.of(
                  home.deliveries().getFirst(),
                  Letters.toLane(home.envelope(), Letters.TO_XMPP, World.DAVE))));
    }
    return batch;
  }
}
