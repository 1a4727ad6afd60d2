package org.emsg.gateway.store;

import org.emsg.gateway.model.Bytes;

/// What a test of the store needs.
interface StoreContract {
  /// Bytes that are no envelope.
  Bytes DAMAGED = Bytes.utf8("xyz");

  /// An envelope of which we know only that it is not for us.
  Bytes OF_VERSION_2 = Bytes.utf8("\u0002x");

  /// A database of this test's own, with alice and anna as accounts.
  TestDatabase database();

  /// The store of one node on it.
  Store store();
}
