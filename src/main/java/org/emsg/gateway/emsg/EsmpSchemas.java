package org.emsg.gateway.emsg;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.PathType;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The JSON Schemas of ESMP (2020-12), two for a message type: *accept* is what we take, *emit*
/// what we make. They are files in `emsg/schemas`, for other implementers to use as well.
///
/// Thread-safe. A chat message of the plain shape is known to be valid without asking the
/// validator, which takes longer than reading the line does: [PlainChat].
final class EsmpSchemas {
  private static final String ROOT = "/emsg/schemas/";
  private static final Set<String> ACCEPTED =
      Set.of(
          "ack",
          "auth",
          "chat",
          "get_profile",
          "hello",
          "ping",
          "resolve",
          "response",
          "sync",
          "system");
  private static final Set<String> EMITTED = Set.of("chat", "system");

  private final Map<String, JsonSchema> accept = new HashMap<>();
  private final Map<String, JsonSchema> emit = new HashMap<>();

  EsmpSchemas() {
    ACCEPTED.forEach(name -> accept.put(name, load("accept/" + name)));
    EMITTED.forEach(name -> emit.put(name, load("emit/" + name)));
  }

  /// What is wrong with an object, for people.
  ///
  /// @param pointer where (RFC 6901)
  record Violation(String message, String pointer) {}

  /// The first thing that is wrong with `json` as an incoming `name`.
  Optional<Violation> violationOnAccept(String name, ObjectNode json) {
    if (name.equals("chat") && PlainChat.isPlain(json)) {
      return Optional.empty();
    }
    return violation(known(accept, name), json);
  }

  /// The same, with nothing known beforehand: what the shortcut is tested against.
  Optional<Violation> violationByValidator(String name, ObjectNode json) {
    return violation(known(accept, name), json);
  }

  /// The first thing that is wrong with `json` as an outgoing `name`.
  Optional<Violation> violationOnEmit(String name, JsonNode json) {
    return violation(known(emit, name), json);
  }

  private static JsonSchema known(Map<String, JsonSchema> schemas, String name) {
    JsonSchema schema = schemas.get(name);
    if (schema == null) {
      throw new IllegalArgumentException("no schema " + name);
    }
    return schema;
  }

  private static Optional<Violation> violation(JsonSchema schema, JsonNode json) {
    Set<ValidationMessage> messages = schema.validate(json);
    // The deepest place tells most: `oneOf` complains at the top about what is wrong further down.
    return messages.stream()
        .reduce((a, b) -> depth(b) > depth(a) ? b : a)
        .map(m -> new Violation(m.getError(), m.getInstanceLocation().toString()));
  }

  private static int depth(ValidationMessage message) {
    return message.getInstanceLocation().getNameCount();
  }

  private static JsonSchema load(String name) {
    try (InputStream in = EsmpSchemas.class.getResourceAsStream(ROOT + name + ".json")) {
      if (in == null) {
        throw new IllegalStateException("the schema " + name + " is missing from the jar");
      }
      return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
          .getSchema(
              new String(in.readAllBytes(), StandardCharsets.UTF_8),
              InputFormat.JSON,
              SchemaValidatorsConfig.builder().pathType(PathType.JSON_POINTER).build());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
