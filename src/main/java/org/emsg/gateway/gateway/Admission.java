package org.emsg.gateway.gateway;

import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Network;
import org.emsg.gateway.model.Verdict;

/// May this recipient be written to? Asked by SMTP at RCPT, and by others before they take a body.
public interface Admission {
  /// Blocks for as long as planning may (2 s at most). `verified` is whether the sender's network
  /// vouched for `sender` so far; a refusal for want of that is `UNVERIFIED_SENDER`.
  Verdict mayWrite(Network origin, Address sender, boolean verified, Address recipient);
}
