package org.emsg.gateway.emsg;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import org.emsg.gateway.address.Addressing;
import org.emsg.gateway.crypto.Ed25519;
import org.emsg.gateway.crypto.RsaSignatures;
import org.emsg.gateway.home.AccountKey;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Bytes;
import org.emsg.gateway.model.Network;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Everybody's keys: our own people's from the store, others' asked from their domain by
/// `GET_PROFILE` over a verified connection and believed for at most an hour (profile §5, §8).
///
/// A domain has one connection for questions, whatever many are asked; what could not be had is not
/// asked again for half a minute. Thread-safe.
final class RemoteKeys implements SenderKeys {
  private static final Logger LOG = LoggerFactory.getLogger(RemoteKeys.class);
  private static final Duration FAILURE = Duration.ofSeconds(30);
  private static final Duration NOBODY = Duration.ofMinutes(1);
  private static final int KEPT = 50_000;
  private static final int MAX_KEYS = 32;

  private final EmsgConfig config;
  private final Addressing addressing;
  private final OurKeys ours;
  private final EsmpLinks links;
  private final Ed25519 ed25519;
  private final RsaSignatures rsa;
  private final AsyncCache<Address.Emsg, KeysFound> kept;
  private final Cache<String, Set<Bytes>> pins = Caffeine.newBuilder().maximumSize(KEPT).build();

  RemoteKeys(
      EmsgConfig config,
      Addressing addressing,
      OurKeys ours,
      EsmpLinks links,
      Ed25519 ed25519,
      RsaSignatures rsa) {
    this.config = config;
    this.addressing = addressing;
    this.ours = ours;
    this.links = links;
    this.ed25519 = ed25519;
    this.rsa = rsa;
    this.kept =
        Caffeine.newBuilder()
            .maximumSize(KEPT)
            .expireAfter(Expiry.<Address.Emsg, KeysFound>creating((_, found) -> lifetime(found)))
            .buildAsync();
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
    return kept.get(address, (key, _) -> ask(key).toCompletableFuture());
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
    List<AccountKey> keys = new ArrayList<>();
    for (JsonNode entry : answer.json().path("keys")) {
      if (keys.size() < MAX_KEYS) {
        key(entry).ifPresent(keys::add);
      }
    }
    if (address.local().isEmpty()) {
      watch(address.domain(), keys);
    }
    return new KeysFound.Published(List.copyOf(keys));
  }

  /// An unreadable time is taken for one that keeps the key from being used.
  private Optional<AccountKey> key(JsonNode entry) {
    String algorithm = entry.path("alg").asText();
    Optional<Bytes> publicKey =
        Signatures.base64(entry.path("public_key").textValue()).map(Bytes::wrap);
    boolean sound =
        publicKey.isPresent()
            && switch (algorithm) {
              case Signatures.ED25519 -> ed25519.isPublicKey(publicKey.get());
              case Signatures.RSA -> rsa.isPublicKey(publicKey.get());
              default -> false;
            };
    return sound
        ? Optional.of(
            new AccountKey(
                entry.path("key_id").asText(AccountKey.idOf(publicKey.get())),
                algorithm,
                publicKey.get(),
                time(entry, "added").orElse(Instant.EPOCH),
                time(entry, "superseded"),
                time(entry, "revoked")))
        : Optional.empty();
  }

  private static Optional<Instant> time(JsonNode entry, String name) {
    return entry.has(name)
        ? Optional.of(Instant.ofEpochMilli(entry.path(name).asLong()))
        : Optional.empty();
  }

  /// A domain key that is suddenly another, and not said to follow the old one, is worth a look.
  private void watch(String domain, List<AccountKey> keys) {
    Set<Bytes> now = keys.stream().map(AccountKey::publicKey).collect(Collectors.toSet());
    Set<Bytes> before = pins.getIfPresent(domain);
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
