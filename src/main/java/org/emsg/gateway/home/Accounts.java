package org.emsg.gateway.home;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.emsg.gateway.model.Address;

/// The accounts of the home domains. Calls block on the database; implementations cache what the
/// hot path asks for, and learn of changes made by other nodes within a few seconds.
public interface Accounts {
  boolean exists(Address.Emsg account);

  /// False where it is there already.
  boolean add(Address.Emsg account);

  List<Address.Emsg> list(String domain);

  /// The account's keys, those out of use included; a domain's own for `#domain`.
  List<AccountKey> keys(Address.Emsg account);

  /// The keys of these accounts that are revoked, straight from the database; accounts that have
  /// none such are left out.
  Map<Address.Emsg, Set<String>> revokedKeys(Collection<Address.Emsg> accounts);

  /// False where the account has a key of that id, or any account has that public key.
  boolean addKey(Address.Emsg account, AccountKey key);

  /// Marks a key superseded at `when`, once and for all; false where there is none such, or it is
  /// superseded or revoked already.
  boolean supersede(Address.Emsg account, String keyId, Instant when);

  /// Marks a key revoked at `when`, once and for all; false where there is none such, or it is
  /// revoked already.
  boolean revoke(Address.Emsg account, String keyId, Instant when);
}
