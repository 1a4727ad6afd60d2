package org.emsg.gateway.policy;

import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Network;
import org.emsg.gateway.model.Provenance;
import org.emsg.gateway.model.Reason;
import org.emsg.gateway.model.Reason.Kind;
import org.emsg.gateway.model.Verdict;

/// Every policy that a message meets. Thread-safe, never blocks.
public final class Policy {
  private final PolicySettings settings;
  private final Predicate<String> isOurs;
  private final Function<Address, Optional<Reason>> blocked;
  private final RateLimit homeUsers;
  private final Rates verified;
  private final Rates unverified;

  private record Rates(RateLimit sender, RateLimit domain) {}

  /// @param isOurs whether a domain is one that this gateway answers for
  /// @param blocked why nothing of a sender is taken, where a rule says so
  public Policy(
      PolicySettings settings,
      Predicate<String> isOurs,
      Function<Address, Optional<Reason>> blocked,
      Clock clock) {
    this.settings = settings;
    this.isOurs = isOurs;
    this.blocked = blocked;
    this.homeUsers = new RateLimit(settings.homeUser(), clock);
    this.verified =
        new Rates(
            new RateLimit(settings.verifiedSender(), clock),
            new RateLimit(settings.verifiedDomain(), clock));
    this.unverified =
        new Rates(
            new RateLimit(settings.unverifiedSender(), clock),
            new RateLimit(settings.unverifiedDomain(), clock));
  }

  /// Who writes.
  ///
  /// @param address native
  /// @param atHome whether it is a user of ours who proved to be
  /// @param verified whether their network vouched for them
  public record Sender(Address address, boolean atHome, boolean verified) {}

  /// What may be asked before there is a message: is this sender listened to at all?
  public Verdict sender(Sender sender) {
    Address address = sender.address();
    if (isOurs.test(address.domain()) && !sender.atHome()) {
      return Verdict.refuse(
          Kind.NOT_ALLOWED, "Nobody but this gateway writes from " + address.domain() + '.');
    }
    return blocked.apply(address).<Verdict>map(Verdict.Refuse::new).orElseGet(Verdict::allow);
  }

  /// Everything about a message but its recipients. Counts it toward its sender's rate where it may
  /// pass: call it once a message.
  ///
  /// @param size in bytes: of the signed form, where the origin has one, else of the texts in UTF-8
  ///   and the files that came with them
  public Verdict message(Sender sender, Provenance provenance, long size) {
    if (provenance.via().size() > Provenance.MAX_VIA
        || provenance.via().stream().anyMatch(isOurs)) {
      return Verdict.refuse(Kind.LOOP, "The message went round in a loop.");
    }
    if (size > settings.maxMessageBytes()) {
      return Verdict.refuse(
          Kind.TOO_LARGE, "The message is larger than " + settings.maxMessageBytes() + " bytes.");
    }
    return sender(sender) instanceof Verdict.Refuse refuse ? refuse : rate(sender);
  }

  /// May `sender` reach somebody outside, on `to`, through us? We are no open relay: from outside
  /// to outside only by a rule, for a sender whose own network vouches for them, and never back to
  /// the network they are on, which is reached without us.
  ///
  /// @param permitted whether a rule allows this transit
  /// @param to empty where the network is not decided yet
  public static Verdict relay(Sender sender, Optional<Network> to, boolean permitted) {
    if (sender.atHome()) {
      return Verdict.allow();
    }
    if (!permitted || to.filter(sender.address().network()::equals).isPresent()) {
      return Verdict.refuse(Kind.NOT_ALLOWED, "This gateway does not relay to that address.");
    }
    if (!sender.verified()) {
      return Verdict.refuse(
          Kind.UNVERIFIED_SENDER,
          "This gateway relays only for senders whose own network vouches for them.");
    }
    return Verdict.allow();
  }

  /// A claimed name must not use up the rate of whom it belongs to: who is not vouched for counts
  /// apart.
  private Verdict rate(Sender sender) {
    Address address = sender.address();
    String name = address.network().label() + ':' + address.text();
    if (sender.atHome()) {
      return homeUsers.take(name).map(Policy::wait).orElseGet(Verdict::allow);
    }
    Rates rates = sender.verified() ? verified : unverified;
    Optional<Duration> ownRate = rates.sender().take(name);
    if (ownRate.isPresent()) {
      return wait(ownRate.get());
    }
    Optional<Duration> domainRate = rates.domain().take(address.domain());
    if (domainRate.isPresent()) {
      rates.sender().giveBack(name);
      return wait(domainRate.get());
    }
    return Verdict.allow();
  }

  private static Verdict wait(Duration time) {
    return new Verdict.Wait(
        Reason.of(Kind.RATE_LIMITED, "Too many messages: slow down."), Optional.of(time));
  }
}
