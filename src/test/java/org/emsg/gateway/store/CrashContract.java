package org.emsg.gateway.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.emsg.gateway.fixtures.World.ANNA;
import static org.emsg.gateway.store.Letters.TO_XMPP;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.emsg.gateway.home.MailboxEntry;
import org.junit.jupiter.api.Test;

/// What was acknowledged survives the death of the process in the middle of whatever it does.
interface CrashContract extends StoreContract {
  @Test
  default void aProcessKilledInTheMiddleOfACommitLosesNothingAcknowledged() throws Exception {
    Random random = new Random(4);
    int next = 0;
    int acknowledged = 0;
    for (int round = 0; round < 3; round++) {
      int last = runAndKill(next, 3 + random.nextInt(40));
      assertThat(last).as("batches before the kill").isGreaterThanOrEqualTo(next);
      acknowledged += last - next + 1;
      List<String> bodies = bodies();
      // Whole batches, every one that was acknowledged among them, each message once.
      assertThat(bodies).doesNotHaveDuplicates();
      assertThat(bodies.size() % CrashingWriter.BATCH).isZero();
      for (int i = 0; i < CrashingWriter.BATCH; i++) {
        assertThat(bodies).contains("{\"body\":\"" + CrashingWriter.id(last, i) + "\"}");
      }
      assertThat(bodies.size() / CrashingWriter.BATCH).isGreaterThanOrEqualTo(acknowledged);
      assertThat(store().outbox().waiting(TO_XMPP, 1_000_000)).hasSameSizeAs(bodies);
      // A batch that was committed but not acknowledged has the number after the last one.
      next = last + 2;
    }
  }

  private List<String> bodies() {
    List<String> bodies = new ArrayList<>();
    long since = 0;
    while (true) {
      List<MailboxEntry> page = store().mailboxes().read(ANNA, since, 1_000);
      if (page.isEmpty()) {
        return bodies;
      }
      for (MailboxEntry entry : page) {
        assertThat(entry.cursor()).isEqualTo(++since);
        bodies.add(entry.line().asUtf8());
      }
    }
  }

  /// Kills the writer while it writes, after it acknowledged at least so many batches; the last
  /// batch that it acknowledged.
  private int runAndKill(int first, int batches) throws IOException, InterruptedException {
    StoreConfig config = database().config();
    Process writer =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "--enable-native-access=ALL-UNNAMED",
                "-classpath",
                System.getProperty("java.class.path"),
                CrashingWriter.class.getName(),
                config.url(),
                config.user(),
                config.password(),
                Integer.toString(first))
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    int last = first - 1;
    try (BufferedReader out =
        new BufferedReader(
            new InputStreamReader(writer.getInputStream(), StandardCharsets.UTF_8))) {
      String line = out.readLine();
      while (line != null) {
        if (line.chars().allMatch(Character::isDigit)) {
          last = Integer.parseInt(line);
          if (last >= first + batches) {
            // By its handle: what it said before is still read to the end.
            writer.toHandle().destroyForcibly();
          }
        }
        line = out.readLine();
      }
    } finally {
      writer.destroyForcibly();
      assertThat(writer.waitFor(30, TimeUnit.SECONDS)).isTrue();
    }
    return last;
  }
}
