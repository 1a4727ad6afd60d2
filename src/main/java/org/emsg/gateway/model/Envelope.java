package org.emsg.gateway.model;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// One message on its way, in the gateway's own words.
///
/// @param trace the name of its way
/// @param origin the network it came from
/// @param id what the origin calls it
/// @param sender the native address of who wrote it: never an alias
/// @param displayName what the sender calls themself, for networks that show names
/// @param recipients as addressed on the origin, normalised: a home account, a plain foreign
///   address, or an alias on a face; `gateway.Planner` finds out whom each means
/// @param sent when the sender says it was written
/// @param received when the first byte reached us
/// @param digest SHA-256 of the content as it came: the same id with the same digest is the same
///   message (profile §6)
/// @param wire the signed JSON as it came, where the origin is EMSG: stored and forwarded untouched
/// @param reportTo who is told where it fails, on the origin's network: the sender, but for mail,
///   which names somebody for that; empty where nobody is to be told
public record Envelope(
    TraceId trace,
    Network origin,
    MessageId id,
    Address sender,
    Optional<String> displayName,
    List<Address> recipients,
    Instant sent,
    Instant received,
    Event event,
    Provenance provenance,
    Bytes digest,
    Optional<Bytes> wire,
    Optional<Address> reportTo) {
  public Envelope {
    recipients = List.copyOf(recipients);
    if (recipients.isEmpty()) {
      throw new IllegalArgumentException("an envelope has a recipient");
    }
  }

  /// An envelope whose sender is told where it fails.
  public Envelope(
      TraceId trace,
      Network origin,
      MessageId id,
      Address sender,
      Optional<String> displayName,
      List<Address> recipients,
      Instant sent,
      Instant received,
      Event event,
      Provenance provenance,
      Bytes digest,
      Optional<Bytes> wire) {
    this(
        trace,
        origin,
        id,
        sender,
        displayName,
        recipients,
        sent,
        received,
        event,
        provenance,
        digest,
        wire,
        Optional.of(sender));
  }

  /// About how many bytes of memory it takes.
  public long weight() {
    long weight = 1_024 + 128L * recipients.size() + wire.map(Bytes::size).orElse(0);
    return event instanceof Event.Posted posted ? weight + posted.weight() : weight;
  }
}
