package org.emsg.gateway.app.settings;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.emsg.gateway.app.settings.SettingsException.Fault;

/// The settings of one start, in three layers: the defaults that the jar carries, the operator's
/// file, the environment. A later layer replaces single values (and lists whole) of an earlier one.
public final class Settings {
  private static final ObjectMapper YAML =
      new ObjectMapper(new YAMLFactory()).enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);

  private static final String BUILT_IN = "the built-in gateway.yaml";

  private final ObjectNode tree;
  private final Map<String, String> sources = new HashMap<>();

  private Settings(ObjectNode defaults) {
    this.tree = defaults;
  }

  /// The settings that the jar carries.
  ///
  /// @param yaml the text of the file that documents every setting
  public static Settings defaults(String yaml) throws SettingsException {
    return new Settings(parse(yaml, BUILT_IN));
  }

  /// Puts an operator's file over what is there.
  public Settings file(Path file) throws SettingsException {
    String name = file.toString();
    try {
      overlay(tree, parse(Files.readString(file), name), "", name);
      return this;
    } catch (NoSuchFileException missing) {
      throw single(name, "there is no such file");
    } catch (IOException unreadable) {
      throw single(name, "cannot be read: " + unreadable.getMessage());
    }
  }

  /// Puts those variables over it whose names begin with `EMSG_`; what begins so and is no setting
  /// of `root` is refused.
  ///
  /// @param ours names that begin so and are not settings
  public Settings environment(
      Map<String, String> environment, Class<? extends Record> root, String... ours)
      throws SettingsException {
    Map<String, String> known = Shape.variables(root);
    List<Fault> faults = new ArrayList<>();
    for (Map.Entry<String, String> variable : environment.entrySet()) {
      String name = variable.getKey();
      if (!name.startsWith(Shape.PREFIX) || List.of(ours).contains(name)) {
        continue;
      }
      String path = known.get(name);
      if (path == null) {
        faults.add(new Fault("", name, "is no setting" + nearest(name, known)));
      } else {
        set(path, scalar(variable.getValue(), name), name);
      }
    }
    if (!faults.isEmpty()) {
      throw new SettingsException(faults);
    }
    return this;
  }

  /// The settings as records.
  public <T extends Record> T bind(Class<T> type) throws SettingsException {
    return new Binder(this::source).bind(tree, type);
  }

  private String source(String path) {
    for (String at = path; !at.isEmpty(); at = at.substring(0, Math.max(0, at.lastIndexOf('.')))) {
      String source = sources.get(at);
      if (source != null) {
        return source;
      }
    }
    // A group's own rule was broken: by whichever layer touched something in it.
    return sources.entrySet().stream()
        .filter(entry -> entry.getKey().startsWith(path + "."))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElse(BUILT_IN);
  }

  private void overlay(ObjectNode base, JsonNode over, String path, String source) {
    over.properties()
        .forEach(entry -> {
          String here = path.isEmpty() ? entry.getKey() : path + "." + entry.getKey();
          JsonNode old = base.get(entry.getKey());
          if (old instanceof ObjectNode group && entry.getValue().isObject()) {
            overlay(group, entry.getValue(), here, source);
          } else {
            base.set(entry.getKey(), entry.getValue());
            sources.put(here, source);
          }
        });
  }

  private void set(String path, JsonNode value, String source) {
    ObjectNode group = tree;
    String[] names = path.split("\\.", -1);
    for (int i = 0; i < names.length - 1; i++) {
      group = group.get(names[i]) instanceof ObjectNode there ? there : group.putObject(names[i]);
    }
    group.set(names[names.length - 1], value);
    sources.put(path, source);
  }

  private static JsonNode scalar(String text, String source) throws SettingsException {
    boolean structured = text.startsWith("[") || text.startsWith("{");
    return structured ? parseAny(text, source) : YAML.getNodeFactory().textNode(text);
  }

  private static ObjectNode parse(String yaml, String source) throws SettingsException {
    JsonNode read = parseAny(yaml, source);
    if (read.isMissingNode() || read.isNull()) {
      return YAML.createObjectNode();
    }
    if (read instanceof ObjectNode settings) {
      return settings;
    }
    throw single(source, "holds no settings (name: value)");
  }

  private static JsonNode parseAny(String yaml, String source) throws SettingsException {
    try {
      return YAML.readTree(yaml);
    } catch (JsonProcessingException broken) {
      String line =
          Optional.ofNullable(broken.getLocation())
              .map(JsonLocation::getLineNr)
              .map(number -> "line " + number + ": ")
              .orElse("");
      throw single(source, line + firstLine(broken.getOriginalMessage()));
    }
  }

  private static String nearest(String name, Map<String, String> known) {
    String group = name.substring(0, name.indexOf('_', Shape.PREFIX.length()) + 1);
    List<String> there =
        known.keySet().stream().filter(k -> !group.isEmpty() && k.startsWith(group)).toList();
    return there.isEmpty() ? "" : "; there are " + String.join(", ", there);
  }

  private static String firstLine(String text) {
    return text.lines().findFirst().orElse("cannot be read");
  }

  private static SettingsException single(String source, String problem) {
    return new SettingsException(List.of(new Fault("", source, problem)));
  }
}
