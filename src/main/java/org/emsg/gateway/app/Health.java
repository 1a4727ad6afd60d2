package org.emsg.gateway.app;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/// The checks that tell whether the gateway does its work. Filled at the start, asked by any
/// thread.
final class Health {
  private final Map<String, Supplier<Finding>> checks = new TreeMap<>();

  /// What one check found.
  record Finding(String check, boolean well, String detail) {}

  /// A check that is well as long as `looking` throws nothing; what it returns is the detail.
  Health with(String check, Looking looking) {
    checks.put(check, () -> look(check, looking));
    return this;
  }

  List<Finding> findings() {
    List<Finding> findings = new ArrayList<>();
    checks.values().forEach(check -> findings.add(check.get()));
    return findings;
  }

  private static Finding look(String check, Looking looking) {
    try {
      return new Finding(check, true, looking.look());
    } catch (Exception unwell) {
      String message = unwell.getMessage();
      return new Finding(check, false, message == null ? unwell.toString() : message);
    }
  }

  /// One look at one part; throws where it does not work, with what is wrong.
  interface Looking {
    String look() throws Exception;
  }
}
