package org.emsg.gateway.emsg;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.stream.LongStream;
import org.emsg.gateway.fixtures.FakeHome;
import org.emsg.gateway.fixtures.World;
import org.emsg.gateway.home.MailboxEntry;
import org.emsg.gateway.model.Bytes;
import org.emsg.gateway.model.TraceId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// How a mailbox gets to a device that reads, reads slowly, or not at all.
class MailboxFeedTest {
  private static final int MAX_PENDING = 10_000;
  private static final int ENTRY_BYTES = 130;

  private final FakeHome home = new FakeHome();
  private final EmbeddedChannel channel = new EmbeddedChannel();
  private final Queue<Runnable> store = new ArrayDeque<>();
  private final LineChannel line = new LineChannel(channel, this::drained);
  private final MailboxFeed feed = new MailboxFeed(World.ANNA, home, line, MAX_PENDING, store::add);

  private void drained() {
    feed.drained();
  }

  @Test
  void whatWasStoredComesFirstAndThenWhatArrives() {
    for (int i = 0; i < 250; i++) {
      store();
    }
    feed.start(0);
    settle();
    feed.arrived(store());
    settle();
    assertThat(cursors()).containsExactlyElementsOf(upTo(251));
  }

  @Test
  void whatArrivesWhileThePastIsReadComesOnceAndInItsPlace() {
    for (int i = 0; i < 120; i++) {
      store();
    }
    feed.start(0);
    feed.arrived(store());
    settle();
    feed.arrived(store());
    settle();
    assertThat(cursors()).containsExactlyElementsOf(upTo(122));
  }

  @Test
  void aDeviceThatDoesNotReadCostsWhatMayWaitForItAndMissesNothing() {
    feed.start(0);
    settle();
    setReading(false);
    long most = 0;
    for (int i = 0; i < 20_000; i++) {
      feed.arrived(store());
      settle();
      most = Math.max(most, line.pending());
    }
    assertThat(most).isBetween(1L, (long) MAX_PENDING + ENTRY_BYTES);
    assertThat(cursors()).isEmpty();
    setReading(true);
    settle();
    assertThat(cursors()).containsExactlyElementsOf(upTo(20_000));
  }

  @Test
  void aDeviceThatStartsAnewElsewhereGetsItsEntriesFromThere() {
    for (int i = 0; i < 10; i++) {
      store();
    }
    feed.start(0);
    feed.start(7);
    settle();
    assertThat(cursors()).containsExactly(8L, 9L, 10L);
  }

  @Test
  @Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void whatIsGoneIsNotWaitedFor() {
    feed.start(0);
    settle();
    for (int i = 0; i < 10; i++) {
      feed.arrived(store());
    }
    settle();
    home.purge(World.ANNA, 10);
    feed.start(0);
    settle();
    feed.arrived(store());
    settle();
    assertThat(cursors()).containsExactlyElementsOf(upTo(11));
  }

  @Test
  void aStoppedFeedSaysNothing() {
    feed.start(0);
    settle();
    feed.stop();
    feed.arrived(store());
    settle();
    assertThat(cursors()).isEmpty();
  }

  private MailboxEntry store() {
    return home.deliver(
        World.ANNA,
        new TraceId("00000000000000000000"),
        Bytes.utf8("{\"body\":\"" + "x".repeat(90) + "\"}"));
  }

  private void setReading(boolean reading) {
    channel.unsafe().outboundBuffer().setUserDefinedWritability(1, reading);
    if (reading) {
      line.writable();
    }
  }

  private void settle() {
    do {
      Runnable task = store.poll();
      if (task != null) {
        task.run();
      }
      channel.runPendingTasks();
    } while (!store.isEmpty());
  }

  private static List<Long> upTo(long last) {
    return LongStream.rangeClosed(1, last).boxed().toList();
  }

  private List<Long> cursors() {
    StringBuilder text = new StringBuilder();
    for (ByteBuf chunk = channel.readOutbound(); chunk != null; chunk = channel.readOutbound()) {
      text.append(chunk.toString(StandardCharsets.UTF_8));
      chunk.release();
    }
    List<Long> cursors = new ArrayList<>();
    text.toString()
        .lines()
        .forEach(received ->
            cursors.add(
                Long.parseLong(
                    received.substring(received.lastIndexOf(':') + 1, received.length() - 1))));
    return cursors;
  }
}
