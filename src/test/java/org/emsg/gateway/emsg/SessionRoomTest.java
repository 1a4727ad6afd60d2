package org.emsg.gateway.emsg;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.emsg.gateway.fixtures.World;
import org.emsg.gateway.model.Address;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What one connection may have in memory, whoever is at its other end.
class SessionRoomTest {
  private static final Address.Emsg BLACKHOLE = new Address.Emsg("x", "blackhole.test");

  @TempDir Path keys;
  private SessionScene scene;

  @BeforeEach
  void open() {
    scene = new SessionScene(keys);
  }

  @Test
  void aStrangerWhoseKeysDoNotComeFillsOneLineAndNoMore() {
    SessionScene.Peer stranger = scene.connect();
    stranger.say(SessionScene.chat(BLACKHOLE, 10));
    assertThat(scene.asked).hasSize(1);
    String large = SessionScene.chat(BLACKHOLE, SessionScene.MAX_LINE - 1000);
    int taken = 0;
    while (taken < 100 && stranger.send(large)) {
      taken++;
    }
    assertThat(taken).isLessThanOrEqualTo(2);
    assertThat(stranger.isOpen()).isTrue();
  }

  @Test
  void whatWaitedIsWorkedOffAndReadingGoesOn() {
    SessionScene.Peer stranger = scene.connect();
    stranger.say(SessionScene.chat(BLACKHOLE, 10));
    while (stranger.send(SessionScene.chat(BLACKHOLE, 10))) {
      // Until it reads no more.
    }
    while (!scene.asked.isEmpty()) {
      scene.asked.removeFirst().complete(new KeysFound.Published(List.of()));
      scene.settle(stranger.channel);
      while (!scene.unanswered.isEmpty()) {
        scene.answerOne();
      }
      scene.settle(stranger.channel);
    }
    assertThat(stranger.isRead()).isTrue();
    assertThat(scene.strangers.left()).isEqualTo(4L * SessionScene.MAX_LINE);
  }

  @Test
  void allStrangersTogetherGetTheirShareAndDevicesKeepTheirs() {
    String begun = "{\"type\":\"chat\",\"body\":\"" + "x".repeat(SessionScene.MAX_LINE - 1000);
    byte[] bytes = begun.getBytes(StandardCharsets.UTF_8);
    List<SessionScene.Peer> strangers = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      SessionScene.Peer stranger = scene.connect();
      stranger.send(bytes);
      strangers.add(stranger);
    }
    assertThat(strangers.stream().filter(SessionScene.Peer::isOpen).count()).isBetween(4L, 6L);
    assertThat(strangers.getLast().heard().getLast().path("code").intValue()).isEqualTo(503);
    SessionScene.Peer small = scene.connect();
    assertThat(small.ask("{\"type\":\"ping\"}").path("type").textValue()).isEqualTo("pong");
    SessionScene.Peer alice = scene.device(World.ALICE, scene.register(World.ALICE));
    alice.send(bytes);
    assertThat(alice.isOpen()).isTrue();
    strangers.forEach(stranger -> stranger.connection.close());
    assertThat(scene.strangers.left()).isEqualTo(4L * SessionScene.MAX_LINE);
  }

  @Test
  void aLineInPiecesIsReadWhole() {
    SessionScene.Peer stranger = scene.connect();
    String line = SessionScene.chat(BLACKHOLE, SessionScene.MAX_LINE - 1000) + '\n';
    for (int i = 0; i < line.length(); i += 1000) {
      byte[] piece =
          line.substring(i, Math.min(line.length(), i + 1000)).getBytes(StandardCharsets.UTF_8);
      assertThat(stranger.send(piece)).isTrue();
    }
    scene.settle(stranger.channel);
    assertThat(scene.asked).hasSize(1);
  }

  @Test
  void noMoreMessagesAreUnderWayThanMayBe() {
    SessionScene.Peer alice = scene.device(World.ALICE, scene.register(World.ALICE));
    String ten = (SessionScene.chat(World.ALICE, 10) + '\n').repeat(10);
    alice.send(ten.getBytes(StandardCharsets.UTF_8));
    scene.settle(alice.channel);
    assertThat(scene.unanswered).hasSize(4);
    assertThat(alice.isRead()).isFalse();
    for (int i = 0; i < 10; i++) {
      scene.answerOne();
      scene.settle(alice.channel);
      assertThat(scene.unanswered).hasSizeLessThanOrEqualTo(4);
    }
    assertThat(scene.submitted).hasSize(10);
    assertThat(alice.isRead()).isTrue();
    assertThat(alice.heard().stream().filter(line -> line.path("code").intValue() == 200).count())
        .isEqualTo(10 + 2);
  }

  @Test
  void aDeviceThatAsksForPagesAndDoesNotReadThemGetsFew() {
    for (int i = 0; i < 40; i++) {
      scene.deliver(World.ALICE, "x".repeat(1000));
    }
    SessionScene.Peer alice = scene.device(World.ALICE, scene.register(World.ALICE));
    alice.heard();
    alice.setTaking(false);
    String sync = "{\"type\":\"sync\",\"since\":0,\"limit\":10}\n";
    alice.send(sync.repeat(200).getBytes(StandardCharsets.UTF_8));
    scene.settle(alice.channel);
    assertThat(alice.connection.pending()).isBetween(10_000L, 40_000L);
    assertThat(alice.isRead()).isFalse();
    alice.setTaking(true);
    List<JsonNode> heard = alice.heard();
    assertThat(heard.stream().filter(line -> line.has("messages")).count()).isEqualTo(200);
    assertThat(alice.isRead()).isTrue();
  }

  @Test
  void whoeverIsFartherAwayHasToSpeakTls() {
    SessionScene.Peer far = scene.connect("192.0.2.1");
    assertThat(far.ask("{\"type\":\"hello\",\"version\":\"0.2.0\"}").path("code").intValue())
        .isEqualTo(426);
    assertThat(far.isOpen()).isFalse();
  }
}
