package org.emsg.gateway.emsg;

import java.time.Instant;
import java.util.Optional;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Bytes;
import org.emsg.gateway.model.TraceId;

/// A `chat` or `system` line as the route `esmp-in` gets it.
///
/// @param ours the domain of ours that a server said its connection is for; a server of plain v0.2
///   does not say
/// @param sender who the line says it is from, normalised
/// @param keys under which its signature may verify: looked up before the route begins, so that the
///   route itself never waits
record EsmpInbound(
    EsmpLine.Message line,
    Optional<String> ours,
    Peer peer,
    Address.Emsg sender,
    KeysFound keys,
    TraceId trace,
    Instant received) {

  /// A line whose signature verified.
  ///
  /// @param keyId the key's published name
  /// @param digest SHA-256 of the signed form
  /// @param sent the message's timestamp
  record Verified(EsmpInbound inbound, String keyId, Bytes digest, Instant sent) {}
}
