package org.emsg.gateway.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.emsg.gateway.fixtures.World.ALICE;
import static org.emsg.gateway.fixtures.World.ANNA;
import static org.emsg.gateway.fixtures.World.BOB;
import static org.emsg.gateway.fixtures.World.DAVE;
import static org.emsg.gateway.fixtures.World.ERIN;
import static org.emsg.gateway.fixtures.World.MALLORY;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.emsg.gateway.fixtures.Envelopes;
import org.emsg.gateway.fixtures.FakeDiscovery;
import org.emsg.gateway.gateway.PlannedEnvelope.Delivery;
import org.emsg.gateway.gateway.Preferences.Contact;
import org.emsg.gateway.gateway.Preferences.Footing;
import org.emsg.gateway.gateway.Preferences.Running;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Body;
import org.emsg.gateway.model.Bytes;
import org.emsg.gateway.model.ConversationId;
import org.emsg.gateway.model.Envelope;
import org.emsg.gateway.model.Event;
import org.emsg.gateway.model.MessageId;
import org.emsg.gateway.model.Network;
import org.emsg.gateway.model.Provenance;
import org.emsg.gateway.model.Reason;
import org.emsg.gateway.model.Verdict;
import org.emsg.gateway.outbox.LaneKey;
import org.emsg.gateway.outbox.OutboxId;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class PlannerTest {
  /// Dave, as alice writes to him.
  private static final Address.Emsg PLAIN_DAVE = new Address.Emsg("dave", "xmpp.test");

  private static final Address.Xmpp ALICE_IN_XMPP = new Address.Xmpp("alice", "emsg.a.test");
  private static final Address.Smtp ALICE_IN_MAIL = new Address.Smtp("alice", "a.test", "alice");
  private static final Address.Xmpp ERIN_IN_XMPP =
      new Address.Xmpp("erin__mail.test", "mail.a.test");
  private static final Contact ALICE_DAVE = new Contact(ALICE, "dave", "xmpp.test");

  private final CoreScene scene = new CoreScene();

  @Nested
  class AtHome {
    @Test
    void aHomeUserReachesAnotherWithoutAskingAnybody() {
      Delivery delivery = scene.delivery(message(ALICE, ANNA));

      assertThat(delivery)
          .isInstanceOfSatisfying(
              Delivery.ToMailbox.class,
              mail -> {
                assertThat(mail.account()).isEqualTo(ANNA);
                assertThat(mail.conversation()).isEqualTo(ConversationId.of(ALICE, ANNA));
              });
      assertThat(scene.emsg.timesAsked()).isZero();
    }

    @Test
    void anAccountThatDoesNotExistIsNobody() {
      assertThat(scene.refusal(message(ALICE, new Address.Emsg("nobody", "a.test"))).kind())
          .isEqualTo(Reason.Kind.NO_SUCH_USER);
    }

    @Test
    void aRecipientNamedTwiceGetsTheMessageOnce() {
      Envelope envelope = Envelopes.from(ALICE).to(ANNA, ANNA, ALICE).envelope();

      assertThat(scene.plan(envelope).deliveries()).hasSize(2);
    }

    @Test
    void anAccountThatIsNamedByTwoAddressesGetsTheMessageOnce() {
      CoreScene ruled =
          new CoreScene(
              """
              rules:
                - match: "support#a.test"
                  rewrite: "alice#a.test"
                - match: "*#a.test"
                  strip-tag: true
              """);
      Envelope envelope =
          Envelopes.from(ERIN)
              .to(
                  new Address.Smtp("support", "a.test", "support"),
                  new Address.Smtp("nobody", "a.test", "nobody"),
                  ALICE_IN_MAIL,
                  new Address.Smtp("alice+x", "a.test", "alice+x"),
                  new Address.Smtp("anna", "a.test", "anna"))
              .envelope();

      assertThat(ruled.plan(envelope).deliveries())
          .hasExactlyElementsOfTypes(
              Delivery.ToMailbox.class, Delivery.Refused.class, Delivery.ToMailbox.class);
      assertThat(ruled.plan(envelope).deliveries().getFirst().why()).contains("support#a.test");
      ruled.commit(envelope);
      assertThat(ruled.commit(envelope).result()).isInstanceOf(IntakeResult.Duplicate.class);
    }

    @Test
    void peopleOfOtherNetworksReachAHomeUserOnHerFace() {
      assertThat(scene.delivery(message(DAVE, ALICE_IN_XMPP)))
          .isInstanceOfSatisfying(
              Delivery.ToMailbox.class,
              mail -> {
                assertThat(mail.account()).isEqualTo(ALICE);
                assertThat(mail.conversation()).isEqualTo(ConversationId.of(ALICE, DAVE));
              });
    }

    @Test
    void unverifiedMailRunsInAConversationOfItsOwn() {
      Envelope forged = Envelopes.from(ERIN).to(ALICE_IN_MAIL).unverified().envelope();
      PlannedEnvelope planned = scene.plan(forged);

      assertThat(((Delivery.ToMailbox) planned.deliveries().getFirst()).conversation())
          .isEqualTo(ConversationId.unverified(ERIN, ALICE))
          .isNotEqualTo(ConversationId.of(ERIN, ALICE));
      assertThat(planned.learned()).isEmpty();
    }
  }

  @Nested
  class ByDiscovery {
    @Test
    void theFirstNetworkOfTheSettingThatServesTheDomainIsTaken() {
      scene.xmpp.serves("xmpp.test");
      scene.smtp.serves("xmpp.test");

      Delivery.ToLane lane = scene.lane(message(ALICE, PLAIN_DAVE));

      assertThat(lane.lane()).isEqualTo(new LaneKey("emsg.a.test", Network.XMPP, "xmpp.test"));
      assertThat(lane.recipient()).isEqualTo(DAVE);
      assertThat(lane.addressed()).isEqualTo(PLAIN_DAVE);
      assertThat(lane.conversation()).isEqualTo(ConversationId.of(ALICE, DAVE));
      assertThat(lane.nativeId()).isEqualTo(new MessageId("m@xmpp"));
      assertThat(lane.next()).containsExactly(Network.SMTP);
      assertThat(lane.why()).contains("xmpp: a record");
    }

    @Test
    void allNetworksAreAskedAtOnceAndRemembered() {
      scene.smtp.serves("mail.test");

      scene.lane(message(ALICE, new Address.Emsg("erin", "mail.test")));
      scene.lane(message(ANNA, new Address.Emsg("frank", "mail.test")));

      assertThat(scene.emsg.timesAsked()).isEqualTo(1);
      assertThat(scene.xmpp.timesAsked()).isEqualTo(1);
      assertThat(scene.smtp.timesAsked()).isEqualTo(1);
    }

    @Test
    void anAnswerIsForgottenAfterItsTime() {
      scene.smtp.serves("mail.test");
      scene.lane(message(ALICE, new Address.Emsg("erin", "mail.test")));

      scene.clock.advance(Duration.ofMinutes(6));
      scene.lane(message(ANNA, new Address.Emsg("erin", "mail.test")));

      assertThat(scene.smtp.timesAsked()).isEqualTo(2);
    }

    @Test
    void anEmsgServerBehindABareAddressComesLast() {
      scene.emsg.servesWeakly("mail.test");
      scene.smtp.serves("mail.test");

      Delivery.ToLane lane = scene.lane(message(ALICE, new Address.Emsg("erin", "mail.test")));

      assertThat(lane.lane().network()).isEqualTo(Network.SMTP);
      assertThat(lane.next()).containsExactly(Network.EMSG);
    }

    @Test
    void aDomainOnNoNetworkIsRefusedWithWhatWasAskedAndAnswered() {
      Reason reason = scene.refusal(message(ALICE, new Address.Emsg("x", "nowhere.test")));

      assertThat(reason.kind()).isEqualTo(Reason.Kind.NO_SUCH_SERVER);
      assertThat(reason.text()).contains("emsg: no record", "xmpp: no record", "smtp: no record");
    }

    @Test
    void aBetterNetworkThatCannotTellIsWaitedFor() {
      scene.xmpp.cannotTell("xmpp.test");
      scene.smtp.serves("xmpp.test");

      assertThat(scene.delivery(message(ALICE, PLAIN_DAVE)))
          .isInstanceOf(Delivery.ToPlanning.class);
    }

    @Test
    void aWorseNetworkThatCannotTellIsNot() {
      scene.xmpp.serves("xmpp.test");
      scene.smtp.cannotTell("xmpp.test");

      assertThat(scene.lane(message(ALICE, PLAIN_DAVE)).lane().network()).isEqualTo(Network.XMPP);
    }

    @Test
    void anAliasBesideThePlainFormIsOneRecipient() {
      scene.xmpp.serves("xmpp.test");
      Address.Emsg alias = new Address.Emsg("dave__xmpp.test", "xmpp.a.test");

      assertThat(scene.plan(Envelopes.from(ALICE).to(alias, PLAIN_DAVE).envelope()).deliveries())
          .singleElement()
          .isInstanceOfSatisfying(
              Delivery.ToLane.class, lane -> assertThat(lane.addressed()).isEqualTo(alias));
      assertThat(scene.plan(Envelopes.from(ALICE).to(PLAIN_DAVE, alias).envelope()).deliveries())
          .hasSize(1);
    }

    @Test
    void anEdgeWhoseLookUpThrowsCannotTell() {
      scene.xmpp.answersLater("xmpp.test").completeExceptionally(new IllegalStateException("bug"));

      assertThat(scene.delivery(message(ALICE, PLAIN_DAVE)))
          .isInstanceOf(Delivery.ToPlanning.class);
    }
  }

  @Nested
  class WhenDiscoveryIsSlow {
    @Test
    void thePlanIsCompleteWhenTheAnswerIsThere() {
      CompletableFuture<Discovery.Answer> later = scene.xmpp.answersLater("xmpp.test");
      CompletableFuture<PlannedEnvelope> plan = scene.planner.plan(message(ALICE, PLAIN_DAVE));
      assertThat(plan).isNotDone();

      later.complete(FakeDiscovery.found());

      assertThat(plan.join().deliveries().getFirst()).isInstanceOf(Delivery.ToLane.class);
    }

    @Test
    void whoIsUndecidedInTimeWaitsInThePlanningQueueAndTheOthersDoNot() {
      var _ = scene.xmpp.answersLater("xmpp.test");
      scene.smtp.serves("mail.test");
      CompletableFuture<PlannedEnvelope> plan =
          scene.planner.plan(
              Envelopes.from(ALICE)
                  .to(ANNA, PLAIN_DAVE, new Address.Emsg("erin", "mail.test"))
                  .envelope());

      scene.patienceEnds();

      assertThat(plan.join().deliveries())
          .hasExactlyElementsOfTypes(
              Delivery.ToMailbox.class, Delivery.ToPlanning.class, Delivery.ToLane.class);
    }

    @Test
    void nothingOvertakesAMessageThatIsBeingPlanned() {
      CompletableFuture<Discovery.Answer> later = scene.xmpp.answersLater("xmpp.test");
      CompletableFuture<PlannedEnvelope> first = scene.planner.plan(message(ALICE, PLAIN_DAVE));
      scene.patienceEnds();
      later.complete(FakeDiscovery.found());

      PlannedEnvelope beforeItsCommit = scene.plan(message(ALICE, PLAIN_DAVE, "second"));
      scene.commit(first.join());
      scene.commit(beforeItsCommit);
      PlannedEnvelope afterItsCommit = scene.plan(message(ALICE, PLAIN_DAVE, "third"));
      scene.commit(afterItsCommit);
      PlannedEnvelope ofAnother = scene.plan(message(ANNA, PLAIN_DAVE, "of anna"));

      assertThat(beforeItsCommit.deliveries().getFirst()).isInstanceOf(Delivery.ToPlanning.class);
      assertThat(afterItsCommit.deliveries().getFirst()).isInstanceOf(Delivery.ToPlanning.class);
      assertThat(ofAnother.deliveries().getFirst()).isInstanceOf(Delivery.ToLane.class);
      while (!scene.queue.rows().isEmpty()) {
        scene.planAgain();
      }
      assertThat(scene.allArrive())
          .extracting(message -> message.envelope().id().value())
          .containsExactly("m", "second", "third");
    }

    @Test
    void aPlanThatFailsLeavesNothingBehindThatWouldHoldUpTheNext() {
      CompletableFuture<Discovery.Answer> later = scene.xmpp.answersLater("slow.test");
      Address.Emsg slow = new Address.Emsg("x", "slow.test");
      scene.mailboxFormFails = true;
      CompletableFuture<PlannedEnvelope> plan =
          scene.planner.plan(Envelopes.from(ALICE).to(slow, ANNA).envelope());
      scene.patienceEnds();
      assertThat(plan).isCompletedExceptionally();

      later.complete(FakeDiscovery.found());

      assertThat(scene.lane(message(ALICE, slow)).lane().network()).isEqualTo(Network.XMPP);
    }

    @Test
    void theQueueGoesOnTryingAndThenTakesWhatThereIs() {
      scene.xmpp.cannotTell("xmpp.test");
      scene.smtp.serves("xmpp.test");
      scene.commit(message(ALICE, PLAIN_DAVE));

      int rounds = 0;
      while (!scene.queue.rows().isEmpty() && rounds < 10) {
        scene.planAgain();
        scene.clock.advance(Duration.ofMinutes(2));
        rounds++;
      }

      assertThat(rounds).isEqualTo(4);
      assertThat(scene.allArrive())
          .extracting(message -> message.lane().network())
          .containsExactly(Network.SMTP);
      assertThat(scene.woken).isNotEmpty();
    }

    @Test
    void aRowWhosePlanThrowsHoldsUpNoOther() {
      scene.xmpp.cannotTell("xmpp.test");
      scene.commit(message(ALICE, PLAIN_DAVE));
      scene.commit(message(ANNA, PLAIN_DAVE));
      scene.clock.advance(Duration.ofMinutes(6));
      scene.xmpp.serves("xmpp.test");
      scene.preferences.failFor(ALICE_DAVE);

      scene.planAgain();

      assertThat(scene.queue.rows())
          .singleElement()
          .satisfies(row -> {
            assertThat(row.envelope().sender()).isEqualTo(ALICE);
            assertThat(row.attempts()).isEqualTo(1);
          });
      assertThat(scene.allArrive()).hasSize(1);
    }

    @Test
    void aRowWhosePlanAlwaysThrowsIsRefusedInTheEnd() {
      scene.xmpp.cannotTell("xmpp.test");
      scene.commit(message(ALICE, PLAIN_DAVE));
      scene.preferences.failFor(ALICE_DAVE);

      fiveDaysPass();

      assertRefused();
    }

    @Test
    void aRowThatCanNeverBeStoredIsRefusedInTheEnd() {
      scene.xmpp.cannotTell("xmpp.test");
      scene.commit(message(ALICE, PLAIN_DAVE));
      scene.xmpp.serves("xmpp.test");
      scene.queue.failToWriteLanes();

      fiveDaysPass();

      assertRefused();
    }

    private void assertRefused() {
      assertThat(scene.queue.rows()).isEmpty();
      assertThat(scene.outbox.failed(new OutboxId(0), 10))
          .singleElement()
          .satisfies(failed -> assertThat(failed.reason().kind()).isEqualTo(Reason.Kind.INTERNAL));
    }

    private void fiveDaysPass() {
      for (int i = 0; i < 40; i++) {
        scene.planAgain();
        scene.clock.advance(Duration.ofHours(4));
      }
    }

    @Test
    void whatCannotBePlannedForFiveDaysIsRefused() {
      scene.emsg.cannotTell("gone.test");
      scene.commit(message(ALICE, new Address.Emsg("x", "gone.test")));

      fiveDaysPass();

      assertThat(scene.queue.rows()).isEmpty();
      assertThat(scene.failedRows()).isEqualTo(1);
    }
  }

  @Nested
  class WhereAConversationRuns {
    @Test
    void aVerifiedMessageSaysWhereItsSenderIsToBeReached() {
      scene.xmpp.serves("xmpp.test");
      Address.Smtp daveInMail = new Address.Smtp("dave", "xmpp.test", "Dave");

      scene.commit(message(daveInMail, ALICE_IN_MAIL));

      assertThat(scene.lane(message(ALICE, PLAIN_DAVE)).lane())
          .isEqualTo(new LaneKey("a.test", Network.SMTP, "xmpp.test"));
    }

    @Test
    void aForgedMessageDoesNot() {
      scene.xmpp.serves("xmpp.test");
      Address.Smtp claimed = new Address.Smtp("dave", "xmpp.test", "dave");

      scene.commit(message(DAVE, ALICE_IN_XMPP));
      scene.commit(Envelopes.from(claimed).to(ALICE_IN_MAIL).unverified().envelope());

      assertThat(scene.lane(message(ALICE, PLAIN_DAVE)).recipient()).isEqualTo(DAVE);
    }

    @Test
    void anErrorFromANetworkDoesNot() {
      Event bounced =
          new Event.Bounced(
              new MessageId("m"), DAVE, Reason.of(Reason.Kind.NO_SUCH_USER, "No such user."));

      assertThat(
              scene
                  .plan(Envelopes.from(DAVE).to(ALICE_IN_XMPP).event(bounced).envelope())
                  .learned())
          .isEmpty();
    }

    @Test
    void whatTheUserChoseComesFirst() {
      scene.commit(message(DAVE, ALICE_IN_XMPP));
      scene.preferences.choose(ALICE_DAVE, Optional.of(Network.SMTP));

      assertThat(scene.lane(message(ALICE, PLAIN_DAVE)).lane().network()).isEqualTo(Network.SMTP);
      assertThat(scene.emsg.timesAsked()).isZero();
    }

    @Test
    void itKeepsItsNetworkUntilItsRowsHaveDrained() {
      scene.xmpp.serves("xmpp.test");
      scene.commit(message(ALICE, PLAIN_DAVE, "first"));
      scene.preferences.choose(ALICE_DAVE, Optional.of(Network.SMTP));

      scene.commit(message(ALICE, PLAIN_DAVE, "second"));
      assertThat(scene.allArrive())
          .extracting(message -> message.lane().network())
          .containsOnly(Network.XMPP);
      scene.commit(message(ALICE, PLAIN_DAVE, "third"));

      assertThat(scene.allArrive())
          .extracting(message -> message.lane().network())
          .containsExactly(Network.SMTP);
    }

    @Test
    void aMessageFromElsewhereDoesNotTakeItAwayFromRowsThatWait() {
      scene.xmpp.serves("xmpp.test");
      scene.commit(message(ALICE, PLAIN_DAVE, "first"));

      scene.commit(message(new Address.Smtp("dave", "xmpp.test", "dave"), ALICE_IN_MAIL));

      assertThat(scene.lane(message(ALICE, PLAIN_DAVE, "second")).recipient()).isEqualTo(DAVE);
    }

    @Test
    void onceSomethingArrivedItIsNoFirstContactAnyMore() {
      scene.xmpp.serves("xmpp.test");
      scene.smtp.serves("xmpp.test");
      scene.commit(message(ALICE, PLAIN_DAVE, "first"));
      assertThat(scene.lane(message(ALICE, PLAIN_DAVE, "second")).next())
          .containsExactly(Network.SMTP);

      scene.allArrive();
      PlannedEnvelope third = scene.plan(message(ALICE, PLAIN_DAVE, "third"));

      assertThat(((Delivery.ToLane) third.deliveries().getFirst()).next()).isEmpty();
      assertThat(third.learned())
          .containsExactly(
              new PlannedEnvelope.Learned(
                  ALICE_DAVE, new Running(Network.XMPP, Footing.REACHED), true));
    }
  }

  @Nested
  class Transit {
    private final CoreScene ruled = new CoreScene(CoreScene.TRANSIT);

    @Test
    void withoutARuleNobodyOutsideReachesAnybodyOutside() {
      assertThat(scene.refusal(message(DAVE, ERIN_IN_XMPP)).kind())
          .isEqualTo(Reason.Kind.NOT_ALLOWED);
    }

    @Test
    void withARuleTheVerifiedSenderIsShownByTheAlias() {
      Delivery.ToLane lane = ruled.lane(message(DAVE, ERIN_IN_XMPP));

      assertThat(lane.lane()).isEqualTo(new LaneKey("xmpp.a.test", Network.SMTP, "mail.test"));
      assertThat(lane.recipient()).isEqualTo(ERIN);
      assertThat(lane.conversation()).isEqualTo(ConversationId.of(DAVE, ERIN));
    }

    @Test
    void withARuleAnUnverifiedSenderIsRefusedAll() {
      Envelope claimed = Envelopes.from(DAVE).to(ERIN_IN_XMPP).unverified().envelope();

      assertThat(ruled.refusal(claimed).kind()).isEqualTo(Reason.Kind.UNVERIFIED_SENDER);
    }

    @Test
    void aRuleForOneDomainLetsNobodyElseThrough() {
      Address.Xmpp other = new Address.Xmpp("carol", "other.test");

      assertThat(ruled.refusal(message(other, ERIN_IN_XMPP)).kind())
          .isEqualTo(Reason.Kind.NOT_ALLOWED);
    }

    @Test
    void whatWasLetThroughMayBeReportedOnByWhomItWentToAndByNobodyElse() {
      ruled.commit(message(DAVE, ERIN_IN_XMPP));
      Address.Smtp daveInMail =
          new Address.Smtp("dave__xmpp.test", "xmpp.a.test", "dave__xmpp.test");
      Event receipt = new Event.Receipted(new MessageId("m@smtp"), Event.Receipted.Kind.DELIVERED);
      Event ofAnother =
          new Event.Receipted(new MessageId("x@smtp"), Event.Receipted.Kind.DELIVERED);

      assertThat(ruled.lane(Envelopes.from(ERIN).to(daveInMail).event(receipt).envelope()))
          .extracting(Delivery.ToLane::recipient, Delivery.ToLane::lane)
          .containsExactly(DAVE, new LaneKey("mail.a.test", Network.XMPP, "xmpp.test"));
      for (Envelope refused :
          List.of(
              message(ERIN, daveInMail),
              Envelopes.from(ERIN).to(daveInMail).event(ofAnother).envelope(),
              Envelopes.from(MALLORY).to(daveInMail).event(receipt).envelope(),
              Envelopes.from(ERIN).to(daveInMail).event(receipt).unverified().envelope())) {
        assertThat(ruled.refusal(refused).kind()).isEqualTo(Reason.Kind.NOT_ALLOWED);
      }
    }

    @Test
    void admissionSaysTheSame() {
      assertThat(ruled.admission.mayWrite(Network.XMPP, DAVE, true, ERIN_IN_XMPP))
          .isEqualTo(Verdict.allow());
      assertThat(ruled.admission.mayWrite(Network.XMPP, DAVE, false, ERIN_IN_XMPP))
          .isInstanceOfSatisfying(
              Verdict.Refuse.class,
              no -> assertThat(no.reason().kind()).isEqualTo(Reason.Kind.UNVERIFIED_SENDER));
      assertThat(scene.admission.mayWrite(Network.SMTP, MALLORY, true, ERIN))
          .isInstanceOf(Verdict.Refuse.class);
      assertThat(scene.admission.mayWrite(Network.SMTP, MALLORY, false, ALICE_IN_MAIL))
          .isEqualTo(Verdict.allow());
    }
  }

  @Nested
  class Never {
    @Test
    void anAliasOfOursAsASenderFromOutside() {
      Address.Smtp forged = new Address.Smtp("dave__xmpp.test", "xmpp.a.test", "dave__xmpp.test");

      assertThat(scene.planner.admit(message(forged, ALICE_IN_MAIL)))
          .isInstanceOfSatisfying(
              Verdict.Refuse.class,
              no -> assertThat(no.reason().kind()).isEqualTo(Reason.Kind.NOT_ALLOWED));
    }

    @Test
    void aHomeUserAsASenderFromAnotherNetwork() {
      assertThat(scene.planner.admit(message(ALICE_IN_MAIL, ALICE_IN_MAIL)))
          .isInstanceOf(Verdict.Refuse.class);
      assertThat(scene.planner.admit(message(ALICE, ANNA))).isEqualTo(Verdict.allow());
    }

    @Test
    void aMessageOfMoreBytesThanItMayHaveWhateverItsLetters() {
      String half = "\u00e9".repeat(7_000_000);
      Body body = new Body(half, Optional.of(half), Optional.empty(), Optional.empty());

      assertThat(
              scene.planner.admit(
                  Envelopes.from(DAVE).to(ALICE_IN_XMPP).event(Event.Posted.of(body)).envelope()))
          .isInstanceOfSatisfying(
              Verdict.Refuse.class,
              no -> assertThat(no.reason().kind()).isEqualTo(Reason.Kind.TOO_LARGE));
    }

    @Test
    void aMessageThatPassedUsBefore() {
      assertThat(
              scene.planner.admit(
                  Envelopes.from(BOB).to(ALICE).via("gw.test", "a.test").envelope()))
          .isInstanceOfSatisfying(
              Verdict.Refuse.class,
              no -> assertThat(no.reason().kind()).isEqualTo(Reason.Kind.LOOP));
    }

    @Test
    void aMessageThatPassedMoreThanEight() {
      String[] nine =
          IntStream.rangeClosed(0, Provenance.MAX_VIA)
              .mapToObj(i -> "gw" + i + ".test")
              .toArray(String[]::new);

      assertThat(scene.planner.admit(Envelopes.from(BOB).to(ALICE).via(nine).envelope()))
          .isInstanceOf(Verdict.Refuse.class);
    }
  }

  @Nested
  class Idempotency {
    @Test
    void theKeyTellsApartWhatIsNotTheSameMessage() {
      Envelope envelope = message(DAVE, ALICE_IN_XMPP);

      assertThat(
              List.of(
                  key(envelope),
                  key(Envelopes.from(DAVE).to(ALICE_IN_XMPP).id("m").unverified().envelope()),
                  key(Envelopes.from(DAVE).to(ALICE_IN_XMPP).id("n").envelope()),
                  key(message(new Address.Xmpp("dav", "exmpp.test"), ALICE_IN_XMPP)),
                  key(message(DAVE, new Address.Xmpp("anna", "emsg.a.test")))))
          .doesNotHaveDuplicates();
      assertThat(key(envelope)).isEqualTo(key(message(DAVE, ALICE_IN_XMPP)));
    }

    private Bytes key(Envelope envelope) {
      return scene.delivery(envelope).idempotencyKey();
    }

    @Test
    void onlyEmsgIdsAreUnique() {
      assertThat(scene.plan(message(BOB, ALICE)).idsUnique()).isTrue();
      assertThat(scene.plan(message(DAVE, ALICE_IN_XMPP)).idsUnique()).isFalse();
      assertThat(scene.plan(message(ERIN, ALICE_IN_MAIL)).idsUnique()).isFalse();
    }
  }

  @Nested
  class TheDirectory {
    @Test
    void aPlainAddressStaysPlainAndItsNetworksAreListedBestFirst() {
      scene.xmpp.serves("xmpp.test");
      scene.smtp.serves("xmpp.test");

      assertThat(look("dave@xmpp.test"))
          .isInstanceOfSatisfying(
              Directory.Listing.Listed.class,
              listed -> {
                assertThat(listed.writeTo()).isEqualTo(PLAIN_DAVE);
                assertThat(listed.options())
                    .extracting(Directory.Option::network)
                    .containsExactly(Network.XMPP, Network.SMTP);
              });
    }

    @Test
    void anAddressThatNamesItsNetworkBecomesTheAliasThatAlwaysMeansIt() {
      assertThat(look("mailto:erin@mail.test"))
          .isInstanceOfSatisfying(
              Directory.Listing.Listed.class,
              listed ->
                  assertThat(listed.writeTo())
                      .isEqualTo(new Address.Emsg("erin__mail.test", "mail.a.test")));
    }

    @Test
    void whoIsNotThereIsNotListed() {
      assertThat(look("x@nowhere.test")).isInstanceOf(Directory.Listing.Unlisted.class);
      assertThat(look("not an address")).isInstanceOf(Directory.Listing.Unlisted.class);
      assertThat(look("nobody#a.test")).isInstanceOf(Directory.Listing.Unlisted.class);
    }

    private Directory.Listing look(String typed) {
      return scene.directory.look(ALICE, typed).toCompletableFuture().join();
    }
  }

  private static Envelope message(Address from, Address to) {
    return message(from, to, "m");
  }

  private static Envelope message(Address from, Address to, String id) {
    return Envelopes.from(from).to(to).id(id).envelope();
  }
}
