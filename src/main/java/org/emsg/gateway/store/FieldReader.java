package org.emsg.gateway.store;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import org.emsg.gateway.model.Bytes;

/// Reads what a `FieldWriter` wrote. A length is believed only as far as there are bytes, so broken
/// input costs no more memory than it has itself.
final class FieldReader {
  private final byte[] input;
  private final int end;
  private int position;
  private int field;
  private int valueStart;
  private int valueEnd;

  FieldReader(byte[] input, int from, int end) {
    this.input = input;
    this.position = from;
    this.end = end;
  }

  /// Goes to the next field; false after the last one.
  boolean next() throws Malformed {
    if (position == end) {
      return false;
    }
    long number = varint(end);
    long length = varint(end);
    if (number < 1 || number > Integer.MAX_VALUE || length < 0 || length > end - position) {
      throw new Malformed("a field goes beyond its end");
    }
    field = (int) number;
    valueStart = position;
    valueEnd = position + (int) length;
    position = valueEnd;
    return true;
  }

  int field() {
    return field;
  }

  Bytes bytes() {
    return Bytes.wrap(Arrays.copyOfRange(input, valueStart, valueEnd));
  }

  String text() throws Malformed {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(input, valueStart, valueEnd - valueStart))
          .toString();
    } catch (CharacterCodingException e) {
      throw new Malformed("a text is not UTF-8");
    }
  }

  long number() throws Malformed {
    position = valueStart;
    long value = varint(valueEnd);
    position = valueEnd;
    return value;
  }

  Instant instant() throws Malformed {
    position = valueStart;
    long seconds = varint(valueEnd);
    long nanos = varint(valueEnd);
    position = valueEnd;
    if (nanos < 0 || nanos > 999_999_999) {
      throw new Malformed("a time has too many nanoseconds");
    }
    return Instant.ofEpochSecond((seconds >>> 1) ^ -(seconds & 1), nanos);
  }

  FieldReader nested() {
    return new FieldReader(input, valueStart, valueEnd);
  }

  private long varint(int limit) throws Malformed {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (position >= limit) {
        throw new Malformed("a number is cut off");
      }
      byte next = input[position++];
      value |= (long) (next & 0x7F) << shift;
      if (next >= 0) {
        return value;
      }
    }
    throw new Malformed("a number is too long");
  }

  /// The bytes are not what a `FieldWriter` wrote.
  static final class Malformed extends Exception {
    Malformed(String what) {
      super(what, null, false, false);
    }
  }
}
