package org.emsg.gateway.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.emsg.gateway.fixtures.World.ALICE;
import static org.emsg.gateway.fixtures.World.ANNA;
import static org.emsg.gateway.fixtures.World.DAVE;
import static org.emsg.gateway.fixtures.World.ERIN;
import static org.emsg.gateway.fixtures.World.NOON;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.awaitility.Awaitility;
import org.emsg.gateway.gateway.Blobs;
import org.emsg.gateway.gateway.IdMap;
import org.emsg.gateway.gateway.PlannedEnvelope;
import org.emsg.gateway.gateway.PlannedEnvelope.Learned;
import org.emsg.gateway.gateway.Preferences.Contact;
import org.emsg.gateway.gateway.Preferences.Footing;
import org.emsg.gateway.gateway.Preferences.Running;
import org.emsg.gateway.gateway.Preferences.Standing;
import org.emsg.gateway.gateway.Trace;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.BlobId;
import org.emsg.gateway.model.Bytes;
import org.emsg.gateway.model.ConversationId;
import org.emsg.gateway.model.Envelope;
import org.emsg.gateway.model.MessageId;
import org.emsg.gateway.model.Network;
import org.emsg.gateway.model.TraceId;
import org.emsg.gateway.outbox.LaneKey;
import org.emsg.gateway.outbox.LaneLease;
import org.emsg.gateway.outbox.OutboundMessage;
import org.emsg.gateway.outbox.Outbox;
import org.emsg.gateway.outbox.OutboxId;
import org.emsg.gateway.outbox.Settlement;
import org.junit.jupiter.api.Test;

/// What is looked up: ids, traces, blobs, preferences, aliases.
interface LookupContract extends StoreContract {
  ConversationId WITH_DAVE = ConversationId.of(ALICE, DAVE);
  Contact CONTACT = new Contact(ALICE, "dave", "xmpp.test");
  Address.Smtp DAVE_IN_MAIL = new Address.Smtp("dave", "xmpp.test", "dave");
  Outbox.Reroute TO_MAIL =
      new Outbox.Reroute(
          new LaneKey("a.test", Network.SMTP, "xmpp.test"),
          ConversationId.of(ALICE, DAVE_IN_MAIL),
          DAVE_IN_MAIL,
          new MessageId("in-mail"),
          List.of(),
          "test");

  @Test
  default void anIdIsFoundInBothDirectionsWithinItsConversationOnly() {
    PlannedEnvelope letter = Letters.toDave("m1", "hello");
    store().intakes().commit(List.of(letter));
    MessageId there = new MessageId("native-m1");
    MessageId here = new MessageId("m1");
    IdMap ids = store().idMap();
    assertThat(ids.translate(WITH_DAVE, Network.EMSG, here, Network.XMPP)).contains(there);
    assertThat(ids.translate(WITH_DAVE, Network.XMPP, there, Network.EMSG)).contains(here);
    ConversationId other = ConversationId.of(ANNA, DAVE);
    assertThat(ids.translate(other, Network.EMSG, here, Network.XMPP)).isEmpty();
    assertThat(ids.translate(WITH_DAVE, Network.EMSG, here, Network.SMTP)).isEmpty();
    assertThat(ids.sent(Network.XMPP, there))
        .contains(new IdMap.Sent(letter.envelope().trace(), WITH_DAVE, ALICE, DAVE, true));
    assertThat(ids.sent(Network.SMTP, there)).isEmpty();
  }

  @Test
  default void whatTheOtherSideCallsAMessageIsLearnedWithItsDelivery() {
    store().intakes().commit(List.of(Letters.toDave("m1", "hello")));
    LaneLease lease =
        store().outbox().lease("one", Network.XMPP, 1, Duration.ofSeconds(30)).getFirst();
    OutboundMessage message = store().outbox().heads(lease, 1, Set.of()).getFirst();
    MessageId remote = new MessageId("theirs");
    store().outbox().settle(lease, List.of(new Settlement.Done(message.id(), Optional.of(remote))));
    IdMap ids = store().idMap();
    assertThat(ids.translate(WITH_DAVE, Network.XMPP, remote, Network.EMSG))
        .contains(new MessageId("m1"));
    assertThat(ids.translate(WITH_DAVE, Network.EMSG, new MessageId("m1"), Network.XMPP))
        .contains(new MessageId("native-m1"));
  }

