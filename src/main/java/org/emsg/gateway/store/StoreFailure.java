package org.emsg.gateway.store;

/// The database did not do what was asked: it cannot be reached, is full, or broken.
public final class StoreFailure extends RuntimeException {
  StoreFailure(String what, Throwable cause) {
    super(what, cause);
  }
}
