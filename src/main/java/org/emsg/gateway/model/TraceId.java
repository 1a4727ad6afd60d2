package org.emsg.gateway.model;

import java.time.Instant;
import java.util.random.RandomGenerator;

/// The name of one message's way through the gateway, from the first byte to the last hop.
///
/// Twenty characters of lower-case base32hex (RFC 4648 §7, `0-9a-v`): 48 bits of milliseconds since
/// 1970 and 52 bits of randomness, so trace ids sort by time and are easy to read out.
public record TraceId(String value) {
  private static final String ALPHABET = "0123456789abcdefghijklmnopqrstuv";
  private static final int LENGTH = 20;

  public TraceId {
    if (value.length() != LENGTH || !value.chars().allMatch(c -> ALPHABET.indexOf(c) >= 0)) {
      throw new IllegalArgumentException("a trace id is 20 characters of 0-9a-v");
    }
  }

  public static TraceId next(Instant now, RandomGenerator random) {
    long time = now.toEpochMilli() & 0xFFFF_FFFF_FFFFL;
    long noise = random.nextLong() & 0xF_FFFF_FFFF_FFFFL;
    // 100 bits: 48 of time, then 52 of noise; the high half holds the first ten characters.
    long high = (time << 2) | (noise >>> 50);
    long low = noise & 0x3_FFFF_FFFF_FFFFL;
    char[] text = new char[LENGTH];
    for (int i = 0; i < 10; i++) {
      text[9 - i] = ALPHABET.charAt((int) (high >>> (5 * i)) & 31);
      text[19 - i] = ALPHABET.charAt((int) (low >>> (5 * i)) & 31);
    }
    return new TraceId(new String(text));
  }

  @Override
  public String toString() {
    return value;
  }
}
