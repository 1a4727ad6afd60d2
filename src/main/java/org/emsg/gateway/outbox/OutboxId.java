package org.emsg.gateway.outbox;

/// The number of one message to one recipient in the outbox. Later rows have greater numbers.
public record OutboxId(long value) {
  @Override
  public String toString() {
    return Long.toString(value);
  }
}
