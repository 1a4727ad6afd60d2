package org.emsg.gateway.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;
import org.emsg.gateway.emsg.EsmpClient.Received;
import org.emsg.gateway.interop.XmppUser.Stanza;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Power cuts, twenty of them, while 2,000 messages are written on each of the three networks: of
/// the gateway, and of its peers. What was answered with success arrives, on EMSG once, and in the
/// order in which it was written.
///
/// `-Demsg.seed=N` repeats a run's moments.
@RealPeers
@TestInstance(Lifecycle.PER_CLASS)
class KillStoryIT {

  private static final Logger LOG = LoggerFactory.getLogger(KillStoryIT.class);
  private static final int KILLS = 20;
  private static final int MESSAGES = 2_000;
  private static final int INBOUND = 500;
  private static final Duration DRAINED = Duration.ofMinutes(6);

  @TempDir Path folder;

  private final long seed = Long.getLong("emsg.seed", System.nanoTime());
  private final RandomGenerator random = new Random(seed);
  private XmppServerPeer server;
  private MailPeer site;

  @BeforeEach
  void startPeers() {
    LOG.info("seed {}", seed);
    server = new ProsodyPeer("xmpp.test", List.of("dave"), GatewaySetup.facesInXmpp("a.test"));
    site = new MailPeer("mail.test", "erin");
    DnsPeer.shared().zone("mail.test", site.records());
  }

  @AfterEach
  void stopPeers() {
    server.close();
    site.close();
  }

  /// An installation that tries again soon: the patience that the Internet needs would only make
  /// the test long.
  private GatewaySetup setup(String name) {
    return GatewaySetup.of(folder.resolve(name), "a.test")
        .joins(server)
        .exchangesMailWith(site)
        .set("outbox.retries.first", "500 ms")
        .set("outbox.retries.longest", "2 s")
        .set("outbox.lease", "5 s");
  }

  @Test
  void theGatewayDiesTwentyTimes() {
    try (GatewayProcess gateway = setup("dying").start().awaitHealthy();
        EmsgUser alice = EmsgUser.join(gateway, "alice");
        EmsgUser anna = EmsgUser.join(gateway, "anna");
        EmsgUser amy = EmsgUser.join(gateway, "amy");
        EmsgUser ada = EmsgUser.join(gateway, "ada");
        XmppUser dave = server.connect("dave")) {
      gateway.publishRecords();
      TirelessWriter toAlice = new TirelessWriter(anna, "alice#a.test", "anna", MESSAGES);
      TirelessWriter toDave = new TirelessWriter(amy, "dave#xmpp.test", "amy", MESSAGES - INBOUND);
      TirelessWriter toErin = new TirelessWriter(ada, "erin#mail.test", "ada", MESSAGES - INBOUND);
      for (int kill = 0; kill < KILLS; kill++) {
        allow(kill, MESSAGES, toAlice);
        allow(kill, MESSAGES - INBOUND, toDave, toErin);
        int first = kill * INBOUND / KILLS + 1;
        int last = (kill + 1) * INBOUND / KILLS;
        for (int i = first; i <= last; i++) {
          dave.chat("alice@emsg.a.test", "dave-" + i);
        }
        site.submit("erin@mail.test", "alice@a.test", "erin", first, last);
        pauseUpTo(Duration.ofMillis(500));
        gateway.restart();
      }
      gateway.awaitHealthy();
      int repeated = toAlice.awaitEnd() + toDave.awaitEnd() + toErin.awaitEnd();
      LOG.info("all is accepted; {} messages were sent more than once", repeated);

      alice.connect();
      await("all mail for alice")
          .atMost(DRAINED)
          .untilAsserted(
              () -> assertThat(textsOf(alice, "erin")).hasSize(INBOUND).doesNotHaveDuplicates());
      assertThat(textsOf(alice, "anna")).isEqualTo(toAlice.texts());
      List<String> fromDave = textsOf(alice, "dave");
      assertThat(fromDave).doesNotHaveDuplicates();
      assertThat(fromDave).isSubsetOf(TirelessWriter.series("dave", INBOUND));
      assertThat(numbers(fromDave)).isSorted();
      LOG.info("{} of dave's {} stanzas met a gateway that lived", fromDave.size(), INBOUND);

      awaitAtDave(dave, new ArrayList<>(), toDave.texts());
      awaitAtErin(toErin.texts());
      assertThat(alice.received()).extracting(Received::cursor).doesNotHaveDuplicates();
    }
  }

