package org.emsg.gateway.address;

import java.util.Optional;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Network;

/// The aliases that cannot be read back by themselves: those of addresses that are longer than 64
/// characters once escaped. `store` keeps them, under a unique index over (network, alias), for
/// good. Calls block on the database.
public interface HashedAliases {
  /// Makes `alias` mean `address`, durably when this returns; the same again changes nothing. False
  /// where it means another address already: nobody may be shown under it then.
  boolean put(String alias, Address address);

  /// Whom `alias` means on `network`'s face.
  Optional<Address> find(Network network, String alias);
}
