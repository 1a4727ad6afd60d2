package org.emsg.gateway.interop;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import org.emsg.gateway.interop.ClientsPeer.Swaks;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

@RealPeers
@TestInstance(Lifecycle.PER_CLASS)
class MailPeerIT {

  private static final List<String> CUPS = List.of("cup-1", "cup-2", "cup-3");

  private MailPeer site;

  @BeforeAll
  void start() {
    site = new MailPeer("mail.test", "erin", "eve");
    DnsPeer.shared().zone("mail.test", site.records());
  }

  @AfterAll
  void stop() {
    site.close();
  }

  @Test
  void signsWhatItsUsersWriteAndKeepsItForTheirReaders() {
    Swaks written =
        site.write("eve@mail.test", "erin@mail.test", "tea", "at five?", "--header", "X-Cup: 2");
    assertThat(written.accepted()).as(written.transcript()).isTrue();

    Mail tea = site.mailbox("erin").awaitSubject("tea");
    assertThat(tea.text()).isEqualToIgnoringNewLines("at five?");
    assertThat(tea.header("x-cup")).contains("2");
    assertThat(tea.signatures()).as("signatures").isNotEmpty();
    assertThat(tea.isSignedBy("mail.test")).as("%s", tea.signatures()).isTrue();
  }

  @Test
  void keepsWhatALocalProgramSubmitsInOrder() {
    site.submit("eve@mail.test", "erin@mail.test", "cup", 1, 3);
    MailPeer.Mailbox erin = site.mailbox("erin");
    await("three cups").until(() -> erin.idsByText().keySet().containsAll(CUPS));
    assertThat(CUPS.stream().map(erin.idsByText()::get))
        .containsExactly("<cup-1@mx.mail.test>", "<cup-2@mx.mail.test>", "<cup-3@mx.mail.test>");
    assertThat(site.acceptedIds())
        .containsSubsequence("<cup-1@mx.mail.test>", "<cup-2@mx.mail.test>");
  }

  @Test
  void refusesAMailboxThatItDoesNotHave() {
    Swaks refused = site.write("eve@mail.test", "nobody@mail.test", "hello", "?");
    assertThat(refused.accepted()).isFalse();
    assertThat(refused.transcript()).contains("550 5.1.1");
  }

  @Test
  void takesNoMailForElsewhereFromAStranger() {
    Swaks refused =
        ClientsPeer.shared()
            .swaks("--server", site.name(), "--from", "mallory@c.test", "--to", "x@elsewhere.test");
    assertThat(refused.transcript()).contains("554 5.7.1");
  }

  @Test
  void sendsMailForARoutedDomainToTheTestsMachine() throws IOException {
    try (ServerSocket gateway = new ServerSocket(0)) {
      gateway.setSoTimeout(20_000);
      site.route("a.test", gateway.getLocalPort());
      site.write("eve@mail.test", "alice@a.test", "hello", "alice");
      try (Socket delivery = gateway.accept();
          BufferedReader lines =
              new BufferedReader(new InputStreamReader(delivery.getInputStream(), US_ASCII))) {
        delivery.getOutputStream().write("220 a.test ESMTP\r\n".getBytes(US_ASCII));
        assertThat(delivery.getInetAddress()).isEqualTo(site.address());
        assertThat(lines.readLine()).isEqualTo("EHLO mx.mail.test");
      }
      assertThat(site.queued()).isEqualTo(1);
    }
  }
}
