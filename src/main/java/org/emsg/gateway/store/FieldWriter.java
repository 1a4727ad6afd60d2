package org.emsg.gateway.store;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Consumer;
import org.emsg.gateway.model.Bytes;

/// Writes numbered fields: number and length as unsigned varints (seven bits a byte, low ones
/// first), then as many bytes. Whoever does not know a field can skip it.
final class FieldWriter {
  private static final int START = 512;

  private byte[] buffer = new byte[START];
  private int size;

  /// What was written, as an array of its own.
  byte[] toByteArray() {
    return Arrays.copyOf(buffer, size);
  }

  void raw(int value) {
    need(1);
    buffer[size++] = (byte) value;
  }

  void bytes(int field, byte[] value) {
    varint(field);
    varint(value.length);
    need(value.length);
    System.arraycopy(value, 0, buffer, size, value.length);
    size += value.length;
  }

  void bytes(int field, Bytes value) {
    bytes(field, value.view());
  }

  void text(int field, String value) {
    bytes(field, value.getBytes(StandardCharsets.UTF_8));
  }

  void text(int field, Optional<String> value) {
    if (value.isPresent()) {
      text(field, value.get());
    }
  }

  /// A number that is not negative.
  void number(int field, long value) {
    FieldWriter inner = new FieldWriter();
    inner.varint(value);
    bytes(field, inner.toByteArray());
  }

  void instant(int field, Instant value) {
    FieldWriter inner = new FieldWriter();
    long seconds = value.getEpochSecond();
    inner.varint((seconds << 1) ^ (seconds >> 63));
    inner.varint(value.getNano());
    bytes(field, inner.toByteArray());
  }

  void nested(int field, Consumer<FieldWriter> content) {
    FieldWriter inner = new FieldWriter();
    content.accept(inner);
    bytes(field, inner.toByteArray());
  }

  private void varint(long value) {
    need(10);
    long rest = value;
    while ((rest & ~0x7FL) != 0) {
      buffer[size++] = (byte) ((rest & 0x7F) | 0x80);
      rest >>>= 7;
    }
    buffer[size++] = (byte) rest;
  }

  private void need(int more) {
    if (buffer.length - size < more) {
      buffer = Arrays.copyOf(buffer, Math.max(buffer.length * 2, size + more));
    }
  }
}
