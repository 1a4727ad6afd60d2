package org.emsg.gateway.emsg;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import org.emsg.gateway.gateway.IntakeResult;
import org.emsg.gateway.model.Reason;
import org.emsg.gateway.model.TraceId;

/// The answers of a server (profile §6), as lines.
final class Replies {
  private static final long RETRY_AFTER_SECONDS = 30;

  private Replies() {}

  static byte[] plain(Optional<String> id, Code code, String message) {
    return EsmpCodec.response(id, code, message, OptionalLong.empty());
  }

  static byte[] retry(Optional<String> id, Code code, String message, Duration after) {
    return EsmpCodec.response(id, code, message, OptionalLong.of(Math.max(1, after.toSeconds())));
  }

  /// Another major version (spec §11); the connection is to close behind it.
  static byte[] unsupportedVersion(Optional<String> id) {
    ObjectNode json = object(id, Code.UNSUPPORTED_VERSION, Code.UNSUPPORTED_VERSION.phrase());
    json.put("version", Version.OURS.toString());
    return EsmpCodec.line(json);
  }

  static byte[] fault(EsmpLine.Fault fault) {
    if (fault.pointer().isEmpty()) {
      return plain(fault.id(), fault.code(), fault.message());
    }
    ObjectNode json = object(fault.id(), fault.code(), fault.message());
    json.put("pointer", fault.pointer().get());
    return EsmpCodec.line(json);
  }

  /// The beginning of an answer that says more.
  static ObjectNode object(Optional<String> id, Code code, String message) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("type", "response");
    id.ifPresent(value -> json.put("id", value));
    json.put("code", code.number());
    json.put("message", message);
    return json;
  }

  /// What became of a message.
  static byte[] of(Optional<String> id, IntakeResult result) {
    return switch (result) {
      case IntakeResult.Accepted(TraceId trace, boolean forwarded) -> taken(id, forwarded, trace);
      case IntakeResult.Duplicate(TraceId first, boolean forwarded) -> taken(id, forwarded, first);
      case IntakeResult.Deferred(Reason reason, Optional<Duration> retryAfter) ->
          retry(
              id,
              reason.kind() == Reason.Kind.RATE_LIMITED ? Code.SLOW_DOWN : Code.TRY_LATER,
              reason.text(),
              retryAfter.orElse(Duration.ofSeconds(RETRY_AFTER_SECONDS)));
      case IntakeResult.Refused(Reason reason) -> plain(id, Code.of(reason.kind()), reason.text());
    };
  }

  private static byte[] taken(Optional<String> id, boolean forwarded, TraceId trace) {
    Code code = forwarded ? Code.ACCEPTED : Code.OK;
    StringBuilder out = new StringBuilder(112);
    out.append("{\"type\":\"response\"");
    if (id.isPresent()) {
      out.append(",\"id\":");
      EsmpCodec.quote(out, id.get());
    }
    out.append(",\"code\":").append(code.number());
    out.append(",\"message\":\"").append(code.phrase());
    out.append("\",\"trace\":\"").append(trace.value()).append("\"}\n");
    return out.toString().getBytes(StandardCharsets.UTF_8);
  }
}
