package org.emsg.gateway.smtp.wire;

import java.util.Arrays;
import org.emsg.gateway.net.MemoryBudget;

/// Collects the data of one message as it comes in, whatever pieces it comes in.
///
/// What does not fit is read to its end and forgotten, so that the reply reaches the sender and the
/// next command is not taken out of the middle of a message.
public final class MailData {
  private static final int FIRST = 4096;

  private final int max;
  private final MemoryBudget budget;
  private byte[] bytes = new byte[0];
  private int length;
  private int reserved;
  private State state = State.LINE_START;
  private boolean tooLarge;
  private boolean noRoom;
  private boolean bareNewline;

  private enum State {
    LINE_START,
    DOT,
    DOT_CR,
    TEXT,
    CR
  }

  /// @param max what a message may have, in bytes
  /// @param budget where the memory for it is taken from; [#release] gives it back
  public MailData(int max, MemoryBudget budget) {
    this.max = max;
    this.budget = budget;
  }

  /// Takes bytes from `from` to `to`. The place after the end of the data, or -1 where it goes on.
  public int take(byte[] input, int from, int to) {
    for (int i = from; i < to; i++) {
      byte b = input[i];
      switch (state) {
        case TEXT -> {
          if (b == '\r') {
            state = State.CR;
          } else {
            bareNewline |= b == '\n';
            append(b);
          }
        }
        case LINE_START -> {
          if (b == '.') {
            state = State.DOT;
          } else {
            text(b);
          }
        }
        case DOT -> {
          if (b == '\r') {
            state = State.DOT_CR;
          } else {
            text(b);
          }
        }
        case CR -> afterCarriage(b);
        case DOT_CR -> {
          if (b == '\n') {
            return i + 1;
          }
          afterCarriage(b);
        }
      }
    }
    return -1;
  }

  private void text(byte b) {
    if (b == '\r') {
      state = State.CR;
      return;
    }
    bareNewline |= b == '\n';
    append(b);
    state = State.TEXT;
  }

  private void afterCarriage(byte b) {
    append((byte) '\r');
    if (b == '\n') {
      append(b);
      state = State.LINE_START;
    } else {
      bareNewline = true;
      if (b == '\r') {
        state = State.CR;
      } else {
        append(b);
        state = State.TEXT;
      }
    }
  }

  private void append(byte b) {
    if (length == bytes.length && !grow()) {
      return;
    }
    bytes[length++] = b;
  }

  private boolean grow() {
    if (tooLarge || noRoom) {
      return false;
    }
    if (length >= max) {
      tooLarge = true;
    } else {
      int size = (int) Math.min(max, Math.max(FIRST, 2L * length));
      if (budget.take(size - reserved)) {
        reserved = size;
        bytes = Arrays.copyOf(bytes, size);
        return true;
      }
      noRoom = true;
    }
    bytes = new byte[0];
    length = 0;
    return false;
  }

  public boolean tooLarge() {
    return tooLarge;
  }

  /// Whether the memory for it was not to be had now.
  public boolean noRoom() {
    return noRoom;
  }

  /// Whether there was a CR or LF by itself.
  public boolean bareNewline() {
    return bareNewline;
  }

  public byte[] bytes() {
    return Arrays.copyOf(bytes, length);
  }

  public void release() {
    budget.give(reserved);
    reserved = 0;
  }
}
