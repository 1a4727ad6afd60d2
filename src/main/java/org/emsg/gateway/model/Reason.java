package org.emsg.gateway.model;

import java.util.Optional;

/// Why something did not go as asked: the same for every network, and each edge has one table that
/// gives it its own form (ESMP code, RFC 3463 status, stanza error condition).
///
/// @param kind what edges switch over
/// @param text one sentence for the person who wrote, free of internals
/// @param status what the other network said, in its own words: `5.1.1`, `item-not-found`, `404`
public record Reason(Kind kind, String text, Optional<String> status) {
  public Reason {
    if (text.isBlank()) {
      throw new IllegalArgumentException("a reason says something");
    }
  }

  public static Reason of(Kind kind, String text) {
    return new Reason(kind, text, Optional.empty());
  }

  public static Reason of(Kind kind, String text, String status) {
    return new Reason(kind, text, Optional.of(status));
  }

  public enum Kind {
    MALFORMED,
    UNAUTHENTICATED,
    NOT_ALLOWED,
    NO_SUCH_USER,
    NO_SUCH_SERVER,
    CONFLICT,
    GONE,
    TOO_LARGE,
    UNSUPPORTED_CONTENT,
    SCHEMA_VIOLATION,
    UNVERIFIED_SENDER,
    TLS_REQUIRED,
    RATE_LIMITED,
    MAILBOX_FULL,
    LOOP,
    REMOTE_FAILURE,
    REMOTE_TIMEOUT,
    UNAVAILABLE,
    EXPIRED,
    INTERNAL
  }
}
