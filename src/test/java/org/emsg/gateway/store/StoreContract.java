package org.emsg.gateway.store;

/// What a test of the store needs.
interface StoreContract {
  /// Bytes that are no envelope.
  byte[] DAMAGED = {'x', 'y', 'z'};

  /// An envelope of which we know only that it is not for us.
  byte[] OF_VERSION_2 = {2, 'x'};

  /// A database of this test's own, with alice and anna as accounts.
  TestDatabase database();

  /// The store of one node on it.
  Store store();
}
