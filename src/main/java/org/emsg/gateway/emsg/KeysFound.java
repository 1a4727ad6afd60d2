package org.emsg.gateway.emsg;

import java.time.Duration;
import java.util.List;
import org.emsg.gateway.home.AccountKey;

/// What was found out about somebody's keys.
sealed interface KeysFound {
  /// The keys that the owner's domain publishes; none, where it knows nobody of that name.
  record Published(List<AccountKey> keys) implements KeysFound {}

  /// They cannot be had now.
  record Unavailable(String why, Duration retryAfter) implements KeysFound {}
}
