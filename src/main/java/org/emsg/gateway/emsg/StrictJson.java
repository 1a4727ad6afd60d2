package org.emsg.gateway.emsg;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;
import org.emsg.gateway.crypto.Jcs;
import org.emsg.gateway.model.Bytes;

/// Reads one line as a JSON object, as strictly as profile §3 asks: whatever two readers could
/// understand differently is refused, for a signature must mean the same to both.
///
/// Jackson cuts the tokens; what it lets pass is looked at here: repeated names, bad UTF-8,
/// unpaired surrogates, U+0000, and numbers that change on their way through an IEEE double.
final class StrictJson {
  static final int MAX_DEPTH = 32;

  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final long EXACT = 1L << 53;

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_DEPTH)
                  .maxNumberLength(400)
                  .maxStringLength(Integer.MAX_VALUE)
                  .build())
          .build();

  private final JsonParser parser;
  private final Set<String> hop;
  private final HopCut cut;

  private StrictJson(byte[] line, JsonParser parser, Set<String> hop) {
    this.parser = parser;
    this.hop = hop;
    this.cut = new HopCut(line);
  }

  /// What a line says.
  ///
  /// @param signed the line as it came, without the members that only concern this hop
  record Read(ObjectNode json, Bytes signed) {}

  /// Why a line is no message; the text is fit for the other side.
  static final class Malformed extends Exception {
    private final String why;

    Malformed(String why) {
      super(why, null, false, false);
      this.why = why;
    }

    String why() {
      return why;
    }
  }

  /// Reads `line`; members of the outer object named in `hop` are read, and cut from `signed`.
  static Read read(byte[] line, Set<String> hop) throws Malformed {
    if (!isUtf8(line)) {
      throw new Malformed("not UTF-8");
    }
    byte[] object = trimmed(line);
    // Also keeps Jackson from guessing UTF-16 or a byte order mark.
    if (object.length == 0 || object[0] != '{') {
      throw new Malformed("not a JSON object");
    }
    try (JsonParser parser = FACTORY.createParser(object)) {
      StrictJson reader = new StrictJson(object, parser, hop);
      parser.nextToken();
      ObjectNode json = reader.object(true);
      if (parser.nextToken() != null) {
        throw new Malformed("more than one JSON value in a line");
      }
      return new Read(json, Bytes.wrap(reader.cut.result()));
    } catch (IOException | NumberFormatException | IllegalStateException e) {
      // NumberFormatException: an exponent beyond 32 bits; IllegalStateException is Jackson's word
      // for names made to collide in its symbol table.
      throw new Malformed("not JSON, or nested more than " + MAX_DEPTH + " deep");
    }
  }

  /// Without white space around it: what is stored begins and ends with its braces.
  private static byte[] trimmed(byte[] line) {
    int from = 0;
    int to = line.length;
    while (from < to && isSpace(line[from])) {
      from++;
    }
    while (to > from && isSpace(line[to - 1])) {
      to--;
    }
    return from == 0 && to == line.length ? line : Arrays.copyOfRange(line, from, to);
  }

  private static boolean isSpace(byte b) {
    return b == ' ' || b == '\t' || b == '\r';
  }

  private ObjectNode object(boolean outer) throws IOException, Malformed {
    ObjectNode object = NODES.objectNode();
    for (JsonToken token = parser.nextToken();
        token != JsonToken.END_OBJECT;
        token = parser.nextToken()) {
      String name = parser.currentName();
      requireText(name);
      boolean isHop = outer && hop.contains(name);
      if (outer && (isHop || cut.isOpen())) {
        cut.member(isHop, parser.currentTokenLocation().getByteOffset());
      }
      parser.nextToken();
      if (object.replace(name, value()) != null) {
        throw new Malformed("a name appears twice in one object");
      }
    }
    if (outer && cut.isOpen()) {
      cut.end(parser.currentTokenLocation().getByteOffset());
    }
    return object;
  }

  private JsonNode value() throws IOException, Malformed {
    JsonToken token = parser.currentToken();
    if (token == null) {
      throw new Malformed("not JSON");
    }
    return switch (token) {
      case START_OBJECT -> object(false);
      case START_ARRAY -> {
        ArrayNode array = NODES.arrayNode();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          array.add(value());
        }
        yield array;
      }
      case VALUE_STRING -> {
        String text = parser.getText();
        requireText(text);
        yield NODES.textNode(text);
      }
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> number();
      case VALUE_TRUE -> NODES.booleanNode(true);
      case VALUE_FALSE -> NODES.booleanNode(false);
      case VALUE_NULL -> NODES.nullNode();
      case END_OBJECT, END_ARRAY, FIELD_NAME, NOT_AVAILABLE, VALUE_EMBEDDED_OBJECT ->
          throw new Malformed("not JSON");
    };
  }

  private JsonNode number() throws IOException, Malformed {
    if (parser.currentToken() == JsonToken.VALUE_NUMBER_INT
        && parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER) {
      long value = parser.getLongValue();
      if (value >= -EXACT && value <= EXACT) {
        return NODES.numberNode(value);
      }
    }
    BigDecimal written = new BigDecimal(parser.getText());
    double value = written.doubleValue();
    if (Double.isInfinite(value) || written.compareTo(new BigDecimal(Jcs.number(value))) != 0) {
      throw new Malformed("a number that an IEEE double cannot hold");
    }
    return NODES.numberNode(value);
  }

  private static void requireText(String text) throws Malformed {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == 0) {
        throw new Malformed("U+0000 in a string");
      }
      if (Character.isSurrogate(c)) {
        if (Character.isLowSurrogate(c)
            || i + 1 == text.length()
            || !Character.isLowSurrogate(text.charAt(i + 1))) {
          throw new Malformed("an unpaired surrogate in a string");
        }
        i++;
      }
    }
  }

  private static boolean isUtf8(byte[] line) {
    int ascii = 0;
    while (ascii < line.length && line[ascii] > 0) {
      ascii++;
    }
    if (ascii == line.length) {
      return true;
    }
    try {
      StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .decode(ByteBuffer.wrap(line, ascii, line.length - ascii));
    } catch (CharacterCodingException e) {
      return false;
    }
    for (int i = ascii; i < line.length; i++) {
      if (line[i] == 0) {
        return false;
      }
    }
    return true;
  }
}
