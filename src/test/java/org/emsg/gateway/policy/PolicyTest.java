package org.emsg.gateway.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.emsg.gateway.fixtures.World;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Network;
import org.emsg.gateway.model.Provenance;
import org.emsg.gateway.model.Reason;
import org.emsg.gateway.model.Reason.Kind;
import org.emsg.gateway.model.Verdict;
import org.emsg.gateway.policy.Policy.Sender;
import org.emsg.gateway.policy.PolicySettings.Rate;
import org.junit.jupiter.api.Test;

class PolicyTest {
  private static final Provenance DIRECT = Provenance.verifiedBy("xmpp-s2s");
  private static final Sender ALICE = new Sender(World.ALICE, true, true);
  private static final Sender DAVE = new Sender(World.DAVE, false, true);
  private static final Sender SOMEBODY_AS_ERIN = new Sender(World.ERIN, false, false);
  private static final Sender ERIN = new Sender(World.ERIN, false, true);

  private Instant now = World.NOON;
  private final InstantSource source = () -> now;
  private final Clock clock = source.withZone(ZoneOffset.UTC);

  private final Policy policy =
      policy(
          new PolicySettings(
              1_000,
              Rate.UNLIMITED,
              new Rate(1, 3),
              new Rate(2, 5),
              new Rate(1, 2),
              new Rate(1, 3)));

  private Policy policy(PolicySettings settings) {
    return new Policy(
        settings,
        Set.of("a.test", "emsg.a.test", "xmpp.a.test", "mail.a.test")::contains,
        sender ->
            sender.domain().equals("evil.test")
                ? Optional.of(Reason.of(Kind.NOT_ALLOWED, "not from there"))
                : Optional.empty(),
        clock);
  }

  @Test
  void refusesAMessageLargerThanTheLimit() {
    assertThat(policy.message(DAVE, DIRECT, 1_000)).isEqualTo(Verdict.allow());
    assertRefused(policy.message(DAVE, DIRECT, 1_001), Kind.TOO_LARGE);
  }

  @Test
  void refusesAMessageThatPassedThisGatewayBefore() {
    assertRefused(policy.message(DAVE, via(List.of("b.test", "a.test")), 10), Kind.LOOP);
  }

  @Test
  void refusesAMessageThatPassedMoreThanEightGateways() {
    assertThat(policy.message(DAVE, via(Collections.nCopies(8, "b.test")), 10))
        .isEqualTo(Verdict.allow());
    assertRefused(policy.message(DAVE, via(Collections.nCopies(9, "b.test")), 10), Kind.LOOP);
  }

  @Test
  void refusesAStrangerWhoWritesFromADomainOfOurs() {
    Address forged = new Address.Smtp("alice", "a.test", "alice");
    assertRefused(policy.sender(new Sender(forged, false, false)), Kind.NOT_ALLOWED);
    Address alias = new Address.Smtp("dave__xmpp.test", "xmpp.a.test", "dave__xmpp.test");
    assertRefused(policy.message(new Sender(alias, false, true), DIRECT, 10), Kind.NOT_ALLOWED);
    assertThat(policy.sender(ALICE)).isEqualTo(Verdict.allow());
  }

  @Test
  void refusesWhomARuleBlocksInTheWordsOfTheRule() {
    assertThat(policy.message(new Sender(World.MALLORY, false, true), DIRECT, 10))
        .isEqualTo(new Verdict.Refuse(Reason.of(Kind.NOT_ALLOWED, "not from there")));
  }

  @Test
  void letsABurstPassAndSaysHowLongToWaitAfterIt() {
    for (int i = 0; i < 3; i++) {
      assertThat(policy.message(DAVE, DIRECT, 10)).isEqualTo(Verdict.allow());
    }
    assertWaits(policy.message(DAVE, DIRECT, 10), Duration.ofSeconds(1));
    now = now.plusMillis(999);
    assertWaits(policy.message(DAVE, DIRECT, 10), Duration.ofMillis(1));
    now = now.plusMillis(1);
    assertThat(policy.message(DAVE, DIRECT, 10)).isEqualTo(Verdict.allow());
    assertWaits(policy.message(DAVE, DIRECT, 10), Duration.ofSeconds(1));
  }

