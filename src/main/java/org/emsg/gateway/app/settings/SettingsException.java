package org.emsg.gateway.app.settings;

import java.util.List;

/// Settings with which the gateway cannot start; says all that is wrong, one line each.
public final class SettingsException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient List<Fault> faults;

  public SettingsException(List<Fault> faults) {
    super(String.join("\n", faults.stream().map(Fault::toString).toList()));
    this.faults = List.copyOf(faults);
  }

  public List<Fault> faults() {
    return faults;
  }

  /// One wrong setting.
  ///
  /// @param setting its path, `esmp.port`
  /// @param source the file or environment variable that it was read from
  /// @param problem the value's fault and what is allowed
  public record Fault(String setting, String source, String problem) {
    @Override
    public String toString() {
      return source + ": " + (setting.isEmpty() ? "" : setting + ": ") + problem;
    }
  }
}
