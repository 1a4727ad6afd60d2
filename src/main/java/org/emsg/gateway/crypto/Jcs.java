package org.emsg.gateway.crypto;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import org.erdtman.jcs.NumberToJSON;

/// The canonical form of JSON (RFC 8785): what EMSG signs.
///
/// It works on a tree that was read already, because every message is read and canonicalised once;
/// the library's own canonicaliser would print and parse it again (see the ADR on canonical JSON).
/// Numbers are printed by the library. The caller has checked the tree: no unpaired surrogates, no
/// number that an IEEE double cannot hold.
public final class Jcs {
  /// Integers of this size and less are printed alike by Java and by ECMAScript, and are doubles.
  private static final long EXACT = 1L << 53;

  private Jcs() {}

  public static byte[] canonicalize(JsonNode value) {
    return canonicalizeWithout(value, Set.of());
  }

  /// The canonical form of `value` without its members named in `left`; members of inner objects
  /// stay whatever their names.
  public static byte[] canonicalizeWithout(JsonNode value, Set<String> left) {
    StringBuilder out = new StringBuilder(512);
    if (value instanceof ObjectNode object) {
      writeObject(out, object, left);
    } else {
      write(out, value);
    }
    return out.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static void write(StringBuilder out, JsonNode value) {
    switch (value.getNodeType()) {
      case OBJECT -> writeObject(out, (ObjectNode) value, Set.of());
      case ARRAY -> {
        out.append('[');
        for (int i = 0; i < value.size(); i++) {
          if (i > 0) {
            out.append(',');
          }
          write(out, value.get(i));
        }
        out.append(']');
      }
      case STRING -> writeString(out, value.textValue());
      case NUMBER -> writeNumber(out, value);
      case BOOLEAN -> out.append(value.booleanValue());
      case NULL -> out.append("null");
      case BINARY, MISSING, POJO ->
          throw new IllegalArgumentException("not a JSON value: " + value.getNodeType());
    }
  }

  private static void writeObject(StringBuilder out, ObjectNode object, Set<String> left) {
    @SuppressWarnings({"unchecked", "rawtypes"})
    Map.Entry<String, JsonNode>[] members =
        object.properties().toArray(new Map.Entry[object.size()]);
    // String.compareTo is by UTF-16 code units, which is what RFC 8785 §3.2.3 asks for.
    Arrays.sort(members, Map.Entry.comparingByKey());
    out.append('{');
    boolean first = true;
    for (Map.Entry<String, JsonNode> member : members) {
      if (!left.isEmpty() && left.contains(member.getKey())) {
        continue;
      }
      if (!first) {
        out.append(',');
      }
      first = false;
      writeString(out, member.getKey());
      out.append(':');
      write(out, member.getValue());
    }
    out.append('}');
  }

  private static void writeNumber(StringBuilder out, JsonNode value) {
    if (value.isIntegralNumber() && value.canConvertToLong()) {
      long integer = value.longValue();
      if (integer >= -EXACT && integer <= EXACT) {
        out.append(integer);
        return;
      }
    }
    out.append(number(value.doubleValue()));
  }

  /// A number as ECMAScript prints it (RFC 8785 §3.2.2.3).
  ///
  /// @throws IllegalArgumentException if it is infinite or none
  public static String number(double value) {
    try {
      return NumberToJSON.serializeNumber(value);
    } catch (IOException e) {
      throw new IllegalArgumentException("a number beyond IEEE doubles", e);
    }
  }

  private static void writeString(StringBuilder out, String text) {
    out.append('"');
    int plain = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c >= ' ' && c != '"' && c != '\\') {
        continue;
      }
      out.append(text, plain, i).append('\\');
      plain = i + 1;
      switch (c) {
        case '"', '\\' -> out.append(c);
        case '\b' -> out.append('b');
        case '\t' -> out.append('t');
        case '\n' -> out.append('n');
        case '\f' -> out.append('f');
        case '\r' -> out.append('r');
        default -> out.append(c < 0x10 ? "u000" : "u001").append(Character.forDigit(c & 15, 16));
      }
    }
    out.append(text, plain, text.length()).append('"');
  }
}
