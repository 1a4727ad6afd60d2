package org.emsg.gateway.emsg;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.emsg.gateway.fixtures.World;
import org.emsg.gateway.model.Address;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// How long a connection may go on with what it does.
class SessionTimeTest {
  private static final Address.Emsg CARL = new Address.Emsg("carl", "c.test");
  private static final String PONG = "{\"type\":\"pong\"}";

  @TempDir Path keys;
  private SessionScene scene;

  @BeforeEach
  void open() {
    scene = new SessionScene(keys);
  }

  @Test
  void aClientThatSaidHelloHasToProveItself() {
    SessionScene.Peer client = scene.connect();
    client.ask("{\"type\":\"hello\",\"version\":\"0.2.0\"}");
    client.wait(Duration.ofSeconds(20));
    assertThat(client.isOpen()).isTrue();
    client.say("{\"type\":\"ping\"}");
    client.wait(Duration.ofSeconds(11));
    assertThat(client.isOpen()).isFalse();
    assertThat(scene.proven).isEmpty();
  }

  @Test
  void aDeviceThatProvedItselfStaysAndIsHalfOpenNoMore() {
    SessionScene.Peer alice = scene.device(World.ALICE, scene.register(World.ALICE));
    assertThat(scene.proven).containsExactly(alice.connection);
    alice.wait(Duration.ofSeconds(59));
    assertThat(alice.isOpen()).isTrue();
  }

  @Test
  void aServerThatOnlyAnswersPingsDoesNotStay() {
    SessionScene.Peer stranger = stranger();
    stranger.wait(Duration.ofSeconds(61));
    assertThat(stranger.heard().getLast().path("type").textValue()).isEqualTo("ping");
    stranger.say(PONG);
    stranger.wait(Duration.ofSeconds(58));
    assertThat(stranger.isOpen()).isTrue();
    stranger.say(PONG);
    stranger.wait(Duration.ofSeconds(2));
    assertThat(stranger.isOpen()).isFalse();
    assertThat(scene.proven).isEmpty();
  }

  @Test
  void whoTakesALongPageSlowlyIsGivenTheTime() {
    for (int i = 0; i < 50; i++) {
      scene.deliver(World.ALICE, "x".repeat(1000));
    }
    SessionScene.Peer alice = scene.device(World.ALICE, scene.register(World.ALICE));
    alice.heard();
    alice.setTaking(false);
    alice.say("{\"type\":\"sync\",\"since\":0}");
    long before = alice.connection.pending();
    for (int i = 0; i < 3; i++) {
      alice.wait(Duration.ofSeconds(59));
      alice.takeSome();
    }
    alice.wait(Duration.ofSeconds(59));
    assertThat(alice.isOpen()).isTrue();
    assertThat(alice.connection.pending()).isBetween(1L, before - 1);
    alice.wait(Duration.ofSeconds(61));
    alice.wait(Duration.ofSeconds(61));
    assertThat(alice.isOpen()).isFalse();
  }

  @Test
  void whoSendsALongLineSlowlyIsGivenTheTime() {
    SessionScene.Peer alice = scene.device(World.ALICE, scene.register(World.ALICE));
    byte[] some = "{\"type\":\"ping\",\"x\":\"".getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < 5; i++) {
      alice.send(i == 0 ? some : new byte[] {'x'});
      alice.wait(Duration.ofSeconds(59));
    }
    assertThat(alice.ask("\"}").path("type").textValue()).isEqualTo("pong");
  }

  @Test
  void aServerThatWaitsForItsAnswerStays() {
    SessionScene.Peer stranger = stranger();
    stranger.say(SessionScene.chat(CARL, 10));
    stranger.wait(Duration.ofMinutes(5));
    assertThat(stranger.isOpen()).isTrue();
    scene.asked.getFirst().complete(new KeysFound.Published(List.of()));
    scene.settle(stranger.channel);
    stranger.wait(Duration.ofMinutes(5));
    assertThat(stranger.isOpen()).isTrue();
    scene.answerOne();
    scene.settle(stranger.channel);
    stranger.wait(Duration.ofMinutes(5));
    assertThat(stranger.isOpen()).isFalse();
  }

  private SessionScene.Peer stranger() {
    SessionScene.Peer stranger = scene.connect();
    stranger.ask(
        "{\"type\":\"hello\",\"version\":\"0.2.0\",\"role\":\"server\",\"from\":\"x.test\"}");
    return stranger;
  }
}
