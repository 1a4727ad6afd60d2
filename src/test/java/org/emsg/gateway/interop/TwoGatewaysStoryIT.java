package org.emsg.gateway.interop;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import org.emsg.gateway.emsg.EsmpClient.Received;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Alice and Bob, each at a gateway of their own, which find each other by the DNS.
@RealPeers
class TwoGatewaysStoryIT {

  @TempDir Path folder;

  @Test
  void aliceAndBobTalkThoughTheFirstServerInTheDnsIsDead() {
    GatewaySetup a = GatewaySetup.of(folder.resolve("a"), "a.test");
    GatewaySetup b = GatewaySetup.of(folder.resolve("b"), "b.test");
    a.trusts(b).mayConnectTo("127.0.0.0/8");
    b.trusts(a).mayConnectTo("127.0.0.0/8");
    for (GatewaySetup each : new GatewaySetup[] {a, b}) {
      DnsPeer.shared()
          .zone(
              each.home(),
              "_emsg-server._tcp SRV 10 0 %d dead".formatted(GatewaySetup.freePort()),
              "_emsg-server._tcp SRV 20 0 %d live".formatted(each.esmp().getPort()),
              "dead A 127.0.0.1",
              "live A 127.0.0.1");
    }
    try (GatewayProcess atA = a.start();
        GatewayProcess atB = b.start();
        EmsgUser alice = EmsgUser.join(atA, "alice");
        EmsgUser bob = EmsgUser.join(atB, "bob")) {
      ObjectNode question = alice.draft("bob#b.test", "Tea, Bob?");
      assertThat(alice.send(question).code()).isEqualTo(202);
      Received asked = bob.awaitMessage("Tea, Bob?");
      assertThat(asked.sender()).isEqualTo("alice#a.test");
      assertThat(asked.json().has("bridge")).isFalse();
      assertThat(asked.json().path("signatures")).isEqualTo(question.path("signatures"));

      assertThat(bob.reply(asked, "At five, Alice.").code()).isEqualTo(202);
      Received answered = alice.awaitMessage("At five, Alice.");
      assertThat(answered.sender()).isEqualTo("bob#b.test");
      assertThat(answered.json().path("reply_to").asText())
          .isEqualTo(question.path("message_id").asText());

      ObjectNode hello = alice.draft("nobody#b.test", "Is anybody there?");
      assertThat(alice.send(hello).code()).isEqualTo(202);
      assertThat(alice.awaitBounceOf(hello).path("code").asInt()).isEqualTo(404);
    }
  }
}
