package org.emsg.gateway.store;

import org.emsg.gateway.model.Reason;

/// One envelope cannot be stored, now or later, whatever else is in its batch.
final class Unstorable extends RuntimeException {
  private final transient Reason reason;

  Unstorable(Reason reason) {
    super(reason.text(), null, false, false);
    this.reason = reason;
  }

  Reason reason() {
    return reason;
  }
}
