package org.emsg.gateway.emsg;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;

/// `timestamp`: milliseconds since 1970 UTC; seconds (below 10^11) and RFC 3339 are understood too
/// (profile §7).
final class Timestamps {
  private static final long SECONDS_BELOW = 100_000_000_000L;

  private Timestamps() {}

  static Optional<Instant> read(JsonNode message) {
    JsonNode value = message.path("timestamp");
    if (value.isIntegralNumber()) {
      long number = value.longValue();
      return Optional.of(
          number < SECONDS_BELOW ? Instant.ofEpochSecond(number) : Instant.ofEpochMilli(number));
    }
    if (value.isTextual()) {
      try {
        return Optional.of(OffsetDateTime.parse(value.textValue()).toInstant());
      } catch (DateTimeException e) {
        return Optional.empty();
      }
    }
    return Optional.empty();
  }
}
