package org.emsg.gateway.address;

import java.io.Serial;
import java.util.List;
import java.util.stream.Collectors;

/// The mapping file cannot be used, and there is no older one in force: stops the start.
public final class MappingException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  private final transient List<MappingFault> faults;

  MappingException(String file, List<MappingFault> faults) {
    super(
        faults.stream()
            .map(fault -> file + (fault.line() > 0 ? ", " : ": ") + fault)
            .collect(Collectors.joining("\n")));
    this.faults = List.copyOf(faults);
  }

  public List<MappingFault> faults() {
    return faults;
  }
}
