package org.emsg.gateway.bench;

import java.util.HashMap;
import java.util.Map;

/// Records with some of their components changed.
final class BenchSettings {
  private BenchSettings() {}

  static <T extends Record> T with(T record, Map<String, Object> changes) {
    try {
      var components = record.getClass().getRecordComponents();
      Class<?>[] types = new Class<?>[components.length];
      Object[] values = new Object[components.length];
      Map<String, Object> left = new HashMap<>(changes);
      for (int i = 0; i < components.length; i++) {
        types[i] = components[i].getType();
        Object changed = left.remove(components[i].getName());
        values[i] = changed == null ? components[i].getAccessor().invoke(record) : changed;
      }
      if (!left.isEmpty()) {
        throw new IllegalArgumentException("no such components: " + left.keySet());
      }
      @SuppressWarnings("unchecked")
      T changed = (T) record.getClass().getDeclaredConstructor(types).newInstance(values);
      return changed;
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }
}
