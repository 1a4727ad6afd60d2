package org.emsg.gateway.gateway;

import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.emsg.gateway.gateway.Discovery.Answer;
import org.emsg.gateway.model.Network;

/// Finds out which networks serve a domain, best first (`addresses.md`, step 5): all edges are
/// asked at once, and what they say is remembered for as long as they say. Thread-safe.
final class NetworkFinder {
  private static final int REMEMBERED = 20_000;
  private static final Duration AT_LEAST = Duration.ofSeconds(10);
  private static final Duration AT_MOST = Duration.ofHours(1);

  /// How long a failed look-up is not repeated: a burst of messages asks once.
  private static final Duration AFTER_FAILURE = Duration.ofSeconds(5);

  /// A look-up that never ends is given up, and asked again when somebody needs it.
  private static final Duration LONGEST = Duration.ofSeconds(30);

  private final Map<Network, Discovery> edges;
  private final AsyncCache<Question, Answer> answers;

  NetworkFinder(List<Discovery> edges, Ticker ticker) {
    this.edges =
        edges.stream().collect(Collectors.toUnmodifiableMap(Discovery::network, edge -> edge));
    this.answers =
        Caffeine.newBuilder()
            .ticker(ticker)
            .executor(Runnable::run)
            .maximumSize(REMEMBERED)
            .expireAfter(Expiry.<Question, Answer>writing((_, answer) -> shelfLife(answer)))
            .buildAsync();
  }

  /// Complete on return where everything asked is remembered. Never exceptional.
  CompletableFuture<Findings> find(String domain, List<Network> order) {
    List<CompletableFuture<Found>> asked = new ArrayList<>(order.size());
    for (Network network : order) {
      Discovery edge = edges.get(network);
      if (edge != null) {
        asked.add(
            answers
                .get(new Question(network, domain), (_, _) -> ask(edge, domain))
                .thenApply(answer -> new Found(network, answer)));
      }
    }
    Function<Object, Findings> gather =
        _ -> Findings.of(domain, asked.stream().map(CompletableFuture::join).toList());
    CompletableFuture<Void> all =
        CompletableFuture.allOf(asked.toArray(new CompletableFuture<?>[0]));
    return all.thenApply(gather);
  }

  private static CompletableFuture<Answer> ask(Discovery edge, String domain) {
    try {
      return edge.discover(domain)
          .toCompletableFuture()
          .copy()
          .completeOnTimeout(
              new Answer.Unknown("no answer in time"), LONGEST.toSeconds(), TimeUnit.SECONDS)
          .exceptionally(e -> new Answer.Unknown("the look-up failed: " + e.getMessage()));
    } catch (RuntimeException e) {
      return CompletableFuture.completedFuture(
          new Answer.Unknown("the look-up failed: " + e.getMessage()));
    }
  }

  private static Duration shelfLife(Answer answer) {
    return switch (answer) {
      case Answer.Serves serves -> bounded(serves.ttl());
      case Answer.Absent absent -> bounded(absent.ttl());
      case Answer.Unknown _ -> AFTER_FAILURE;
    };
  }

  private static Duration bounded(Duration ttl) {
    if (ttl.compareTo(AT_LEAST) < 0) {
      return AT_LEAST;
    }
    return ttl.compareTo(AT_MOST) > 0 ? AT_MOST : ttl;
  }

  private record Question(Network network, String domain) {}

  /// What one edge said.
  record Found(Network network, Answer answer) {}

  /// What was found out about a domain.
  ///
  /// @param serving the networks that serve it, best first; a weak answer comes last
  /// @param unsure whether an edge that might have a better answer could not tell
  /// @param evidence what was asked and answered, for traces and refusals
  record Findings(List<Network> serving, boolean unsure, String evidence) {
    static Findings of(String domain, List<Found> asked) {
      List<Network> strong = new ArrayList<>();
      List<Network> weak = new ArrayList<>();
      boolean unsure = false;
      StringBuilder evidence = new StringBuilder(domain);
      for (Found found : asked) {
        evidence.append("; ").append(found.network().label()).append(": ");
        evidence.append(found.answer().evidence());
        switch (found.answer()) {
          case Answer.Serves serves -> (serves.weak() ? weak : strong).add(found.network());
          case Answer.Unknown _ -> unsure |= strong.isEmpty();
          case Answer.Absent _ -> {}
        }
      }
      strong.addAll(weak);
      return new Findings(List.copyOf(strong), unsure, evidence.toString());
    }
  }
}
