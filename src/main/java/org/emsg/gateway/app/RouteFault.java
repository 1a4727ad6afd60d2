package org.emsg.gateway.app;

/// A route file that cannot be put into force; says which and why.
public final class RouteFault extends Exception {
  private static final long serialVersionUID = 1L;

  RouteFault(String file, String problem) {
    super("routes/" + file + ": " + problem);
  }

  RouteFault(String file, Throwable cause) {
    super("routes/" + file + ": " + innermost(cause), cause);
  }

  /// Camel wraps what is wrong into where it was found; the innermost message is the plain one.
  private static String innermost(Throwable failure) {
    Throwable at = failure;
    while (at.getCause() != null) {
      at = at.getCause();
    }
    String message = at.getMessage();
    return message == null ? at.getClass().getSimpleName() : message.lines().findFirst().orElse("");
  }
}
