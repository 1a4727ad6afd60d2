package org.emsg.gateway.store;

/// What a test of the store needs.
interface StoreContract {
  /// A database of this test's own, with alice and anna as accounts.
  TestDatabase database();

  /// The store of one node on it.
  Store store();
}