  @Test
  default void aMessageBetweenHomeUsersCostsNoIdRow() {
    store().intakes().commit(List.of(Letters.home(ALICE, ANNA, "m1", "hello")));
    assertThat(database().count("id_map")).isZero();
    assertThat(database().count("envelope")).isZero();
    assertThat(database().count("trace_line")).isZero();
    MessageId id = new MessageId("m1");
    assertThat(
            store()
                .idMap()
                .translate(ConversationId.of(ALICE, ANNA), Network.EMSG, id, Network.EMSG))
        .contains(id);
  }

  @Test
  default void aBridgedMessageIsFoundByTheIdItHasAtHome() {
    Envelope envelope = Letters.envelope(DAVE, "stanza", "hello", ALICE);
    store()
        .intakes()
        .commit(
            List.of(
                new PlannedEnvelope(envelope, true, List.of(Letters.toMailbox(envelope, ALICE)))));
    assertThat(
            store()
                .idMap()
                .translate(WITH_DAVE, Network.EMSG, new MessageId("emsg-stanza"), Network.XMPP))
        .contains(new MessageId("stanza"));
  }

  @Test
  default void theLongestIdsFit() {
    String id = "\u00e9".repeat(900);
    store().intakes().commit(List.of(Letters.toDave(id, "hello")));
    assertThat(store().idMap().translate(WITH_DAVE, Network.EMSG, new MessageId(id), Network.XMPP))
        .contains(new MessageId("native-" + id));
  }

  @Test
  default void aTraceTellsTheWholeWay() {
    PlannedEnvelope letter = Letters.toDave("m1", "hello");
    TraceId trace = letter.envelope().trace();
    store().intakes().commit(List.of(letter));
    LaneLease lease =
        store().outbox().lease("one", Network.XMPP, 1, Duration.ofSeconds(30)).getFirst();
    OutboundMessage message = store().outbox().heads(lease, 1, Set.of()).getFirst();
    store().outbox().settle(lease, List.of(OutboxContract.done(message)));
    store().trace().line(trace, "sent", "by a test\r\nwith two lines");
    assertThat(store().trace().find(trace))
        .extracting(Trace.Line::step)
        .containsExactlyInAnyOrder("accepted", "delivered", "sent");
    Store other = database().node();
    Awaitility.await().until(() -> other.trace().find(trace).size() == 3);
    assertThat(other.trace().find(trace))
        .extracting(Trace.Line::text)
        .allMatch(text -> text.lines().count() == 1)
        .anyMatch(text -> text.contains("lane xmpp emsg.a.test → xmpp.test"));
  }

  @Test
  default void aTraceBetweenHomeUsersNamesTheMailbox() {
    PlannedEnvelope letter = Letters.home(ALICE, ANNA, "m1", "hello");
    store().intakes().commit(List.of(letter));
    assertThat(store().trace().find(letter.envelope().trace()))
        .singleElement()
        .satisfies(
            line -> assertThat(line.text()).isEqualTo("mailbox of anna#a.test: home domain"));
  }

  @Test
  default void queuedLinesAreWrittenWhenTheStoreCloses() {
    TraceId trace = Letters.envelope(ALICE, "m1", "hello", ANNA).trace();
    Store node = database().node();
    node.trace().line(trace, "step", "text");
    node.close();
    assertThat(store().trace().find(trace)).hasSize(1);
  }

  @Test
  default void oldTracesGo() {
    PlannedEnvelope letter = Letters.toDave("m1", "hello");
    store().intakes().commit(List.of(letter));
    LaneLease lease =
        store().outbox().lease("one", Network.XMPP, 1, Duration.ofSeconds(30)).getFirst();
    store()
        .outbox()
        .settle(
            lease,
            List.of(
                OutboxContract.laneDown(store().outbox().heads(lease, 1, Set.of()).getFirst())));
    database().advance(Duration.ofDays(29));
    assertThat(store().purge().traces()).isZero();
    database().advance(Duration.ofDays(2));
    assertThat(store().purge().traces()).isEqualTo(1);
  }

  @Test
  default void allOldLinesGoAndANewOneOfAnOldTraceStays() {
    database()
        .execute(
            "WITH RECURSIVE n(i) AS (SELECT 100001 UNION ALL SELECT i + 1 FROM n WHERE i < 101200)"
                + " INSERT INTO trace_line (trace, at, step, line)"
                + " SELECT '00000000000000' || i, 0, 'old', '' FROM n");
    store().trace().line(new TraceId("00000000000000100007"), "new", "");
    Awaitility.await().until(() -> database().count("trace_line") == 1201);
    assertThat(store().purge().traces()).isEqualTo(1200);
    assertThat(store().trace().find(new TraceId("00000000000000100007"))).hasSize(1);
  }

