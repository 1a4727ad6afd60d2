package org.emsg.gateway.emsg;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.Optional;
import org.emsg.gateway.address.Addressing;
import org.emsg.gateway.address.Parsed;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Network;

/// EMSG addresses that were read lately: the same few come again in every message of a session.
/// Forgets soon, because the mapping file may change. Thread-safe.
final class AddressCache {
  private static final int MAX_TEXT = 320;
  private static final int KEPT = 20_000;

  private final Addressing addressing;
  private final Cache<String, Parsed> kept =
      Caffeine.newBuilder().maximumSize(KEPT).expireAfterWrite(Duration.ofSeconds(5)).build();

  AddressCache(Addressing addressing) {
    this.addressing = addressing;
  }

  Parsed read(String text) {
    if (text.length() > MAX_TEXT) {
      return new Parsed.Invalid("it is too long");
    }
    return kept.get(text, key -> addressing.parse(Network.EMSG, key));
  }

  Optional<Address.Emsg> parse(String text) {
    return read(text) instanceof Parsed.Valid(Address.Emsg address)
        ? Optional.of(address)
        : Optional.empty();
  }
}
