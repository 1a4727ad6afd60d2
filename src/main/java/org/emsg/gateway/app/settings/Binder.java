package org.emsg.gateway.app.settings;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.emsg.gateway.app.settings.SettingsException.Fault;
import org.jspecify.annotations.Nullable;

/// Makes records of a tree of settings. It goes on after a fault, so that the operator sees all of
/// them at once; the record's own constructor has the last word on its values.
final class Binder {
  private final Function<String, String> sources;
  private final List<Fault> faults = new ArrayList<>();

  /// @param sources tells where the setting of a path was read from
  Binder(Function<String, String> sources) {
    this.sources = sources;
  }

  <T extends Record> T bind(JsonNode tree, Class<T> type) throws SettingsException {
    Object bound = group(tree, type, "");
    if (!faults.isEmpty() || bound == null) {
      throw new SettingsException(faults);
    }
    return type.cast(bound);
  }

  private @Nullable Object group(JsonNode node, Class<?> type, String path) {
    if (!node.isObject() && !node.isMissingNode() && !node.isNull()) {
      return fault(path, "is a group of settings, not a value");
    }
    RecordComponent[] components = type.getRecordComponents();
    refuseUnknown(node, components, path);
    int before = faults.size();
    @Nullable Object[] values = new @Nullable Object[components.length];
    for (int i = 0; i < components.length; i++) {
      String name = Shape.kebab(components[i].getName());
      JsonNode child =
          node.isObject() && node.has(name) ? node.get(name) : MissingNode.getInstance();
      values[i] = value(child, components[i].getGenericType(), join(path, name));
    }
    return faults.size() > before ? null : construct(type, components, values, path);
  }

  private void refuseUnknown(JsonNode node, RecordComponent[] components, String path) {
    Set<String> known = new TreeSet<>();
    for (RecordComponent component : components) {
      known.add(Shape.kebab(component.getName()));
    }
    node.fieldNames()
        .forEachRemaining(name -> {
          if (!known.contains(name)) {
            fault(join(path, name), "is no setting; allowed here are " + String.join(", ", known));
          }
        });
  }

  private @Nullable Object construct(
      Class<?> type, RecordComponent[] components, @Nullable Object[] values, String path) {
    Class<?>[] types =
        Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
    try {
      Constructor<?> canonical = type.getDeclaredConstructor(types);
      return canonical.newInstance(values);
    } catch (InvocationTargetException refused) {
      if (refused.getCause() instanceof IllegalArgumentException wrong) {
        return fault(path, String.valueOf(wrong.getMessage()));
      }
      throw new IllegalStateException("cannot make a " + type.getName(), refused);
    } catch (ReflectiveOperationException impossible) {
      throw new IllegalStateException(type.getName() + " is no public record", impossible);
    }
  }

  private @Nullable Object value(JsonNode node, Type type, String path) {
    if (type instanceof ParameterizedType generic) {
      return container(node, generic, path);
    }
    Class<?> plain = (Class<?>) type;
    if (Values.isGroup(plain)) {
      return group(node, plain, path);
    }
    if (node.isMissingNode() || node.isNull()) {
      return fault(path, "has no value");
    }
    if (!node.isValueNode()) {
      return fault(path, "is one value, not a list or a group");
    }
    try {
      return Values.read(plain, node.asText());
    } catch (IllegalArgumentException wrong) {
      return fault(path, String.valueOf(wrong.getMessage()));
    }
  }

  private @Nullable Object container(JsonNode node, ParameterizedType type, String path) {
    Class<?> raw = (Class<?>) type.getRawType();
    Type[] of = type.getActualTypeArguments();
    boolean absent = node.isMissingNode() || node.isNull();
    if (raw == Optional.class) {
      return absent ? Optional.empty() : Optional.ofNullable(value(node, of[0], path));
    }
    if (raw == Map.class) {
      return map(absent ? JsonNodeFactory.instance.objectNode() : node, of[1], path);
    }
    if (raw != List.class && raw != Set.class) {
      throw new IllegalStateException("no setting can be a " + type);
    }
    List<Object> items = new ArrayList<>();
    if (!absent && !node.isArray()) {
      return fault(path, "is a list: [a, b]");
    }
    for (int i = 0; i < node.size(); i++) {
      Object item = value(node.get(i), of[0], path + "[" + i + "]");
      if (item != null) {
        items.add(item);
      }
    }
    return raw == List.class ? List.copyOf(items) : new LinkedHashSet<>(items);
  }

  private @Nullable Object map(JsonNode node, Type of, String path) {
    if (!node.isObject()) {
      return fault(path, "is a group of names and values");
    }
    Map<String, Object> entries = new LinkedHashMap<>();
    node.properties()
        .forEach(entry -> {
          Object value = value(entry.getValue(), of, join(path, entry.getKey()));
          if (value != null) {
            entries.put(entry.getKey(), value);
          }
        });
    return entries;
  }

  private @Nullable Object fault(String path, String problem) {
    faults.add(new Fault(path, sources.apply(path), problem));
    return null;
  }

  private static String join(String path, String name) {
    return path.isEmpty() ? name : path + "." + name;
  }
}
