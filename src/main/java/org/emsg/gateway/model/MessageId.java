package org.emsg.gateway.model;

/// The id that one network gave a message: opaque, and unique only together with that network and
/// its sender. At most 1,024 characters, none of them a control character.
public record MessageId(String value) {
  private static final int MAX = 1024;

  public MessageId {
    if (value.isEmpty() || value.length() > MAX) {
      throw new IllegalArgumentException("a message id has 1 to " + MAX + " characters");
    }
    if (value.chars().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException("a message id has no control characters");
    }
  }

  @Override
  public String toString() {
    return value;
  }
}
