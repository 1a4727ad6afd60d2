package org.emsg.gateway.emsg;

import java.io.ByteArrayOutputStream;

/// Cuts members out of the text of a JSON object and leaves every other byte as it came.
///
/// Fed with the places where members begin: a cut runs from the beginning of its member to the
/// beginning of the next one that stays, comma included; at the end of the object the comma before
/// it goes too.
final class HopCut {
  private static final int NONE = -1;

  private final byte[] line;
  private final ByteArrayOutputStream kept = new ByteArrayOutputStream(0);
  private int copied;
  private int open = NONE;

  HopCut(byte[] line) {
    this.line = line;
  }

  /// Whether a cut has begun and waits for the next member.
  boolean isOpen() {
    return open != NONE;
  }

  /// A member begins at `offset`.
  void member(boolean goes, long offset) {
    if (goes && open == NONE) {
      open = (int) offset;
    } else if (!goes && open != NONE) {
      kept.write(line, copied, open - copied);
      copied = (int) offset;
      open = NONE;
    }
  }

  /// The object ends at `offset`, where its brace is, and a cut is open.
  void end(long offset) {
    int last = open;
    while (last > copied && isSpaceOrComma(line[last - 1])) {
      last--;
    }
    kept.write(line, copied, last - copied);
    copied = (int) offset;
    open = NONE;
  }

  byte[] result() {
    if (copied == 0) {
      return line;
    }
    kept.write(line, copied, line.length - copied);
    return kept.toByteArray();
  }

  private static boolean isSpaceOrComma(byte b) {
    return b == ',' || b == ' ' || b == '\t' || b == '\r';
  }
}
