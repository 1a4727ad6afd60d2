package org.emsg.gateway.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.emsg.gateway.interop.XmppUser.Stanza;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A server is away, and people go on writing to it.
@RealPeers
class BacklogStoryIT {

  private static final int WRITERS = 10;
  private static final int EACH = 1_000;

  @TempDir Path folder;

  @Test
  void tenThousandMessagesWaitForADeadServerInASmallHeap() {
    try (XmppServerPeer server =
            new ProsodyPeer("xmpp.test", List.of("dave"), GatewaySetup.facesInXmpp("a.test"));
        GatewayProcess gateway =
            GatewaySetup.of(folder, "a.test")
                .joins(server)
                .heap("256m")
                .set("outbox.retries.first", "500 ms")
                .set("outbox.retries.longest", "2 s")
                .start()
                .awaitHealthy()) {
      server.kill();
      List<TirelessWriter> writers = new ArrayList<>();
      for (int i = 0; i < WRITERS; i++) {
        EmsgUser user = EmsgUser.join(gateway, "writer" + i);
        writers.add(new TirelessWriter(user, "dave#xmpp.test", "w" + i, EACH));
      }
      writers.forEach(writer -> writer.allow(EACH));
      assertThat(writers).allSatisfy(writer -> assertThat(writer.awaitEnd()).isZero());
      assertThat(gateway.waiting()).isEqualTo(WRITERS * EACH);

      server.revive();
      List<String> heard = new ArrayList<>();
      try (XmppUser dave = server.connect("dave")) {
        await("the backlog to be drained")
            .atMost(Duration.ofMinutes(4))
            .pollInterval(Duration.ofSeconds(1))
            .until(() -> {
              assertThat(gateway.isAlive()).isTrue();
              dave.takeMessages().stream().map(Stanza::body).forEach(heard::add);
              return new LinkedHashSet<>(heard).size() == WRITERS * EACH;
            });
      }
      Set<String> first = new LinkedHashSet<>(heard);
      for (TirelessWriter writer : writers) {
        assertThat(first.stream().filter(writer.texts()::contains))
            .containsExactlyElementsOf(writer.texts());
      }
      await("the outbox to be empty").until(() -> gateway.waiting() == 0);
    }
  }
}
