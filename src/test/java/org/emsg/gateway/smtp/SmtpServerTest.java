package org.emsg.gateway.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.emsg.gateway.crypto.Macs;
import org.emsg.gateway.fixtures.FakeDns;
import org.emsg.gateway.fixtures.World;
import org.emsg.gateway.gateway.IntakeResult;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Bytes;
import org.emsg.gateway.model.Envelope;
import org.emsg.gateway.model.Event;
import org.emsg.gateway.model.MessageId;
import org.emsg.gateway.model.Reason;
import org.emsg.gateway.model.Verdict;
import org.emsg.gateway.net.PeerCheck;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a client hears from the listener, whatever it says.
class SmtpServerTest {
  private static final Address.Smtp ALICE = new Address.Smtp("alice", "a.test", "alice");

  @TempDir Path directory;

  private final FakeDns dns = new FakeDns();
  private MailSite site;
  private Dialogue client;

  @BeforeEach
  void start() throws IOException {
    restart(Map.of());
  }

  private void restart(Map<String, Object> settings) throws IOException {
    stop();
    site = new MailSite(directory, dns, World.MAPPING, config -> MailSite.with(config, settings));
    client = Dialogue.with(site.address());
    assertThat(client.hear()).isEqualTo("220 a.test ESMTP");
  }

  @AfterEach
  void stop() throws IOException {
    if (client != null) {
      client.close();
      site.close();
    }
  }

  private void begin() throws IOException {
    client.say("EHLO mx.mail.test");
  }

  private void envelope() throws IOException {
    begin();
    assertThat(client.say("MAIL FROM:<erin@mail.test>")).startsWith("250 2.1.0");
    assertThat(client.say("RCPT TO:<alice@a.test>")).startsWith("250 2.1.5");
  }

  private String send(String mail) throws IOException {
    envelope();
    assertThat(client.say("DATA")).startsWith("354");
    return client.say(mail + "\r\n.");
  }

  private static String mail(String text) {
    return Mails.plain("Erin <erin@mail.test>", "alice@a.test", "Lunch", text);
  }

  @Test
  void announcesWhatItCan() throws IOException {
    assertThat(client.say("EHLO mx.mail.test"))
        .isEqualTo(
            """
            250-a.test
            250-PIPELINING
            250-SIZE 26214400
            250-STARTTLS
            250-ENHANCEDSTATUSCODES
            250-8BITMIME
            250 SMTPUTF8\
            """);
  }

  @Test
  void takesAMessageAndNamesItsTrace() throws IOException {
    assertThat(send(mail("Hello"))).matches("250 2\\.0\\.0 taken as [0-9a-v]{20}");

    Envelope got = site.intake.only();
    assertThat(got.sender()).isEqualTo(World.ERIN);
    assertThat(got.displayName()).hasValue("Erin");
    assertThat(got.recipients()).containsExactly(ALICE);
    assertThat(((Event.Posted) got.event()).body().text()).isEqualTo("Hello");
    assertThat(client.say("QUIT")).startsWith("221");
    assertThat(client.isOver()).isTrue();
  }

  @Test
  void isNoOpenRelay() throws IOException {
    begin();
    client.say("MAIL FROM:<erin@mail.test>");

    assertThat(client.say("RCPT TO:<victim@elsewhere.test>"))
        .isEqualTo("550 5.7.1 relaying denied");
    assertThat(client.say("RCPT TO:<\"victim@elsewhere.test\"@mail.test>")).startsWith("550 5.7.1");
    assertThat(client.say("RCPT TO:<@a.test:victim@elsewhere.test>")).startsWith("550 5.7.1");
    assertThat(client.say("RCPT TO:<victim%elsewhere.test@mail.test>")).startsWith("550 5.7.1");
    assertThat(client.say("DATA")).startsWith("554 5.5.1");
  }

  @Test
  void refusesWhomTheGatewayDoesNotKnow() throws IOException {
    site.admitting((sender, recipient) ->
        recipient.local().equals("alice")
            ? Verdict.allow()
            : Verdict.refuse(Reason.Kind.NO_SUCH_USER, "There is nobody of that name."));
    begin();
    client.say("MAIL FROM:<erin@mail.test>");

    assertThat(client.say("RCPT TO:<nobody@a.test>"))
        .isEqualTo("550 5.1.1 There is nobody of that name.");
    assertThat(client.say("RCPT TO:<alice@a.test>")).startsWith("250");
  }

