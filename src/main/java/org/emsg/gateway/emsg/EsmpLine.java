package org.emsg.gateway.emsg;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import org.emsg.gateway.model.Bytes;

/// One line of ESMP, read and of the right shape (profile §3 to §9).
///
/// `id` is the request's own name, which its answer bears; without one, there is none or a plain
/// `{"code":…}`.
sealed interface EsmpLine {
  Optional<String> id();

  /// The first line of a connection, either way (profile §4).
  record Hello(
      Optional<String> id,
      String version,
      Optional<String> role,
      Optional<String> to,
      Optional<String> from,
      ObjectNode json)
      implements EsmpLine {}

  /// Proof of a key (profile §5).
  ///
  /// @param device which of the account's devices this is: our own addition
  record Auth(
      Optional<String> id,
      String user,
      String mechanism,
      Optional<String> keyId,
      String signature,
      Optional<String> device)
      implements EsmpLine {}

  /// `chat` or `system`.
  ///
  /// @param signed the line as it came but for `id` and `cursor`: what is stored and forwarded
  record Message(Optional<String> id, ObjectNode json, Bytes signed) implements EsmpLine {
    String type() {
      return json.get("type").textValue();
    }
  }

  /// Stored messages, please (profile §9).
  record Sync(Optional<String> id, Optional<Long> since, Optional<Integer> limit)
      implements EsmpLine {}

  /// A device has everything up to `cursor`.
  record Ack(Optional<String> id, long cursor) implements EsmpLine {}

  /// What is this address called here, and where does it lead? (`addresses.md`)
  record Resolve(Optional<String> id, String address) implements EsmpLine {}

  /// Whose keys are these? (profile §5)
  record GetProfile(Optional<String> id, String user) implements EsmpLine {}

  record Ping(Optional<String> id) implements EsmpLine {}

  record Pong(Optional<String> id) implements EsmpLine {}

  /// An answer to a request of ours. Peers of plain v0.2 leave `type` and `id` out.
  record Response(
      Optional<String> id, int code, String message, Optional<Long> retryAfter, ObjectNode json)
      implements EsmpLine {}

  /// A type that this version does not know.
  record Unknown(Optional<String> id, String type) implements EsmpLine {}

  /// A line that is none of these, and what to say to whoever sent it.
  ///
  /// @param pointer where in the object the fault is, for `422` (RFC 6901)
  record Fault(Optional<String> id, Code code, String message, Optional<String> pointer)
      implements EsmpLine {}

  /// The members that concern one hop alone: neither signed nor stored (profile §8).
  List<String> HOP_MEMBERS = List.of("id", "cursor");
}