  @Test
  void aSilenceRefillsTheBurstAndNoMore() {
    while (policy.message(DAVE, DIRECT, 10) instanceof Verdict.Allow) {}
    now = now.plus(Duration.ofDays(1));
    int passed = 0;
    while (policy.message(DAVE, DIRECT, 10) instanceof Verdict.Allow) {
      passed++;
    }
    assertThat(passed).isEqualTo(3);
  }

  @Test
  void theSendersOfOneDomainShareItsRate() {
    int passed = 0;
    for (int i = 0; i < 10; i++) {
      Sender each = new Sender(new Address.Xmpp("user" + i, "xmpp.test"), false, true);
      passed += policy.message(each, DIRECT, 10) instanceof Verdict.Allow ? 1 : 0;
    }
    assertThat(passed).isEqualTo(5);
  }

  @Test
  void aSenderWhoseDomainIsTooFastLosesNothingOfTheirOwnRate() {
    for (int i = 0; i < 5; i++) {
      policy.message(new Sender(new Address.Xmpp("user" + i, "xmpp.test"), false, true), DIRECT, 1);
    }
    for (int i = 0; i < 10; i++) {
      assertWaits(policy.message(DAVE, DIRECT, 10), Duration.ofMillis(500));
    }
    now = now.plusSeconds(2);
    for (int i = 0; i < 3; i++) {
      assertThat(policy.message(DAVE, DIRECT, 10)).isEqualTo(Verdict.allow());
    }
  }

  @Test
  void whoeverClaimsANameDoesNotUseUpItsOwnersRate() {
    while (policy.message(SOMEBODY_AS_ERIN, DIRECT, 10) instanceof Verdict.Allow) {}
    assertThat(policy.message(ERIN, DIRECT, 10)).isEqualTo(Verdict.allow());
  }

  @Test
  void homeUsersWriteAsFastAsTheyLikeUnlessALimitIsSet() {
    for (int i = 0; i < 10_000; i++) {
      assertThat(policy.message(ALICE, DIRECT, 10)).isEqualTo(Verdict.allow());
    }
    Policy strict =
        policy(
            new PolicySettings(
                1_000,
                new Rate(10, 1),
                Rate.UNLIMITED,
                Rate.UNLIMITED,
                Rate.UNLIMITED,
                Rate.UNLIMITED));
    assertThat(strict.message(ALICE, DIRECT, 10)).isEqualTo(Verdict.allow());
    assertWaits(strict.message(ALICE, DIRECT, 10), Duration.ofMillis(100));
  }

  @Test
  void relaysForHomeUsersAndForVerifiedSendersWithARuleAndForNobodyElse() {
    Optional<Network> mail = Optional.of(Network.SMTP);
    assertThat(Policy.relay(ALICE, mail, false)).isEqualTo(Verdict.allow());
    assertThat(Policy.relay(DAVE, mail, true)).isEqualTo(Verdict.allow());
    assertRefused(Policy.relay(DAVE, mail, false), Kind.NOT_ALLOWED);
    assertRefused(
        Policy.relay(SOMEBODY_AS_ERIN, Optional.of(Network.XMPP), true), Kind.UNVERIFIED_SENDER);
    assertRefused(Policy.relay(SOMEBODY_AS_ERIN, Optional.empty(), false), Kind.NOT_ALLOWED);
  }

  @Test
  void neverRelaysBackToTheNetworkThatAMessageCameFrom() {
    assertRefused(Policy.relay(ERIN, Optional.of(Network.SMTP), true), Kind.NOT_ALLOWED);
  }

  private static Provenance via(List<String> gateways) {
    return new Provenance(true, List.of(), gateways);
  }

  private static void assertRefused(Verdict verdict, Kind kind) {
    assertThat(verdict)
        .isInstanceOfSatisfying(
            Verdict.Refuse.class, refuse -> assertThat(refuse.reason().kind()).isEqualTo(kind));
  }

  private static void assertWaits(Verdict verdict, Duration time) {
    assertThat(verdict)
        .isInstanceOfSatisfying(
            Verdict.Wait.class,
            wait -> {
              assertThat(wait.reason().kind()).isEqualTo(Kind.RATE_LIMITED);
              assertThat(wait.retryAfter()).contains(time);
            });
  }
}
