package org.emsg.gateway.model;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// What keeps its order: the messages between two parties, in both directions.
///
/// It is made of the two *native* addresses, so a conversation is one and the same whichever
/// network a message of it came from. Mail that is not aligned never joins it: it runs in a
/// conversation of its own (`addresses.md`, "Who is who").
public record ConversationId(String value) {
  private static final int HEX = 32;

  public ConversationId {
    if (value.length() != HEX) {
      throw new IllegalArgumentException("a conversation id is 32 hex digits");
    }
  }

  /// The conversation of two parties who are known to be who they say they are.
  public static ConversationId of(Address one, Address other) {
    return digest("verified", one, other);
  }

  /// The conversation with somebody who only claims to be `claimed`.
  public static ConversationId unverified(Address claimed, Address other) {
    return digest("unverified", claimed, other);
  }

  private static ConversationId digest(String kind, Address one, Address other) {
    String a = one.network().label() + ':' + one.text();
    String b = other.network().label() + ':' + other.text();
    String text = kind + '\n' + (a.compareTo(b) <= 0 ? a + '\n' + b : b + '\n' + a);
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return new ConversationId(HexFormat.of().formatHex(hash, 0, HEX / 2));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  @Override
  public String toString() {
    return value;
  }
}
