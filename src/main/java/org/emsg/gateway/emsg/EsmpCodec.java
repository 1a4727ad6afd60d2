package org.emsg.gateway.emsg;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/// Lines of ESMP: bytes to records and back. Pure; thread-safe.
final class EsmpCodec {
  private static final Set<String> HOP_MEMBERS = Set.copyOf(EsmpLine.HOP_MEMBERS);
  private static final int MAX_ID = 128;

  private final EsmpSchemas schemas;

  EsmpCodec(EsmpSchemas schemas) {
    this.schemas = schemas;
  }

  /// Reads one line, without its line feed. Whatever is wrong with it comes back as a
  /// [EsmpLine.Fault].
  EsmpLine decode(byte[] line) {
    StrictJson.Read read;
    try {
      read = StrictJson.read(line, HOP_MEMBERS);
    } catch (StrictJson.Malformed malformed) {
      return new EsmpLine.Fault(
          Optional.empty(), Code.BAD_REQUEST, malformed.why(), Optional.empty());
    }
    ObjectNode json = read.json();
    Optional<String> id = requestId(json);
    JsonNode type = json.get("type");
    if (type == null && json.has("code")) {
      return checked("response", id, json, read);
    }
    if (type == null || !type.isTextual()) {
      return new EsmpLine.Fault(id, Code.BAD_REQUEST, "no type", Optional.of("/type"));
    }
    return switch (type.textValue()) {
      case "chat" -> checked("chat", id, json, read);
      case "system" -> checked("system", id, json, read);
      case "hello" ->
          json.has("code") ? checked("response", id, json, read) : checked("hello", id, json, read);
      case "auth" -> checked("auth", id, json, read);
      case "sync" -> checked("sync", id, json, read);
      case "ack" -> checked("ack", id, json, read);
      case "resolve" -> checked("resolve", id, json, read);
      case "GET_PROFILE" -> checked("get_profile", id, json, read);
      case "ping", "pong" -> checked("ping", id, json, read);
      case "response" -> checked("response", id, json, read);
      default -> new EsmpLine.Unknown(id, type.textValue());
    };
  }

  private EsmpLine checked(
      String schema, Optional<String> id, ObjectNode json, StrictJson.Read read) {
    Optional<EsmpSchemas.Violation> violation = schemas.violationOnAccept(schema, json);
    if (violation.isPresent()) {
      return new EsmpLine.Fault(
          id,
          Code.SCHEMA_VIOLATION,
          violation.get().message(),
          Optional.of(violation.get().pointer()));
    }
    return switch (schema) {
      case "chat", "system" -> new EsmpLine.Message(id, json, read.signed());
      case "hello" ->
          new EsmpLine.Hello(
              id,
              json.get("version").textValue(),
              text(json, "role"),
              text(json, "to"),
              text(json, "from"),
              json);
      case "auth" ->
          new EsmpLine.Auth(
              id,
              json.get("user").textValue(),
              json.get("mechanism").textValue(),
              text(json, "key_id"),
              json.get("signature").textValue(),
              text(json, "device"));
      case "sync" ->
          new EsmpLine.Sync(id, whole(json, "since"), whole(json, "limit").map(Math::toIntExact));
      case "ack" -> new EsmpLine.Ack(id, json.get("cursor").longValue());
      case "resolve" -> new EsmpLine.Resolve(id, json.get("address").textValue());
      case "get_profile" -> new EsmpLine.GetProfile(id, json.get("user").textValue());
      case "ping" ->
          "ping".equals(json.get("type").textValue())
              ? new EsmpLine.Ping(id)
              : new EsmpLine.Pong(id);
      case "response" ->
          new EsmpLine.Response(
              id,
              json.get("code").intValue(),
              text(json, "message").orElse(""),
              whole(json, "retry_after"),
              json);
      default -> throw new IllegalStateException("no such schema");
    };
  }

  private static Optional<String> requestId(ObjectNode json) {
    return text(json, "id").filter(id -> !id.isEmpty() && id.length() <= MAX_ID);
  }

  static Optional<String> text(JsonNode json, String name) {
    JsonNode value = json.get(name);
    return value == null ? Optional.empty() : Optional.ofNullable(value.textValue());
  }

  static Optional<Long> whole(JsonNode json, String name) {
    JsonNode value = json.get(name);
    return value != null && value.isNumber() ? Optional.of(value.longValue()) : Optional.empty();
  }

  /// An answer as a line. On the hot path, hence by hand.
  static byte[] response(Optional<String> id, Code code, String message, OptionalLong retryAfter) {
    StringBuilder out = new StringBuilder(96);
    out.append("{\"type\":\"response\"");
    if (id.isPresent()) {
      out.append(",\"id\":");
      quote(out, id.get());
    }
    out.append(",\"code\":").append(code.number()).append(",\"message\":");
    quote(out, message);
    if (retryAfter.isPresent()) {
      out.append(",\"retry_after\":").append(retryAfter.getAsLong());
    }
    return out.append("}\n").toString().getBytes(StandardCharsets.UTF_8);
  }

  /// Any object as a line.
  static byte[] line(JsonNode json) {
    return (json.toString() + "\n").getBytes(StandardCharsets.UTF_8);
  }

  /// `text` as a JSON string.
  static void quote(StringBuilder out, String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c < ' ') {
        out.append(c < 0x10 ? "\\u000" : "\\u001").append(Character.forDigit(c & 15, 16));
      } else {
        out.append(c);
      }
    }
    out.append('"');
  }
}