  @Test
  void leavesUnverifiedSendersToTheMessage() throws IOException {
    site.admitting(
        (sender, recipient) -> Verdict.refuse(Reason.Kind.UNVERIFIED_SENDER, "Not from there."));
    site.intake.willAnswer(
        new IntakeResult.Refused(Reason.of(Reason.Kind.UNVERIFIED_SENDER, "Not from there.")));

    assertThat(send(mail("x"))).isEqualTo("550 5.7.26 Not from there.");
  }

  @Test
  void nobodyElseSendsFromOurDomains() throws IOException {
    begin();
    assertThat(client.say("MAIL FROM:<alice@a.test>")).startsWith("550 5.7.1");
    assertThat(client.say("MAIL FROM:<dave__xmpp.test@xmpp.a.test>")).startsWith("550 5.7.1");

    client.say("MAIL FROM:<erin@mail.test>");
    client.say("RCPT TO:<alice@a.test>");
    client.say("DATA");
    assertThat(
            client.say(
                Mails.plain("dave__xmpp.test@xmpp.a.test", "alice@a.test", "x", "forged")
                    + "\r\n."))
        .startsWith("550 5.7.1");
    assertThat(site.intake.envelopes()).isEmpty();
  }

  @Test
  void reportsCountOnlyAtOurEnvelopeSenders() throws IOException {
    begin();
    client.say("MAIL FROM:<>");

    assertThat(client.say("RCPT TO:<b+abcdefghijklmnopqrstuvwxyz.abcdefghijklmnop@a.test>"))
        .startsWith("550 5.1.1");
  }

  @Test
  void whoAsksWithTheNullSenderHearsWhoIsThereAndCanSendNothing() throws IOException {
    site.admitting((sender, recipient) ->
        switch (recipient.local()) {
          case "alice" -> Verdict.allow();
          case "dave__xmpp.test" -> Verdict.refuse(Reason.Kind.NOT_ALLOWED, "No transit.");
          default -> Verdict.refuse(Reason.Kind.NO_SUCH_USER, "There is nobody of that name.");
        });
    begin();
    for (String there : List.of("alice@a.test", "dave__xmpp.test@xmpp.a.test")) {
      client.say("MAIL FROM:<>");
      assertThat(client.say("RCPT TO:<" + there + ">")).startsWith("250 2.1.5");
      assertThat(client.say("DATA")).startsWith("550 5.7.1 reports go to");
      client.say("RSET");
    }
    client.say("MAIL FROM:<>");
    assertThat(client.say("RCPT TO:<nobody@a.test>")).startsWith("550 5.1.1");
    assertThat(client.say("RCPT TO:<victim@elsewhere.test>")).startsWith("550 5.7.1");
    client.say("RSET");
    assertThat(send(mail("after that"))).startsWith("250 2.0.0");
  }

  @Test
  void theNullSenderReachesAPostmaster() throws IOException {
    restart(Map.of("postmaster", "alice#a.test"));
    for (String postmaster : List.of("postmaster", "Postmaster@a.test")) {
      begin();
      assertThat(client.say("MAIL FROM:<>")).startsWith("250");
      assertThat(client.say("RCPT TO:<" + postmaster + ">")).startsWith("250 2.1.5");
      assertThat(client.say("DATA")).startsWith("354");
      assertThat(client.say(mail("to " + postmaster) + "\r\n.")).startsWith("250 2.0.0");
    }
    assertThat(site.intake.envelopes())
        .hasSize(2)
        .allSatisfy(got -> assertThat(got.recipients()).containsExactly(ALICE));
  }

  @Test
  void twoReportsAreTwoTransactions() throws IOException {
    EnvelopeSenders ours = new EnvelopeSenders(new Macs(Bytes.wrap(new byte[32])));
    begin();
    client.say("MAIL FROM:<>");

    assertThat(client.say("RCPT TO:<" + ours.make(new MessageId("aaaa@a.test")) + ">"))
        .startsWith("250 2.1.5");
    assertThat(client.say("RCPT TO:<" + ours.make(new MessageId("bbbb@a.test")) + ">"))
        .startsWith("452 4.5.3");
    assertThat(client.say("RCPT TO:<alice@a.test>")).startsWith("452 4.5.3");
    assertThat(client.say("DATA")).startsWith("354");
    assertThat(client.say(Mails.report("erin@mail.test", "5.1.1") + "\r\n."))
        .startsWith("250 2.0.0");
  }