  /// dave is away until the end: what his server took is then on its disk, so that whatever a ping
  /// confirmed has to reach him. (What a server has only begun to tell a client who is there is
  /// lost with the server, whoever sent it.)
  @Test
  void itsPeersDieTwentyTimes() {
    GatewaySetup other = GatewaySetup.of(folder.resolve("peer"), "b.test");
    GatewaySetup ours = setup("ours").mayConnectTo("127.0.0.0/8").trusts(other);
    other.mayConnectTo("127.0.0.0/8").trusts(ours);
    try (GatewayProcess gateway = ours.start().awaitHealthy();
        GatewayProcess peer = other.start();
        EmsgUser bob = EmsgUser.join(peer, "bob");
        EmsgUser anna = EmsgUser.join(gateway, "anna");
        EmsgUser amy = EmsgUser.join(gateway, "amy");
        EmsgUser ada = EmsgUser.join(gateway, "ada")) {
      gateway.publishRecords(esmpAt(ours));
      peer.publishRecords(esmpAt(other));
      TirelessWriter toBob = new TirelessWriter(anna, "bob#b.test", "anna", MESSAGES);
      TirelessWriter toDave = new TirelessWriter(amy, "dave#xmpp.test", "amy", MESSAGES);
      TirelessWriter toErin = new TirelessWriter(ada, "erin#mail.test", "ada", MESSAGES);
      for (int kill = 0; kill < KILLS; kill++) {
        allow(kill, MESSAGES, toBob, toDave, toErin);
        pauseUpTo(Duration.ofMillis(500));
        switch (random.nextInt(3)) {
          case 0 -> peer.restart();
          case 1 -> {
            site.kill();
            site.revive();
            // A container may come back at another address.
            DnsPeer.shared().zone("mail.test", site.records());
          }
          default -> {
            server.kill();
            server.revive();
          }
        }
      }
      toBob.awaitEnd();
      toDave.awaitEnd();
      toErin.awaitEnd();
      bob.connect();
      await("all that was written to bob")
          .atMost(DRAINED)
          .untilAsserted(() -> assertThat(textsOf(bob, "anna")).hasSize(MESSAGES));
      assertThat(textsOf(bob, "anna")).isEqualTo(toBob.texts());
      await("the outbox to be empty").atMost(DRAINED).until(() -> gateway.waiting() == 0);
      try (XmppUser dave = server.connect("dave")) {
        awaitAtDave(dave, new ArrayList<>(), toDave.texts());
      }
      awaitAtErin(toErin.texts());
    }
  }

  private static String esmpAt(GatewaySetup setup) {
    return "_emsg-server._tcp SRV 0 0 %d gw".formatted(setup.esmp().getPort());
  }

  /// Lets the writers write their next share, once what they had before is accepted: each cut then
  /// falls into their writing, and what it leaves undone is delivered beside it.
  private static void allow(int round, int messages, TirelessWriter... writers) {
    for (TirelessWriter writer : writers) {
      writer.awaitAnswered(round * messages / KILLS);
    }
    for (TirelessWriter writer : writers) {
      writer.allow(messages / KILLS);
    }
  }

  /// Each at least once, first seen in order: XMPP has no memory for ids, so a message that was on
  /// its way when the power was cut may come twice.
  private static void awaitAtDave(XmppUser dave, List<String> heard, List<String> wanted) {
    await("all that was written to dave")
        .atMost(DRAINED)
        .pollInterval(Duration.ofMillis(300))
        .untilAsserted(() -> {
          dave.takeMessages().stream().map(Stanza::body).forEach(heard::add);
          Set<String> first = new HashSet<>(heard);
          assertThat(wanted.stream().filter(text -> !first.contains(text))).isEmpty();
        });
    assertThat(new LinkedHashSet<>(heard)).containsExactlyElementsOf(wanted);
    LOG.info("dave heard {} things twice", heard.size() - wanted.size());
  }

  /// Each at least once, and handed over to Postfix in order.
  private void awaitAtErin(List<String> wanted) {
    await("all that was written to erin")
        .atMost(DRAINED)
        .pollInterval(Duration.ofSeconds(1))
        .until(() -> site.mailbox("erin").idsByText().keySet().containsAll(wanted));
    var ids = site.mailbox("erin").idsByText();
    List<String> accepted = site.acceptedIds();
    assertThat(wanted.stream().map(ids::get).map(accepted::indexOf)).isSorted().doesNotContain(-1);
    LOG.info("postfix took {} messages for erin's {}", accepted.size(), wanted.size());
  }

  private static List<String> textsOf(EmsgUser reader, String writer) {
    return reader.messages().stream()
        .map(Received::body)
        .map(String::strip)
        .map(text -> text.substring(text.lastIndexOf('\n') + 1))
        .filter(text -> text.startsWith(writer + "-"))
        .toList();
  }

  private static List<Integer> numbers(List<String> texts) {
    return texts.stream()
        .map(text -> Integer.valueOf(text.substring(text.indexOf('-') + 1)))
        .toList();
  }

  private void pauseUpTo(Duration most) {
    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextLong(most.toMillis())));
  }
}
