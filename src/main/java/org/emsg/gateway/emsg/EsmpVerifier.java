package org.emsg.gateway.emsg;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.emsg.gateway.gateway.IntakeResult;
import org.emsg.gateway.home.AccountKey;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Bytes;
import org.emsg.gateway.model.Reason;

/// Decides whether a line was sent by whom it names, and whether the session may bring it (profile
/// §5, §8). Pure but for the clock and for asking for new keys; thread-safe.
final class EsmpVerifier {
  static final Duration AHEAD = Duration.ofMinutes(5);
  static final Duration BEHIND = Duration.ofDays(14);
  private static final Duration SOON = Duration.ofSeconds(5);

  private final Signatures signatures;
  private final Predicate<String> isOurs;
  private final Predicate<Address.Emsg> asksAgain;
  private final Clock clock;

  /// @param asksAgain asks for new keys of a sender whose known ones do not fit; whether it does,
  ///   so that another try may fare better
  EsmpVerifier(
      Signatures signatures,
      Predicate<String> isOurs,
      Predicate<Address.Emsg> asksAgain,
      Clock clock) {
    this.signatures = signatures;
    this.isOurs = isOurs;
    this.asksAgain = asksAgain;
    this.clock = clock;
  }

  /// What the verifier says.
  sealed interface Checked {
    record Passed(EsmpInbound.Verified verified) implements Checked {}

    record Refused(IntakeResult result) implements Checked {}
  }

  Checked verify(EsmpInbound inbound) {
    Optional<Reason> forbidden = mayBring(inbound);
    if (forbidden.isPresent()) {
      return refused(forbidden.get());
    }
    Optional<Instant> sent = Timestamps.read(inbound.line().json());
    if (sent.isEmpty()) {
      return refused(Reason.of(Reason.Kind.MALFORMED, "The timestamp is no time."));
    }
    return switch (inbound.keys()) {
      case KeysFound.Unavailable(String why, Duration retryAfter) ->
          new Checked.Refused(
              new IntakeResult.Deferred(
                  Reason.of(
                      Reason.Kind.UNAVAILABLE, "The sender's keys cannot be had now: " + why + '.'),
                  Optional.of(retryAfter)));
      case KeysFound.Published(List<AccountKey> keys) -> check(inbound, keys, sent.get());
    };
  }

  private Checked check(EsmpInbound inbound, List<AccountKey> keys, Instant sent) {
    byte[] signedForm = SignedForm.of(inbound.line().json());
    Optional<String> keyId = signatures.verifiedBy(inbound.line().json(), signedForm, keys, sent);
    if (keyId.isEmpty() && asksAgain.test(inbound.sender())) {
      return new Checked.Refused(
          new IntakeResult.Deferred(
              Reason.of(
                  Reason.Kind.UNAVAILABLE, "The sender's keys are being asked for once more."),
              Optional.of(SOON)));
    }
    if (keyId.isEmpty()) {
      return refused(
          Reason.of(
              Reason.Kind.UNAUTHENTICATED,
              "No signature verifies under a key that the sender's domain publishes."));
    }
    Instant now = clock.instant();
    if (sent.isAfter(now.plus(AHEAD)) || sent.isBefore(now.minus(BEHIND))) {
      return refused(
          Reason.of(
              Reason.Kind.MALFORMED,
              "The timestamp is more than 5 minutes ahead or 14 days behind."));
    }
    Bytes digest = SignedForm.digest(signedForm);
    return new Checked.Passed(new EsmpInbound.Verified(inbound, keyId.get(), digest, sent));
  }

  /// Who may submit for whom (profile §5).
  private Optional<Reason> mayBring(EsmpInbound inbound) {
    return switch (inbound.peer()) {
      case Peer.Anonymous() ->
          Optional.of(Reason.of(Reason.Kind.UNAUTHENTICATED, "Authenticate first."));
      case Peer.Device(var user, var _) ->
          user.equals(inbound.sender())
              ? Optional.empty()
              : notAllowed("A session sends in the name of its own user only.");
      case Peer.Server(String domain) ->
          domain.equals(inbound.sender().domain())
              ? Optional.empty()
              : notAllowed("A server sends in the names of its own domain only.");
      case Peer.Stranger() ->
          isOurs.test(inbound.sender().domain())
              ? notAllowed("Our own people send through sessions of their own.")
              : Optional.empty();
    };
  }

  private static Optional<Reason> notAllowed(String text) {
    return Optional.of(Reason.of(Reason.Kind.NOT_ALLOWED, text));
  }

  private static Checked refused(Reason reason) {
    return new Checked.Refused(new IntakeResult.Refused(reason));
  }
}
