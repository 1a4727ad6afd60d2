package org.emsg.gateway.emsg;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.emsg.gateway.address.Addressing;
import org.emsg.gateway.crypto.AliasKeys;
import org.emsg.gateway.crypto.DomainKeys;
import org.emsg.gateway.crypto.Ed25519;
import org.emsg.gateway.home.AccountKey;
import org.emsg.gateway.home.Accounts;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Bytes;

/// The keys of everybody on our domains: accounts' as registered, the domains' own, and those that
/// aliases on our faces sign with. `Accounts` may block.
final class OurKeys {
  private final Addressing addressing;
  private final Accounts accounts;
  private final DomainKeys domains;
  private final AliasKeys aliases;

  OurKeys(Addressing addressing, Accounts accounts, DomainKeys domains, AliasKeys aliases) {
    this.addressing = addressing;
    this.accounts = accounts;
    this.domains = domains;
    this.aliases = aliases;
  }

  /// What we publish for `address`, which is on a domain of ours; empty for nobody we know.
  List<AccountKey> published(Address.Emsg address) {
    if (address.local().isEmpty()) {
      return List.of(current(domainKey(address.domain())));
    }
    if (isHome(address.domain())) {
      return accounts.keys(address);
    }
    return List.of(current(aliases.of(address.text())));
  }

  /// What signs for `address`, which is an alias or a domain of ours; empty for an account, whose
  /// key only its owner has.
  Optional<Ed25519.SigningKey> signer(Address.Emsg address) {
    if (address.local().isEmpty()) {
      return Optional.of(domainKey(address.domain()));
    }
    return isHome(address.domain()) ? Optional.empty() : Optional.of(aliases.of(address.text()));
  }

  /// The key of the home domain that answers for `domain`.
  Ed25519.SigningKey domainKey(String domain) {
    return domains.ed25519(
        addressing
            .ownerOf(domain)
            .orElseThrow(() -> new IllegalArgumentException(domain + " is not ours")));
  }

  private boolean isHome(String domain) {
    return addressing.homeDomains().contains(domain);
  }

  private static AccountKey current(Ed25519.SigningKey key) {
    Bytes publicKey = key.publicKey();
    return new AccountKey(
        AccountKey.idOf(publicKey),
        Signatures.ED25519,
        publicKey,
        Instant.EPOCH,
        Optional.empty(),
        Optional.empty());
  }
}
