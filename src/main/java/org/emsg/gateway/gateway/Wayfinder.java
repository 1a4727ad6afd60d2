package org.emsg.gateway.gateway;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.emsg.gateway.address.Addressing;
import org.emsg.gateway.address.Parsed;
import org.emsg.gateway.address.Target;
import org.emsg.gateway.address.Transit;
import org.emsg.gateway.gateway.NetworkFinder.Findings;
import org.emsg.gateway.gateway.PlannedEnvelope.Learned;
import org.emsg.gateway.gateway.Preferences.Contact;
import org.emsg.gateway.gateway.Preferences.Footing;
import org.emsg.gateway.gateway.Preferences.Running;
import org.emsg.gateway.gateway.Preferences.Standing;
import org.emsg.gateway.home.Accounts;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.ConversationId;
import org.emsg.gateway.model.Network;
import org.emsg.gateway.model.Reason;
import org.emsg.gateway.model.Verdict;
import org.emsg.gateway.outbox.Outbox;
import org.emsg.gateway.policy.Policy;

/// Finds each recipient's way: the six steps of `addresses.md`, "Which network serves a recipient".
/// `Addressing` takes the first three; account, preference, discovery and the choice of a second
/// network are here. Thread-safe; asks caches, and the database only for what no rule decides.
final class Wayfinder {
  private final Addressing addressing;
  private final Accounts accounts;
  private final Preferences preferences;
  private final Outbox outbox;
  private final NetworkFinder finder;

  Wayfinder(
      Addressing addressing,
      Accounts accounts,
      Preferences preferences,
      Outbox outbox,
      NetworkFinder finder) {
    this.addressing = addressing;
    this.accounts = accounts;
    this.preferences = preferences;
    this.outbox = outbox;
    this.finder = finder;
  }

  /// Never completes exceptionally because of discovery; `patient` takes what is known where a
  /// better network's answer is still not to be had.
  CompletableFuture<Way> find(
      Policy.Sender party, Network origin, Address addressed, boolean patient) {
    return follow(party, addressing.resolve(origin, addressed), patient);
  }

  private CompletableFuture<Way> follow(Policy.Sender party, Target target, boolean patient) {
    return switch (target) {
      case Target.Home home when accounts.exists(home.account()) ->
          done(new Way.Home(home.account(), home.why()));
      case Target.Home home when home.otherwise().isPresent() ->
          follow(party, home.otherwise().get(), patient);
      case Target.Home home ->
          done(Way.No.because(Reason.Kind.NO_SUCH_USER, "There is no such account.", home.why()));
      case Target.Nobody nobody -> done(new Way.No(nobody.reason(), nobody.why()));
      case Target.On on ->
          done(
              relayed(party, Optional.of(on.network()), on.transit(), on.why())
                  .orElseGet(() ->
                      new Way.Out(
                          on.network(),
                          on.address(),
                          List.of(),
                          Optional.empty(),
                          false,
                          on.why())));
      case Target.Open open -> {
        if (party.atHome()) {
          yield correspondent((Address.Emsg) party.address(), open, patient);
        }
        Optional<Way> no = relayed(party, Optional.empty(), open.transit(), open.why());
        yield no.isPresent() ? done(no.get()) : transit(party, open, patient);
      }
    };
  }

  /// Why this sender may not reach anybody outside through us; empty for whom may.
  private static Optional<Way> relayed(
      Policy.Sender party, Optional<Network> to, Transit transit, String why) {
    return Policy.relay(party, to, transit.allows(party.address())) instanceof Verdict.Refuse refuse
        ? Optional.of(new Way.No(refuse.reason(), why))
        : Optional.empty();
  }

  private CompletableFuture<Way> transit(Policy.Sender party, Target.Open open, boolean patient) {
    List<Network> order = new ArrayList<>(addressing.discoveryOrder());
    order.remove(party.address().network());
    return finder
        .find(open.domain(), order)
        .thenApply(found -> {
          List<Address> ways = natives(open, found.serving());
          return ways.isEmpty() || (found.unsure() && !patient)
              ? nowhere(found)
              : out(ways.getFirst(), List.of(), Optional.empty(), found.evidence());
        });
  }

  /// Steps 4 to 6, for a home user.
  private CompletableFuture<Way> correspondent(
      Address.Emsg account, Target.Open open, boolean patient) {
    Contact contact = new Contact(account, open.local(), open.domain());
    Standing standing = preferences.standing(contact);
    if (standing.running().isPresent()) {
      Running running = standing.running().get();
      Optional<Address> there = nativeOn(running.network(), open);
      if (there.isPresent()) {
        return going(contact, standing, running, there.get(), open);
      }
    }
    if (standing.chosen().isPresent()) {
      Optional<Address> there = nativeOn(standing.chosen().get(), open);
      if (there.isPresent()) {
        return done(chosen(contact, there.get()));
      }
    }
    return finder
        .find(open.domain(), addressing.discoveryOrder())
        .thenApply(found -> {
          List<Address> ways = natives(open, found.serving());
          if (ways.isEmpty() || (found.unsure() && !patient)) {
            return nowhere(found);
          }
          return firstContact(contact, ways, found.evidence());
        });
  }

