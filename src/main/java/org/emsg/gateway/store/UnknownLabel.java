package org.emsg.gateway.store;

import java.util.regex.Pattern;

/// A name that stands for something in another version of the gateway: what it says is not damaged,
/// and is left to a node that knows it.
final class UnknownLabel extends IllegalArgumentException {
  private static final Pattern LABEL = Pattern.compile("[A-Za-z][A-Za-z0-9_-]{0,63}");

  UnknownLabel(String what) {
    super(what);
  }

  /// The fault of a label that we do not know: this one only where it looks like a label.
  static IllegalArgumentException of(String what, String label) {
    return LABEL.matcher(label).matches()
        ? new UnknownLabel("not known here: a " + what)
        : new IllegalArgumentException("not the name of a " + what);
  }
}