  @Test
  default void aPurgeThatIsToStopLeavesTheRestForTheNext() {
    store().intakes().commit(List.of(Letters.toDave("m1", "hello")));
    database().advance(Duration.ofDays(500));
    store().stopPurging();
    store().purge();
    assertThat(database().count("seen")).isEqualTo(1);
    assertThat(database().count("id_map")).isEqualTo(2);
    Store next = database().node();
    assertThat(next.purge().duplicates()).isEqualTo(1);
    assertThat(database().count("id_map")).isZero();
    assertThat(database().count("sent")).isZero();
  }

  @Test
  default void aBlobIsKeptUntilItExpires() {
    Bytes content = Bytes.wrap(new byte[200_000]);
    BlobId id =
        store().blobs().put(content, "cat.png", "image/png", NOON.plus(Duration.ofDays(36500)));
    assertThat(database().node().blobs().find(id))
        .contains(
            new Blobs.Blob("cat.png", "image/png", content, NOON.plus(Duration.ofDays(36500))));
    BlobId gone =
        store().blobs().put(content, "cat.png", "image/png", NOON.minusSeconds(1_000_000_000));
    assertThat(store().blobs().find(gone)).isEmpty();
    assertThat(store().blobs().look(gone)).isEmpty();
    assertThat(store().blobs().part(gone, 0, 10)).isEqualTo(Bytes.wrap(new byte[0]));
    assertThat(store().purge().blobs()).isEqualTo(1);
    assertThat(store().blobs().find(id)).isPresent();
  }

  @Test
  default void aBlobIsReadInParts() {
    Blobs blobs = store().blobs();
    Instant expires = NOON.plus(Duration.ofDays(36500));
    BlobId id = blobs.put(Bytes.utf8("0123456789"), "n.txt", "text/plain", expires);

    assertThat(blobs.look(id)).contains(new Blobs.Kept("n.txt", "text/plain", 10, expires));
    assertThat(blobs.part(id, 0, 4)).isEqualTo(Bytes.utf8("0123"));
    assertThat(blobs.part(id, 8, 4)).isEqualTo(Bytes.utf8("89"));
    assertThat(blobs.part(id, 10, 4)).isEqualTo(Bytes.utf8(""));
    assertThat(blobs.look(new BlobId("u".repeat(43)))).isEmpty();
  }

  @Test
  default void aPreferenceIsWhatWasChosenAndWhatRuns() {
    assertThat(store().preferences().standing(CONTACT)).isEqualTo(Standing.NONE);
    Running running = new Running(Network.XMPP, Footing.REACHED);
    store().intakes().commit(List.of(teaching("m1", running)));
    store().preferences().choose(CONTACT, Optional.of(Network.SMTP));
    Standing both = new Standing(Optional.of(Network.SMTP), Optional.of(running));
    assertThat(store().preferences().standing(CONTACT)).isEqualTo(both);
    assertThat(database().node().preferences().standing(CONTACT)).isEqualTo(both);
    store().preferences().choose(CONTACT, Optional.empty());
    assertThat(store().preferences().standing(CONTACT))
        .isEqualTo(new Standing(Optional.empty(), Optional.of(running)));
  }

  @Test
  default void aConversationIsReachedOnlyWhereItIsStillTried() {
    Running reached = new Running(Network.XMPP, Footing.REACHED);
    store().intakes().commit(List.of(confirming("m1")));
    assertThat(running()).isEmpty();
    Running elsewhere = new Running(Network.SMTP, Footing.TRIED);
    store().intakes().commit(List.of(teaching("m2", elsewhere)));
    store().intakes().commit(List.of(confirming("m3")));
    assertThat(running()).contains(elsewhere);
    store().intakes().commit(List.of(teaching("m4", new Running(Network.XMPP, Footing.TRIED))));
    store().intakes().commit(List.of(confirming("m5")));
    assertThat(running()).contains(reached);
    Running verified = new Running(Network.XMPP, Footing.VERIFIED);
    store().intakes().commit(List.of(teaching("m6", verified)));
    store().intakes().commit(List.of(confirming("m7")));
    assertThat(running()).contains(verified);
  }

  @Test
  default void aFirstContactThatFailedRunsNowhereOnceNothingOfItWaits() {
    Running tried = new Running(Network.XMPP, Footing.TRIED);
    store().intakes().commit(List.of(teaching("m1", tried), Letters.toDave("m2", "hello")));
    List<OutboxId> failed = failAll();
    assertThat(running()).contains(tried);
    store().outbox().bounced(failed.getFirst());
    assertThat(running()).as("m2 waits").contains(tried);
    store().outbox().bounced(failed.getLast());
    assertThat(running()).isEmpty();
  }

