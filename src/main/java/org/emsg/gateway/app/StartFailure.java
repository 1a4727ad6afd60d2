package org.emsg.gateway.app;

/// Why a gateway cannot start, in words for the operator.
public final class StartFailure extends Exception {
  private static final long serialVersionUID = 1L;

  StartFailure(String message) {
    super(message);
  }

  StartFailure(String message, Throwable cause) {
    super(message, cause);
  }
}
