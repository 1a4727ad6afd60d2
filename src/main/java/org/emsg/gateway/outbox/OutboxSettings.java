package org.emsg.gateway.outbox;

import java.time.Duration;

/// How the outbox is drained, for each network.
///
/// @param conversations how many conversations of a lane are delivered at once; 16
/// @param lanes how many lanes a node drains at once; 256
/// @param sendingBytes how much memory the messages take that a node sends at once, all lanes
///   together; 32 MiB
/// @param lease how long a node has a lane before it must ask again; 60 s
/// @param poll how often the database is asked for lanes that are due; 1 s
/// @param linger how long a node keeps a lane in which there is nothing to do, unless others wait
///   for its place; 5 s
/// @param stopWithin how long a stop waits for what is being sent; 20 s
/// @param retries when deferred messages are tried again
public record OutboxSettings(
    int conversations,
    int lanes,
    long sendingBytes,
    Duration lease,
    Duration poll,
    Duration linger,
    Duration stopWithin,
    RetrySchedule retries) {
  public static final OutboxSettings DEFAULT =
      new OutboxSettings(
          16,
          256,
          32L << 20,
          Duration.ofSeconds(60),
          Duration.ofSeconds(1),
          Duration.ofSeconds(5),
          Duration.ofSeconds(20),
          RetrySchedule.DEFAULT);

  public OutboxSettings {
    if (conversations < 1 || lanes < 1) {
      throw new IllegalArgumentException("conversations and lanes are at least 1");
    }
    if (sendingBytes < 1 << 20) {
      throw new IllegalArgumentException("sending-bytes is at least 1 MiB");
    }
    if (lease.compareTo(Duration.ofSeconds(5)) < 0) {
      throw new IllegalArgumentException("lease is at least 5s");
    }
    if (poll.compareTo(Duration.ofMillis(1)) < 0 || linger.isNegative()) {
      throw new IllegalArgumentException("poll is at least 1ms, linger not negative");
    }
  }
}