  @Test
  default void aFirstContactThatIsTriedElsewhereRunsThere() {
    Running tried = new Running(Network.XMPP, Footing.TRIED);
    store().intakes().commit(List.of(teaching("m1", tried)));
    assertThat(running()).contains(tried);
    assertThat(store().outbox().reroute(failAll().getFirst(), TO_MAIL)).isTrue();
    assertThat(running()).contains(new Running(Network.SMTP, Footing.TRIED));
  }

  @Test
  default void aKnownConversationStaysWhereItRunsWhateverFails() {
    Running verified = new Running(Network.XMPP, Footing.VERIFIED);
    store().intakes().commit(List.of(teaching("m1", verified), Letters.toDave("m2", "hello")));
    List<OutboxId> failed = failAll();
    store().outbox().reroute(failed.getFirst(), TO_MAIL);
    store().outbox().bounced(failed.getLast());
    assertThat(running()).contains(verified);
  }

  private Optional<Running> running() {
    Optional<Running> here = store().preferences().standing(CONTACT).running();
    assertThat(database().node().preferences().standing(CONTACT).running())
        .as("what another node reads")
        .isEqualTo(here);
    return here;
  }

  /// Everything that waits for dave fails, one after the other.
  private List<OutboxId> failAll() {
    LaneLease lease =
        store().outbox().lease("one", Network.XMPP, 1, Duration.ofSeconds(30)).getFirst();
    List<OutboxId> failed = new ArrayList<>();
    List<OutboundMessage> heads = store().outbox().heads(lease, 1, Set.of());
    while (!heads.isEmpty()) {
      failed.add(heads.getFirst().id());
      store()
          .outbox()
          .settle(
              lease, List.of(new Settlement.Failed(heads.getFirst().id(), OutboxContract.DOWN)));
      heads = store().outbox().heads(lease, 1, Set.of());
    }
    return failed;
  }

  @Test
  default void whatTheIntakeLearnsIsKnownAfterItsCommitUnlessItWasADuplicate() {
    Running tried = new Running(Network.XMPP, Footing.TRIED);
    Running verified = new Running(Network.XMPP, Footing.VERIFIED);
    store().preferences().choose(CONTACT, Optional.of(Network.SMTP));
    assertThat(store().preferences().standing(CONTACT).running()).isEmpty();
    store().intakes().commit(List.of(teaching("m1", tried)));
    Standing standing = store().preferences().standing(CONTACT);
    assertThat(standing).isEqualTo(new Standing(Optional.of(Network.SMTP), Optional.of(tried)));
    store().intakes().commit(List.of(teaching("m1", verified)));
    assertThat(store().preferences().standing(CONTACT)).isEqualTo(standing);
    store().intakes().commit(List.of(teaching("m2", verified)));
    assertThat(store().preferences().standing(CONTACT).running()).contains(verified);
  }

  @Test
  default void aHashedAliasMeansOneAddressForGood() {
    Address.Smtp spelled = new Address.Smtp("erin", "mail.test", "Erin");
    assertThat(store().hashedAliases().find(Network.SMTP, "h1")).isEmpty();
    assertThat(store().hashedAliases().put("h1", ERIN)).isTrue();
    assertThat(store().hashedAliases().put("h1", spelled)).isTrue();
    assertThat(database().node().hashedAliases().put("h1", new Address.Smtp("eve", "x", "eve")))
        .isFalse();
    assertThat(store().hashedAliases().put("h1", DAVE)).isTrue();
    assertThat(database().node().hashedAliases().find(Network.SMTP, "h1")).contains(ERIN);
    assertThat(store().hashedAliases().find(Network.XMPP, "h1")).contains(DAVE);
  }

  private static PlannedEnvelope confirming(String id) {
    PlannedEnvelope letter = Letters.toDave(id, "hello");
    Running reached = new Running(Network.XMPP, Footing.REACHED);
    return new PlannedEnvelope(
        letter.envelope(), true, letter.deliveries(), List.of(new Learned(CONTACT, reached, true)));
  }

  private static PlannedEnvelope teaching(String id, Running running) {
    PlannedEnvelope letter = Letters.toDave(id, "hello");
    return new PlannedEnvelope(
        letter.envelope(), true, letter.deliveries(), List.of(new Learned(CONTACT, running)));
  }
}
