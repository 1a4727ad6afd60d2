package org.emsg.gateway.emsg;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Instant;
import org.emsg.gateway.crypto.Ed25519;
import org.emsg.gateway.fixtures.World;
import org.emsg.gateway.home.AccountKey;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a session learns from the store alone.
class StoreWatchTest {
  private static final String SYNC = "{\"type\":\"sync\",\"since\":0}";

  @TempDir Path keys;
  private SessionScene scene;
  private Ed25519.SigningKey key;

  @BeforeEach
  void open() {
    scene = new SessionScene(keys);
    key = scene.register(World.ALICE);
  }

  @Test
  void entriesThatAnotherNodeWroteArePushed() {
    scene.home.share();
    SessionScene.Peer alice = scene.device(World.ALICE, key);
    alice.say(SYNC);
    scene.deliver(World.ALICE, "from the other node");
    scene.look();
    assertThat(alice.heard().getLast().path("body").textValue()).isEqualTo("from the other node");
    scene.deliver(World.ALICE, "again");
    scene.look();
    scene.look();
    assertThat(alice.heard())
        .filteredOn(line -> line.has("body"))
        .extracting(line -> line.path("cursor").intValue())
        .containsExactly(1, 2);
  }

  @Test
  void aRevokedKeyEndsTheSessionsThatProvedIt() {
    SessionScene.Peer phone = scene.device(World.ALICE, key);
    phone.say(SYNC);
    Ed25519.SigningKey other = scene.register(World.ALICE);
    SessionScene.Peer laptop = scene.device(World.ALICE, other);
    laptop.say(SYNC);
    scene.home.revoke(World.ALICE, AccountKey.idOf(key.publicKey()), Instant.EPOCH);
    scene.look();
    assertThat(phone.heard().getLast().path("code").intValue()).isEqualTo(401);
    assertThat(phone.isOpen()).isFalse();
    laptop.heard();
    assertThat(laptop.isOpen()).isTrue();
    assertThat(scene.live.size()).isEqualTo(1);
  }

  @Test
  void aDeviceThatHasNotAskedForItsMailboxIsSentNothing() {
    scene.home.share();
    SessionScene.Peer alice = scene.device(World.ALICE, key);
    scene.deliver(World.ALICE, "early");
    scene.look();
    assertThat(alice.heard()).noneMatch(line -> line.has("body"));
    JsonNode page = alice.ask(SYNC);
    assertThat(page.path("messages")).hasSize(1);
  }
}