  @Test
  void holdsToTheOrderOfCommands() throws IOException {
    assertThat(client.say("MAIL FROM:<erin@mail.test>")).startsWith("503 5.5.1");
    begin();
    assertThat(client.say("RCPT TO:<alice@a.test>")).startsWith("503 5.5.1");
    assertThat(client.say("DATA")).startsWith("503 5.5.1");
    client.say("MAIL FROM:<erin@mail.test>");
    assertThat(client.say("MAIL FROM:<erin@mail.test>")).startsWith("503 5.5.1");
    assertThat(client.say("RSET")).startsWith("250");
    assertThat(client.say("MAIL FROM:<erin@mail.test>")).startsWith("250");
    assertThat(client.say("NOOP")).startsWith("250");
    assertThat(client.say("VRFY alice")).startsWith("252");
    assertThat(client.say("HELP")).startsWith("502");
    assertThat(client.say("GET / HTTP/1.1")).startsWith("500 5.5.2");
  }

  @Test
  void answersPipelinedCommandsInOrderAndTogether() throws IOException {
    begin();
    client.raw(
        "MAIL FROM:<erin@mail.test>\r\nRCPT TO:<alice@a.test>\r\nRCPT TO:<x@else.test>\r\nDATA\r\n");

    assertThat(client.hear()).startsWith("250 2.1.0");
    assertThat(client.hear()).startsWith("250 2.1.5");
    assertThat(client.hear()).startsWith("550 5.7.1");
    assertThat(client.hear()).startsWith("354");
    client.raw(mail("one") + "\r\n.\r\nMAIL FROM:<erin@mail.test>\r\nRSET\r\n");
    assertThat(client.hear()).startsWith("250 2.0.0");
    assertThat(client.hear()).startsWith("250 2.1.0");
    assertThat(client.hear()).startsWith("250 2.0.0");
  }

  @Test
  void nothingCanBeSmuggledBehindABareNewline() throws IOException {
    for (String end : List.of("\n.\n", "\n.\r\n", "\r.\r", "\r.\r\n", "\n\n.\r\n", "\r\n.\n")) {
      restart(Map.of());
      envelope();
      client.say("DATA");
      client.raw(
          mail("first")
              + end
              + "MAIL FROM:<root@mail.test>\r\nRCPT TO:<alice@a.test>\r\nDATA\r\n"
              + mail("smuggled")
              + "\r\n.\r\n");

      assertThat(client.hear()).startsWith("550 5.6.0");
      assertThat(client.isOver()).isTrue();
      assertThat(site.intake.envelopes()).isEmpty();
    }
  }

  @Test
  void aCommandEndsInCrLfToo() throws IOException {
    client.raw("EHLO mx.mail.test\n");
    assertThat(client.hear()).startsWith("500 5.5.2");
    assertThat(client.isOver()).isTrue();
  }

  @Test
  void whatFollowsStartTlsInPlainTextIsNotObeyed() throws IOException {
    begin();
    client.raw("STARTTLS\r\nMAIL FROM:<erin@mail.test>\r\n");

    assertThat(client.hear()).startsWith("554 5.5.1");
    assertThat(client.isOver()).isTrue();
  }

  @Test
  void encryptsAndForgetsWhatWasSaidBefore() throws IOException {
    begin();
    client.say("MAIL FROM:<erin@mail.test>");
    assertThat(client.say("STARTTLS")).startsWith("220");
    client.encrypt(site.tls.client(PeerCheck.opportunistic()));

    assertThat(client.say("RCPT TO:<alice@a.test>")).startsWith("503");
    assertThat(client.say("EHLO mx.mail.test")).doesNotContain("STARTTLS");
    assertThat(client.say("STARTTLS")).startsWith("503");
    assertThat(send(mail("secret"))).startsWith("250");
    assertThat(site.intake.only().provenance().checks())
        .anyMatch(check -> check.name().equals("tls") && check.result().equals("pass"));
  }

  @Test
  void takesNothingInPlainTextWhereTlsIsRequired() throws IOException {
    restart(Map.of("tls", SmtpConfig.Tls.REQUIRE));
    begin();
    assertThat(client.say("MAIL FROM:<erin@mail.test>")).startsWith("530 5.7.0");
  }