  /// A conversation that runs stays where it runs until nothing of it waits there; then the user's
  /// wish counts.
  private CompletableFuture<Way> going(
      Contact contact, Standing standing, Running running, Address there, Target.Open open) {
    Network network = running.network();
    Optional<Network> wish = standing.chosen().filter(chosen -> chosen != network);
    boolean undecided = running.footing() == Footing.TRIED;
    if (wish.isEmpty() && !undecided) {
      return done(out(there, List.of(), Optional.empty(), "the conversation runs here"));
    }
    boolean waiting = outbox.isWaiting(ConversationId.of(contact.account(), there));
    if (wish.isPresent() && !waiting) {
      Optional<Address> wished = nativeOn(wish.get(), open);
      if (wished.isPresent()) {
        return done(chosen(contact, wished.get()));
      }
    }
    if (!undecided) {
      return done(
          out(
              there,
              List.of(),
              Optional.empty(),
              "earlier messages of the conversation wait here"));
    }
    if (standing.chosen().isPresent()) {
      return done(out(there, List.of(), Optional.empty(), "chosen by " + contact.account()));
    }
    if (!waiting) {
      Learned reached = new Learned(contact, new Running(network, Footing.REACHED), true);
      return done(
          out(there, List.of(), Optional.of(reached), "the conversation reached them here"));
    }
    return finder
        .find(open.domain(), addressing.discoveryOrder())
        .thenApply(found ->
            out(
                there,
                after(network, found.serving()),
                Optional.empty(),
                "the first messages of the conversation wait here"));
  }

  private static Way.Out chosen(Contact contact, Address there) {
    Learned learned = new Learned(contact, new Running(there.network(), Footing.REACHED));
    return out(there, List.of(), Optional.of(learned), "chosen by " + contact.account());
  }

  private static Way.Out firstContact(Contact contact, List<Address> ways, String evidence) {
    Address first = ways.getFirst();
    Learned tried = new Learned(contact, new Running(first.network(), Footing.TRIED));
    List<Network> next = ways.stream().skip(1).map(Address::network).toList();
    return out(first, next, Optional.of(tried), evidence);
  }

  private static Way nowhere(Findings found) {
    if (found.unsure()) {
      return new Way.Later(found.evidence());
    }
    return Way.No.because(
        Reason.Kind.NO_SUCH_SERVER,
        "No network was found that serves " + found.evidence() + '.',
        found.evidence());
  }

  private static Way.Out out(
      Address recipient, List<Network> next, Optional<Learned> learned, String why) {
    return new Way.Out(recipient.network(), recipient, next, learned, true, why);
  }

  private static List<Network> after(Network network, List<Network> serving) {
    int place = serving.indexOf(network);
    return place < 0 ? List.of() : serving.subList(place + 1, serving.size());
  }

  private List<Address> natives(Target.Open open, List<Network> networks) {
    return networks.stream().flatMap(network -> nativeOn(network, open).stream()).toList();
  }

  private Optional<Address> nativeOn(Network network, Target.Open open) {
    return nativeOn(network, open.local(), open.domain());
  }

  /// What `local#domain` is called on `network`, where it can be called something.
  Optional<Address> nativeOn(Network network, String local, String domain) {
    return addressing.nativeOn(network, local, domain) instanceof Parsed.Valid valid
        ? Optional.of(valid.address())
        : Optional.empty();
  }

  /// Whether `shown` is what people of `viewer` know `party` as.
  boolean isShownAs(Address party, Network viewer, Address shown) {
    return addressing.shownOn(viewer, party).filter(shown::equals).isPresent();
  }

  /// What a message from `sender` outside to `account` tells of where they talk: its network, once
  /// nothing waits for them on another one.
  Optional<Learned> learn(Address sender, Address.Emsg account) {
    Contact contact = new Contact(account, sender.local(), sender.domain());
    Optional<Running> running = preferences.standing(contact).running();
    Running verified = new Running(sender.network(), Footing.VERIFIED);
    if (running.isPresent()) {
      if (running.get().equals(verified)) {
        return Optional.empty();
      }
      if (running.get().network() != sender.network()) {
        Optional<Address> there =
            nativeOn(running.get().network(), sender.local(), sender.domain());
        if (there.isPresent() && outbox.isWaiting(ConversationId.of(account, there.get()))) {
          return Optional.empty();
        }
      }
    }
    return Optional.of(new Learned(contact, verified));
  }

  private static CompletableFuture<Way> done(Way way) {
    return CompletableFuture.completedFuture(way);
  }
}
