package org.emsg.gateway.interop;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.List;
import org.emsg.gateway.emsg.EsmpClient.Received;
import org.emsg.gateway.interop.XmppUser.Stanza;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Alice at home, Dave at an XMPP server that is not ours.
@RealPeers
abstract class XmppStory {

  @TempDir Path folder;

  abstract XmppServerPeer startServer(String host, List<String> users, List<String> components);

  @Test
  void aliceAndDaveTalkAcrossTheNetworks() {
    List<String> faces = GatewaySetup.facesInXmpp("a.test");
    try (XmppServerPeer server = startServer("xmpp.test", List.of("dave"), faces);
        GatewayProcess gateway =
            GatewaySetup.of(folder, "a.test").joins(server).start().awaitHealthy();
        EmsgUser alice = EmsgUser.join(gateway, "alice");
        XmppUser dave = server.connect("dave")) {
      daveWritesFirstAndAliceAnswersInHisThread(alice, dave);
      eachLearnsThatTheOtherHasIt(alice, dave);
      aliceHearsThatThereIsNoSuchPerson(alice);
    }
  }

  private static void daveWritesFirstAndAliceAnswersInHisThread(EmsgUser alice, XmppUser dave) {
    String question = dave.chatInThread("alice@emsg.a.test", "Tea, Alice?", "tea-time");
    Received asked = alice.awaitMessage("Tea, Alice?");
    assertThat(asked.sender()).isEqualTo("dave#xmpp.test");
    assertThat(asked.json().at("/bridge/origin").asText()).isEqualTo("xmpp");
    assertThat(asked.json().at("/bridge/verified/xmpp-s2s").asText()).isEqualTo("pass");

    ObjectNode answer = alice.answerTo(asked, "At five, Dave.");
    assertThat(alice.send(answer).code()).isEqualTo(202);
    Stanza answered = dave.awaitMessage("At five, Dave.");
    assertThat(answered.from()).isEqualTo("alice@emsg.a.test");
    assertThat(answered.thread()).isEqualTo("tea-time");
    assertThat(answered.xml()).contains("urn:xmpp:reply:0").contains(question);

    dave.raw(
        """
        <message to='alice@emsg.a.test' type='chat' id='fine'>\
        <body>Fine.</body><thread>tea-time</thread>\
        <reply xmlns='urn:xmpp:reply:0' to='alice@emsg.a.test' id='%s'/></message>\
        """
            .formatted(answered.id()));
    Received fine = alice.awaitMessage("Fine.");
    assertThat(fine.json().path("reply_to").asText()).isEqualTo(answer.path("message_id").asText());
    assertThat(fine.json().path("thread").asText()).isEqualTo(asked.json().path("thread").asText());
  }

  private static void eachLearnsThatTheOtherHasIt(EmsgUser alice, XmppUser dave) {
    String knock = dave.chatAskingForReceipt("alice@emsg.a.test", "Knock, knock.");
    assertThat(alice.confirm(alice.awaitMessage("Knock, knock.")).isSuccess()).isTrue();
    assertThat(dave.awaitReceiptOf(knock).from()).startsWith("alice@emsg.a.test");

    ObjectNode open = alice.draft("dave#xmpp.test", "It is open.");
    assertThat(alice.send(open).code()).isEqualTo(202);
    dave.awaitMessage("It is open.");
    assertThat(alice.awaitDelivered(open).sender()).isEqualTo("dave#xmpp.test");
  }

  /// Both servers answer for a user that they do not have with `service-unavailable`, so that
  /// nobody can find out who their users are (RFC 6121 §8.5.1); for alice it is a final answer.
  private static void aliceHearsThatThereIsNoSuchPerson(EmsgUser alice) {
    ObjectNode hello = alice.draft("nobody#xmpp.test", "Is anybody there?");
    assertThat(alice.send(hello).code()).isEqualTo(202);
    ObjectNode bounced = alice.awaitBounceOf(hello);
    assertThat(bounced.path("status").asText()).isEqualTo("service-unavailable");
    assertThat(bounced.path("code").asInt()).isEqualTo(404);
    assertThat(bounced.path("failed_recipient").asText()).isEqualTo("nobody#xmpp.test");
    assertThat(bounced.path("sender").asText()).isEqualTo("#a.test");
    assertThat(bounced.path("reason").asText()).isNotBlank();
  }
}
