package org.emsg.gateway.console;

/// A request that is not granted; the message is for the operator.
public final class AdminRefusal extends Exception {
  private static final long serialVersionUID = 1L;

  private final int status;

  AdminRefusal(int status, String message) {
    super(message);
    this.status = status;
  }

  /// The HTTP status: 400 the request is wrong, 404 what it names is not there, 409 it is there
  /// already.
  public int status() {
    return status;
  }
}
