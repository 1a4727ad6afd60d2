package org.emsg.gateway.emsg;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.emsg.gateway.address.Addressing;
import org.emsg.gateway.home.AccountKey;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Network;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Everybody's keys: our own people's from the store, others' asked from their domain by
/// `GET_PROFILE` over a verified connection and believed for at most an hour (profile §5, §8).
///
/// What others publish is kept by its size, not by its number: a server writes its keys as it
/// likes. A domain has one connection for questions, whatever many are asked; what could not be had
/// is not asked again for half a minute. Thread-safe.
final class RemoteKeys implements SenderKeys {
  private static final Logger LOG = LoggerFactory.getLogger(RemoteKeys.class);
  private static final Duration FAILURE = Duration.ofSeconds(30);
  private static final Duration NOBODY = Duration.ofMinutes(1);
  private static final Duration BETWEEN_ASKING = Duration.ofMinutes(1);
  private static final int PINS = 50_000;

  /// Bytes of others' keys, about: some thirty thousand senders with a key or two.
  private static final int KEPT = 16 << 20;

  private static final int ENTRY_OVERHEAD = 200;
  private static final int KEY_OVERHEAD = 160;

  private final EmsgConfig config;
  private final Addressing addressing;
  private final OurKeys ours;
  private final EsmpLinks links;
  private final PublishedKeys published;
  private final Ticker ticker;
  private final AsyncCache<Address.Emsg, Known> kept;
  private final Map<Address.Emsg, CompletableFuture<KeysFound>> askedAgain =
      new ConcurrentHashMap<>();
  private final Cache<String, Set<String>> pins = Caffeine.newBuilder().maximumSize(PINS).build();

  RemoteKeys(
      EmsgConfig config,
      Addressing addressing,
      OurKeys ours,
      EsmpLinks links,
      PublishedKeys published,
      Ticker ticker) {
    this.config = config;
    this.addressing = addressing;
    this.ours = ours;
    this.links = links;
    this.published = published;
    this.ticker = ticker;
    this.kept =
        Caffeine.newBuilder()
            .maximumWeight(KEPT)
            .weigher(RemoteKeys::weight)
            .ticker(ticker)
            .expireAfter(
                Expiry.<Address.Emsg, Known>writing(
                    (_, known) -> Duration.ofNanos(Math.max(0, known.until() - ticker.read()))))
            .buildAsync();
  }

  /// What a domain said of somebody.
  ///
  /// @param asked when it was asked last, by the ticker
  /// @param until when it is believed no longer
  record Known(KeysFound found, long asked, long until) {}

  static int weight(Address.Emsg address, Known known) {
    int weight = ENTRY_OVERHEAD + address.text().length();
    if (known.found() instanceof KeysFound.Published(List<AccountKey> keys)) {
      for (AccountKey key : keys) {
        weight += KEY_OVERHEAD + 2 * key.keyId().length() + key.publicKey().size();
      }
    }
    return weight;
  }

  private Duration lifetime(KeysFound found) {
    return switch (found) {
      case KeysFound.Published(List<AccountKey> keys) ->
          keys.isEmpty() ? NOBODY : config.keyCache();
      case KeysFound.Unavailable _ -> FAILURE;
    };
  }

  @Override
  public CompletionStage<KeysFound> keysOf(Address.Emsg address) {
    if (addressing.isOurs(address.domain())) {
      return CompletableFuture.completedStage(new KeysFound.Published(ours.published(address)));
    }
    return kept.get(address, (key, _) -> ask(key).thenApply(this::known).toCompletableFuture())
        .thenApply(Known::found);
  }

  private Known known(KeysFound found) {
    long now = ticker.read();
    return new Known(found, now, now + lifetime(found).toNanos());
  }

  /// At most once a minute for each address; others that need it meanwhile share the answer. What
  /// is known stays in force until then, and also where the domain does not answer now.
  @Override
  public Optional<CompletionStage<KeysFound>> askAgain(Address.Emsg address) {
    CompletableFuture<Known> current = kept.getIfPresent(address);
    if (current == null || !current.isDone()) {
      return addressing.isOurs(address.domain()) ? Optional.empty() : Optional.of(keysOf(address));
    }
    CompletableFuture<KeysFound> running = askedAgain.get(address);
    if (running != null) {
      return Optional.of(running);
    }
    Known known = current.join();
    if (ticker.read() - known.asked() < BETWEEN_ASKING.toNanos()) {
      return Optional.empty();
    }
    CompletableFuture<KeysFound> fresh = new CompletableFuture<>();
    running = askedAgain.putIfAbsent(address, fresh);
    if (running != null) {
      return Optional.of(running);
    }
    ask(address)
        .thenAccept(found -> {
          Known now = known(found);
          kept.put(
              address,
              CompletableFuture.completedFuture(
                  found instanceof KeysFound.Unavailable
                      ? new Known(known.found(), now.asked(), known.until())
                      : now));
          askedAgain.remove(address);
          fresh.complete(found);
        });
    return Optional.of(fresh);
  }

  private CompletionStage<KeysFound> ask(Address.Emsg address) {
    ObjectNode question = JsonNodeFactory.instance.objectNode();
    question.put("type", "GET_PROFILE");
    question.put("user", address.text());
    return links
        .link(addressing.homeDomains().getFirst(), address.domain(), EsmpLinks.Purpose.ASK)
        .thenCompose(connection -> connection.request(question, config.answerTimeout()))
        .handle((answer, fault) -> {
          if (fault != null) {
            LOG.debug("{}: keys not to be had: {}", address, fault.toString());
            if (EsmpLinks.causeOf(fault) instanceof TimeoutException) {
              links.avoid(address.domain(), address.domain() + " does not answer");
            }
            return new KeysFound.Unavailable(
                address.domain() + " does not answer for them", FAILURE);
          }
          return read(address, answer);
        });
  }

  private KeysFound read(Address.Emsg address, EsmpLine.Response answer) {
    if (answer.code() == Code.NOT_FOUND.number() || answer.code() == Code.GONE.number()) {
      return new KeysFound.Published(List.of());
    }
    if (answer.code() != Code.OK.number()) {
      return new KeysFound.Unavailable(
          address.domain() + " answers " + answer.code() + " for them",
          answer.retryAfter().map(Duration::ofSeconds).orElse(FAILURE));
    }
    List<AccountKey> keys = published.read(answer.json().path("keys"));
    if (address.local().isEmpty()) {
      watch(address.domain(), keys);
    }
    return new KeysFound.Published(keys);
  }

  /// A domain key that is suddenly another, and not said to follow the old one, is worth a look.
  private void watch(String domain, List<AccountKey> keys) {
    Set<String> now =
        keys.stream().map(key -> AccountKey.idOf(key.publicKey())).collect(Collectors.toSet());
    Set<String> before = pins.getIfPresent(domain);
    if (before != null && before.stream().noneMatch(now::contains)) {
      LOG.warn(
          "The domain key of {} on {} is another than before, and the old one is not published as"
              + " superseded: if its operator did not change it, somebody answers in its place",
          domain,
          Network.EMSG.label());
    }
    pins.put(domain, now);
  }
}