  @Test
  void aMessageIsNoLargerThanAnnounced() throws IOException {
    restart(Map.of("maxMessage", 65_536));
    begin();
    assertThat(client.say("MAIL FROM:<erin@mail.test> SIZE=70000")).startsWith("552 5.3.4");
    assertThat(client.say("MAIL FROM:<erin@mail.test> SIZE=99999999999999")).startsWith("552");

    assertThat(send(mail("x".repeat(70) + "\r\n").repeat(1_000))).startsWith("552 5.3.4");
    assertThat(send(mail("small"))).startsWith("250 2.0.0");
    assertThat(site.intake.envelopes()).hasSize(1);
  }

  @Test
  void memoryForMessagesIsBounded() throws IOException {
    restart(Map.of("maxMessage", 65_536, "memory", 131_072L));
    List<Dialogue> slow = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      Dialogue other = Dialogue.with(site.address());
      other.hear();
      other.say("EHLO x.test");
      other.say("MAIL FROM:<erin@mail.test>");
      other.say("RCPT TO:<alice@a.test>");
      other.say("DATA");
      other.raw(("y".repeat(76) + "\r\n").repeat(800));
      slow.add(other);
    }
    Awaitility.await()
        .untilAsserted(() -> {
          assertThat(send(mail("z".repeat(76) + "\r\n").repeat(100))).startsWith("452 4.3.1");
        });
    for (Dialogue other : slow) {
      other.close();
    }
    Awaitility.await().untilAsserted(() -> assertThat(send(mail("now"))).startsWith("250"));
  }

  @Test
  void recipientsOfAMessageAreBounded() throws IOException {
    restart(Map.of("maxRecipients", 3));
    envelope();
    client.say("RCPT TO:<anna@a.test>");
    client.say("RCPT TO:<amy@a.test>");

    assertThat(client.say("RCPT TO:<abe@a.test>")).startsWith("452 4.5.3");
    client.say("DATA");
    assertThat(client.say(mail("to three") + "\r\n.")).startsWith("250");
    assertThat(site.intake.only().recipients()).hasSize(3);
  }

  @Test
  void aClientThatErrsTooOftenIsSentAway() throws IOException {
    restart(Map.of("maxErrors", 3));
    assertThat(client.say("X")).startsWith("500");
    assertThat(client.say("Y")).startsWith("500");
    assertThat(client.say("Z")).startsWith("500");
    assertThat(client.hear()).startsWith("421 4.7.0");
    assertThat(client.isOver()).isTrue();
  }

  @Test
  void aSilentClientIsSentAway() throws IOException {
    restart(Map.of("commandTimeout", Duration.ofMillis(300)));
    assertThat(client.hear()).startsWith("421 4.4.2");
    assertThat(client.isOver()).isTrue();
  }

  @Test
  void aClientThatSendsAByteNowAndThenGainsNothing() throws Exception {
    restart(Map.of("commandTimeout", Duration.ofMillis(600)));
    Thread dripping =
        Thread.ofVirtual()
            .start(() -> {
              try {
                for (int i = 0; i < 100; i++) {
                  client.raw("N");
                  java.util.concurrent.locks.LockSupport.parkNanos(50_000_000);
                }
              } catch (IOException closed) {
                // as it should be
              }
            });

    assertThat(client.hear()).startsWith("421 4.4.2");
    dripping.interrupt();
  }

  @Test
  void connectionsFromOneAddressAreBounded() throws IOException {
    restart(Map.of("maxConnectionsPerAddress", 2));
    try (Dialogue second = Dialogue.with(site.address())) {
      assertThat(second.hear()).startsWith("220");
      try (Dialogue third = Dialogue.with(site.address())) {
        assertThat(third.hear()).startsWith("421 4.7.0");
      }
    }
    client.close();
    Awaitility.await()
        .untilAsserted(() -> {
          try (Dialogue again = Dialogue.with(site.address())) {
            assertThat(again.hear()).startsWith("220");
          }
        });
  }

  @Test
  void overlongAndIllEncodedLinesEndTheConnection() throws IOException {
    assertThat(client.say("NOOP " + "x".repeat(5_000))).startsWith("500 5.5.2");
    assertThat(client.isOver()).isTrue();

    try (Socket socket = new Socket(site.address().getAddress(), site.address().getPort())) {
      socket.getOutputStream().write(new byte[] {'N', 'O', 'O', 'P', ' ', (byte) 0xFF, '\r', '\n'});
      String heard = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      assertThat(heard).contains("500 5.5.2 the line is not UTF-8");
    }
  }

  @Test
  void internationalAddressesNeedTheirExtension() throws IOException {
    begin();
    assertThat(client.say("MAIL FROM:<käthe@mail.test>")).startsWith("553 5.6.7");
    assertThat(client.say("MAIL FROM:<kaethe@mail.test>")).startsWith("250");
    assertThat(client.say("RCPT TO:<käthe@a.test>")).startsWith("553 5.6.7");
    client.say("RSET");
    assertThat(client.say("MAIL FROM:<käthe@mail.test> SMTPUTF8")).startsWith("250");
    assertThat(client.say("RCPT TO:<käthe@a.test>")).doesNotStartWith("553 5.6.7");
    client.say("RSET");
    client.say("MAIL FROM:<käthe@mail.test> SMTPUTF8");
    client.say("RCPT TO:<alice@a.test>");
    client.say("DATA");
    assertThat(client.say(Mails.plain("käthe@mail.test", "alice@a.test", "ü", "ö") + "\r\n."))
        .startsWith("250");
    assertThat(site.intake.only().sender())
        .isEqualTo(new Address.Smtp("käthe", "mail.test", "käthe"));
  }

  @Test
  void aFaultInsideIsATemporaryFailure() throws IOException {
    site.intake.willAnswer(
        java.util.concurrent.CompletableFuture.completedFuture(
            new IntakeResult.Deferred(
                Reason.of(Reason.Kind.UNAVAILABLE, "The store is busy."),
                java.util.Optional.empty())));

    assertThat(send(mail("x"))).isEqualTo("451 4.3.2 The store is busy.");
    assertThat(send(mail("x"))).startsWith("250");
  }

  @Test
  void aSenderThatCannotBeCheckedNowComesAgain() throws IOException {
    dns.failing("_dmarc.mail.test");

    assertThat(send(mail("x"))).startsWith("451 4.7.26");
  }

  @Test
  void aLoopEnds() throws IOException {
    String hop = Mails.crlf("Received: from x by y; Sun, 22 Nov 2026 11:00:00 +0000\n");
    assertThat(send(hop.repeat(60) + mail("x"))).startsWith("554 5.4.6");
    begin();
    client.say("MAIL FROM:<erin@mail.test>");
    assertThat(client.say("RCPT TO:<dave__xmpp.test@xmpp.a.test>")).startsWith("250");
    client.say("DATA");
    assertThat(client.say(Mails.crlf("X-EMSG-Via: b.test, a.test\n") + mail("x") + "\r\n."))
        .startsWith("554 5.4.6");
    assertThat(site.intake.envelopes()).isEmpty();
  }

  @Test
  void whatWeBridgedToAListReachesOurOwnUsers() throws IOException {
    assertThat(send(Mails.crlf("X-EMSG-Via: b.test, a.test\n") + mail("x"))).startsWith("250");
    assertThat(site.intake.only().provenance().via()).containsExactly("b.test");
  }

  @Test
  void whatOneOfUsWroteToAListIsTheListsAndUnverified() throws IOException {
    String post =
        Mails.crlf("List-Post: <mailto:Tea@list.test?x>\n")
            + Mails.plain("Anna <anna@a.test>", "tea@list.test", "Tea", "Who comes?");
    dns.txt("list.test", "v=spf1 ip4:127.0.0.1 -all");
    begin();
    client.say("MAIL FROM:<tea-bounces@list.test>");
    client.say("RCPT TO:<alice@a.test>");
    client.say("DATA");
    assertThat(client.say(post + "\r\n.")).startsWith("250");

    Envelope got = site.intake.only();
    assertThat(got.sender()).isEqualTo(new Address.Smtp("tea", "list.test", "Tea"));
    assertThat(got.displayName()).hasValue("Anna via tea");
    assertThat(got.provenance().verified()).isFalse();
  }

  @Test
  void noListSpeaksForUsOrForADomainThatForbidsIt() throws IOException {
    dns.txt("_dmarc.bank.test", "v=DMARC1; p=reject");
    for (String post :
        List.of(
            "List-Post: <mailto:tea@a.test>\n",
            "List-Post: <mailto:tea@list.test>\nList-Post: <mailto:tea@list.test>\n",
            "List-Post: NO\n",
            "List-Post: <mailto:boss@bank.test>\n",
            "List-Id: <tea.list.test>\n")) {
      assertThat(send(Mails.crlf(post) + Mails.plain("anna@a.test", "alice@a.test", "x", "x")))
          .as(post)
          .startsWith("550 5.7.");
    }
    assertThat(site.intake.envelopes()).isEmpty();
  }
}
