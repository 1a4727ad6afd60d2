package org.emsg.gateway.address;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.util.Optional;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Network;

/// Writes and reads aliases of native addresses. What can be read back by itself is; hashed ones
/// are stored before they are first shown, and looked up.
final class Aliases {
  private static final int CACHED = 10_000;

  private final HashedAliases hashed;
  private final Cache<Key, Address> known = Caffeine.newBuilder().maximumSize(CACHED).build();

  Aliases(HashedAliases hashed) {
    this.hashed = hashed;
  }

  private record Key(Network network, String alias) {}

  /// The alias to show for `address`. Empty where another address has the same one.
  Optional<String> shown(Address address) {
    String alias = AliasEscape.escape(address.local(), address.domain());
    if (!AliasEscape.isHashed(alias)) {
      return Optional.of(alias);
    }
    Key key = new Key(address.network(), alias);
    Address stored = known.getIfPresent(key);
    if (stored == null) {
      if (!hashed.put(alias, address)) {
        return Optional.empty();
      }
      known.put(key, address);
      stored = address;
    }
    return stored.equals(address) ? Optional.of(alias) : Optional.empty();
  }

  /// The native address on `network` that `alias` is for. Empty where it is no canonical alias of a
  /// valid address.
  Optional<Address> read(Network network, String alias) {
    if (AliasEscape.isHashed(alias)) {
      return find(new Key(network, alias));
    }
    return plain(network, alias);
  }

  /// As `read`, for those that need no look-up.
  static Optional<Address> plain(Network network, String alias) {
    return AliasEscape.unescape(alias)
        .flatMap(parts ->
            AddressParser.of(network, parts.local(), parts.domain())
                        instanceof Parsed.Valid(Address address)
                    && address.local().equals(parts.local())
                    && address.domain().equals(parts.domain())
                ? Optional.of(address)
                : Optional.empty());
  }

  private Optional<Address> find(Key key) {
    Address cached = known.getIfPresent(key);
    if (cached != null) {
      return Optional.of(cached);
    }
    Optional<Address> found =
        hashed
            .find(key.network(), key.alias())
            .filter(address ->
                AliasEscape.escape(address.local(), address.domain()).equals(key.alias()));
    found.ifPresent(address -> known.put(key, address));
    return found;
  }
}
