package org.emsg.gateway.cli;

/// What the process returns; documented in `--help`.
public final class ExitCodes {
  public static final int DONE = 0;

  /// The gateway said no, or what was named is not there.
  public static final int REFUSED = 1;

  /// The command line itself is wrong (picocli's own code for it).
  public static final int USAGE = 2;

  /// The gateway does not run, or cannot be reached.
  public static final int NOT_RUNNING = 3;

  /// A setting is wrong: nothing was started.
  public static final int WRONG_SETTINGS = 4;

  private ExitCodes() {}
}
