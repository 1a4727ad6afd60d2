package org.emsg.gateway.interop;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.emsg.gateway.interop.XmppUser.Stanza;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/// What the stories rely on in an XMPP server, told with no gateway in between.
@RealPeers
@TestInstance(Lifecycle.PER_CLASS)
abstract class XmppServerContract {

  private static final String FACE = "emsg.a.test";
  private static final Pattern STREAM_ID = Pattern.compile("<stream:stream[^>]* id=['\"]([^'\"]+)");

  private XmppServerPeer server;

  abstract XmppServerPeer startServer(String host, List<String> users, List<String> components);

  @BeforeAll
  void start() {
    server = startServer("xmpp.test", List.of("dave", "dora"), List.of(FACE));
  }

  @AfterAll
  void stop() {
    server.close();
  }

  @Test
  void carriesAChatBetweenTwoOfItsUsersWithThreadAndReceipt() {
    try (XmppUser dave = server.connect("dave");
        XmppUser dora = server.connect("dora")) {
      String asked = dave.chatAskingForReceipt(dora.jid(), "are you there?");
      Stanza question = dora.awaitMessage("are you there?");
      assertThat(question.from()).startsWith(dave.jid());
      assertThat(question.id()).isEqualTo(asked);
      assertThat(question.asksForReceipt()).isTrue();
      assertThat(dave.awaitReceiptOf(asked).from()).startsWith(dora.jid());

      dora.chatInThread(dave.jid(), "I am", "t1");
      assertThat(dave.awaitMessage().thread()).isEqualTo("t1");
    }
  }

  @Test
  void answersForAnUnknownUserWithAnError() {
    try (XmppUser dave = server.connect("dave")) {
      dave.chat("nobody@" + server.host(), "hello?");
      assertThat(dave.awaitError().error().orElseThrow().condition())
          .isEqualTo("service-unavailable");
    }
  }

  @Test
  void saysWhatItIs() {
    try (XmppUser dave = server.connect("dave")) {
      assertThat(dave.disco(server.host()).identities()).contains("server/im");
      dave.ping(server.host());
    }
  }

  @Test
  void carriesWhatAComponentSendsAndComesBackAfterAPowerCut() throws IOException {
    exchangeWithAComponent("before");
    server.kill();
    server.revive();
    exchangeWithAComponent("after");
  }

  private void exchangeWithAComponent(String word) throws IOException {
    try (XmppUser dave = server.connect("dave");
        Socket component =
            new Socket(server.components().getAddress(), server.components().getPort())) {
      component.setSoTimeout(10_000);
      send(
          component,
          "<stream:stream xmlns='jabber:component:accept'"
              + " xmlns:stream='http://etherx.jabber.org/streams' to='%s'>".formatted(FACE));
      Matcher stream = STREAM_ID.matcher(readUntil(component, "'>|\">"));
      assertThat(stream.find()).isTrue();
      send(
          component,
          "<handshake>%s</handshake>".formatted(sha1(stream.group(1) + XmppServerPeer.SECRET)));
      assertThat(readUntil(component, "<handshake[^>]*/>|</handshake>|error"))
          .doesNotContain("error");

      send(
          component,
          "<message from='alice@%s' to='%s' type='chat'><body>%s</body></message>"
              .formatted(FACE, dave.jid(), word));
      assertThat(dave.awaitMessage(word).from()).isEqualTo("alice@" + FACE);
      dave.chat("alice@" + FACE, word + " to you too");
      assertThat(readUntil(component, "</message>")).contains(word + " to you too");
    }
  }

  private static void send(Socket to, String xml) throws IOException {
    to.getOutputStream().write(xml.getBytes(UTF_8));
    to.getOutputStream().flush();
  }

  private static String readUntil(Socket from, String end) throws IOException {
    Pattern wanted = Pattern.compile(end);
    StringBuilder read = new StringBuilder();
    InputStream in = from.getInputStream();
    while (!wanted.matcher(read).find()) {
      int next = in.read();
      assertThat(next).as("after %s", read).isNotNegative();
      read.append((char) next);
    }
    return read.toString();
  }

  private static String sha1(String text) {
    try {
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("SHA-1").digest(text.getBytes(UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}
