package org.emsg.gateway.gateway;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.emsg.gateway.address.Addressing;
import org.emsg.gateway.address.Parsed;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Network;
import org.emsg.gateway.model.Reason;
import org.emsg.gateway.policy.Policy;

/// Looks people up the way a message to them would go.
final class WayfinderDirectory implements Directory {
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private final Addressing addressing;
  private final Wayfinder ways;

  WayfinderDirectory(Addressing addressing, Wayfinder ways) {
    this.addressing = addressing;
    this.ways = ways;
  }

  @Override
  public CompletionStage<Listing> look(Address.Emsg asker, String typed) {
    return switch (addressing.parseAny(typed)) {
      case Parsed.Invalid invalid ->
          CompletableFuture.completedStage(
              unlisted(Reason.Kind.MALFORMED, invalid.why(), "the form"));
      case Parsed.Valid valid -> look(asker, valid.address());
    };
  }

  private CompletionStage<Listing> look(Address.Emsg asker, Address address) {
    CompletableFuture<Way> way;
    try {
      way = ways.find(new Policy.Sender(asker, true, true), Network.EMSG, address, true);
    } catch (RuntimeException e) {
      way = CompletableFuture.failedFuture(e);
    }
    return way.completeOnTimeout(
            new Way.Later("not all networks have answered"),
            PATIENCE.toMillis(),
            TimeUnit.MILLISECONDS)
        .thenApply(found -> list(address, found))
        .exceptionally(
            _ -> unlisted(Reason.Kind.UNAVAILABLE, "Ask again later.", "a look-up failed"));
  }

  private Listing list(Address address, Way way) {
    return switch (way) {
      case Way.Home home -> new Listing.Listed(home.account(), List.of(), home.why());
      case Way.No no -> new Listing.Unlisted(no.reason(), no.why());
      case Way.Later later -> unlisted(Reason.Kind.UNAVAILABLE, "Ask again later.", later.why());
      case Way.Out out -> {
        Optional<Address.Emsg> name = name(address, out);
        yield name.isPresent()
            ? new Listing.Listed(name.get(), options(out), out.why())
            : unlisted(Reason.Kind.NOT_ALLOWED, "That network has no face here.", out.why());
      }
    };
  }

  /// A plain address stays plain, so that the best network serves it; one that names its network
  /// becomes the alias that always means that network.
  private Optional<Address.Emsg> name(Address address, Way.Out out) {
    if (address instanceof Address.Emsg plain) {
      return Optional.of(plain);
    }
    return addressing.shownOn(Network.EMSG, out.recipient()).map(Address.Emsg.class::cast);
  }

  private List<Option> options(Way.Out out) {
    List<Option> options = new ArrayList<>();
    options.add(new Option(out.network(), out.recipient()));
    for (Network next : out.next()) {
      ways.nativeOn(next, out.recipient().local(), out.recipient().domain())
          .ifPresent(there -> options.add(new Option(next, there)));
    }
    return options;
  }

  private static Listing unlisted(Reason.Kind kind, String text, String why) {
    return new Listing.Unlisted(Reason.of(kind, text), why);
  }
}
