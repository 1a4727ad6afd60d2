package org.emsg.gateway.app.settings;

import java.lang.reflect.RecordComponent;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// The names that a tree of records has as settings: `maxLine` of `EsmpConfig` under `esmp` is
/// `esmp.max-line` in the file and `EMSG_ESMP_MAX_LINE` in the environment.
final class Shape {
  static final String PREFIX = "EMSG_";

  private Shape() {}

  /// A record component's name as the file writes it.
  static String kebab(String component) {
    StringBuilder out = new StringBuilder(component.length() + 4);
    for (int i = 0; i < component.length(); i++) {
      char c = component.charAt(i);
      if (Character.isUpperCase(c)) {
        out.append('-').append(Character.toLowerCase(c));
      } else {
        out.append(c);
      }
    }
    return out.toString();
  }

  /// Every setting that an environment variable can override, by the variable's name. A list or a
  /// map is one setting.
  static Map<String, String> variables(Class<? extends Record> root) {
    Map<String, String> variables = new TreeMap<>();
    collect(root, "", variables);
    return variables;
  }

  private static void collect(Class<?> type, String prefix, Map<String, String> into) {
    for (RecordComponent component : type.getRecordComponents()) {
      String path = prefix + kebab(component.getName());
      if (Values.isGroup(component.getType())) {
        collect(component.getType(), path + ".", into);
      } else {
        into.put(PREFIX + path.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_'), path);
      }
    }
  }
}
