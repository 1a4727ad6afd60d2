package org.emsg.gateway.address;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import com.networknt.schema.serialization.node.JsonLocationAware;
import com.networknt.schema.serialization.node.LocationJsonNodeFactoryFactory;
import com.networknt.schema.utils.JsonNodes;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import org.yaml.snakeyaml.LoaderOptions;

/// Reads the mapping file: YAML, then its JSON Schema, then what a schema cannot say.
final class MappingReader {
  /// The schema lies next to the file that it is for, and in the jar with it.
  private static final String SCHEMA = "/defaults/mappings/addresses.schema.json";

  private static final int MAX_CHARACTERS = 16 << 20;
  private static final int MAX_NESTING = 16;

  private final ObjectMapper yaml = new ObjectMapper(yamlFactory());
  private final JsonSchema schema = schema();

  /// What reading gave.
  sealed interface Result {
    record Read(Mapping mapping) implements Result {}

    /// At least one fault, in the order of the lines.
    record Faulty(List<MappingFault> faults) implements Result {}
  }

  Result read(String text) {
    JsonNode root;
    try {
      root = JsonNodes.readTree(yaml, text, LocationJsonNodeFactoryFactory.getInstance());
    } catch (IllegalArgumentException | UncheckedIOException e) {
      return new Result.Faulty(List.of(syntaxFault(e)));
    }
    List<MappingFault> faults = new ArrayList<>();
    if (root == null || root.isMissingNode() || root.isNull()) {
      faults.add(new MappingFault(1, "the file is empty; it needs home and faces"));
    } else {
      for (ValidationMessage message : schema.validate(root)) {
        faults.add(schemaFault(root, message));
      }
    }
    if (faults.isEmpty()) {
      MappingBuilder builder = new MappingBuilder(faults);
      Mapping mapping = builder.build(root);
      if (faults.isEmpty()) {
        return new Result.Read(mapping);
      }
    }
    faults.sort(Comparator.comparingInt(MappingFault::line));
    return new Result.Faulty(List.copyOf(faults));
  }

  static int lineOf(JsonNode node) {
    return node instanceof JsonLocationAware ? JsonNodes.tokenLocationOf(node).getLineNr() : 0;
  }

  private static MappingFault syntaxFault(RuntimeException fault) {
    int line = 0;
    String what = "this cannot be read";
    if (fault.getCause() instanceof JsonProcessingException syntax) {
      line = syntax.getLocation() == null ? 0 : syntax.getLocation().getLineNr();
      what = syntax.getOriginalMessage().lines().findFirst().orElse(what);
    }
    return new MappingFault(
        line, "not YAML: " + what + " (a pattern with * or # must be in quotes)");
  }

  /// The schema's complaint in the words of the file.
  private static MappingFault schemaFault(JsonNode root, ValidationMessage message) {
    JsonNode node = message.getInstanceNode();
    String where = message.getInstanceLocation().toString().replaceFirst("^\\$\\.?", "");
    String allowed = descriptionAt(message);
    int line = lineOf(node == null ? root : node);
    String what =
        switch (message.getType()) {
          case "additionalProperties", "unevaluatedProperties" -> {
            String name = message.getProperty();
            JsonNode unknown = node == null ? null : node.get(name);
            line = unknown == null ? line : lineOf(unknown);
            yield "unknown setting " + name + "; allowed here: " + propertiesAt(message);
          }
          case "required" -> message.getProperty() + " is missing";
          case "enum" -> text(node) + " is not one of " + join(message.getSchemaNode());
          case "uniqueItems" -> "an entry is there twice";
          default -> text(node) + " is not " + allowed;
        };
    return new MappingFault(line, where.isEmpty() ? what : where + ": " + what);
  }

  private static String text(JsonNode node) {
    if (node == null || node.isNull()) {
      return "nothing";
    }
    String text = node.toString();
    return text.length() > 80 ? text.substring(0, 80) + "…" : text;
  }

  private static String join(JsonNode values) {
    List<String> names = new ArrayList<>();
    values.forEach(value -> names.add(value.asText()));
    return String.join(", ", names);
  }

  private static String propertiesAt(ValidationMessage message) {
    JsonNode parent = parentSchema(message);
    TreeSet<String> names = new TreeSet<>();
    parent.path("properties").fieldNames().forEachRemaining(names::add);
    return String.join(", ", names);
  }

  private static String descriptionAt(ValidationMessage message) {
    return parentSchema(message).path("description").asText("what belongs here");
  }

  /// The schema object that the failed keyword stands in.
  private static JsonNode parentSchema(ValidationMessage message) {
    String location = message.getSchemaLocation().getFragment().toString();
    String parent = location.substring(0, Math.max(0, location.lastIndexOf('/')));
    return SchemaText.ROOT.at(parent);
  }

  /// The schema as a tree, for its own words.
  private static final class SchemaText {
    static final JsonNode ROOT = load();

    private static JsonNode load() {
      try (InputStream in = open()) {
        return new ObjectMapper().readTree(in);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static JsonSchema schema() {
    return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
        .getSchema(SchemaText.ROOT);
  }

  private static InputStream open() {
    InputStream in = MappingReader.class.getResourceAsStream(SCHEMA);
    if (in == null) {
      throw new IllegalStateException("the schema of the mapping file is not in this build");
    }
    return in;
  }

  private static YAMLFactory yamlFactory() {
    LoaderOptions options = new LoaderOptions();
    options.setCodePointLimit(MAX_CHARACTERS);
    options.setNestingDepthLimit(MAX_NESTING);
    options.setMaxAliasesForCollections(0);
    return YAMLFactory.builder()
        .loaderOptions(options)
        .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
        .build();
  }
}
