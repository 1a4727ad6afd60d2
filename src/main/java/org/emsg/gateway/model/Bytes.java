package org.emsg.gateway.model;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/// An immutable run of bytes with value equality; what travels where a `byte[]` would be shared.
///
/// `toString` tells the length only: bodies and keys pass through here, and logs print whatever
/// they are given.
public final class Bytes {
  private static final Bytes EMPTY = new Bytes(new byte[0]);

  private final byte[] value;

  private Bytes(byte[] value) {
    this.value = value;
  }

  public static Bytes empty() {
    return EMPTY;
  }

  /// A copy of `value`.
  public static Bytes copyOf(byte[] value) {
    return new Bytes(value.clone());
  }

  /// Takes `value` over without a copy: the caller must not touch it again.
  public static Bytes wrap(byte[] value) {
    return new Bytes(value);
  }

  public static Bytes utf8(String text) {
    return new Bytes(text.getBytes(StandardCharsets.UTF_8));
  }

  public int size() {
    return value.length;
  }

  public boolean isEmpty() {
    return value.length == 0;
  }

  public byte[] toByteArray() {
    return value.clone();
  }

  /// The array itself, to read only: for writers on the hot path.
  public byte[] view() {
    return value;
  }

  public String asUtf8() {
    return new String(value, StandardCharsets.UTF_8);
  }

  public String asHex() {
    return HexFormat.of().formatHex(value);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Bytes that && Arrays.equals(value, that.value);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(value);
  }

  @Override
  public String toString() {
    return "Bytes[" + value.length + "]";
  }
}
