package org.emsg.gateway.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.Set;
import org.erdtman.jcs.JsonCanonicalizer;
import org.junit.jupiter.api.Test;

class JcsTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  @Test
  void printsTheExampleOfRfc8785() throws JsonProcessingException {
    assertThat(
            canonical(
                """
                {"numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
                 "string": "\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\"\\/",
                 "literals": [null, true, false]}
                """))
        .isEqualTo(
            "{\"literals\":[null,true,false],"
                + "\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27],"
                + "\"string\":\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}");
  }

  @Test
  void sortsMembersByUtf16CodeUnits() throws JsonProcessingException {
    assertThat(
            canonical(
                "{\"\\u20ac\":1,\"\\r\":2,\"\\ufb33\":3,\"1\":4,\"\\ud83d\\ude00\":5,\"\\u0080\":6}"))
        .isEqualTo("{\"\\r\":2,\"1\":4,\"\u0080\":6,\"€\":1,\"😀\":5,\"\ufb33\":3}");
  }

  @Test
  void leavesOutTheNamedMembersOfTheOuterObjectOnly() throws JsonProcessingException {
    JsonNode value = JSON.readTree("{\"b\":{\"id\":1},\"id\":2,\"a\":3}");
    assertThat(new String(Jcs.canonicalizeWithout(value, Set.of("id")), StandardCharsets.UTF_8))
        .isEqualTo("{\"a\":3,\"b\":{\"id\":1}}");
  }

  @Test
  void printsWhatTheReferenceImplementationPrints() throws IOException {
    Random random = new Random(8785);
    for (int i = 0; i < 5_000; i++) {
      JsonNode value = object(random, 3);
      String text = JSON.writeValueAsString(value);
      assertThat(new String(Jcs.canonicalize(JSON.readTree(text)), StandardCharsets.UTF_8))
          .as("seed 8785, case %d", i)
          .isEqualTo(new JsonCanonicalizer(text).getEncodedString());
    }
  }

  private static String canonical(String json) throws JsonProcessingException {
    return new String(Jcs.canonicalize(JSON.readTree(json)), StandardCharsets.UTF_8);
  }

  private static ObjectNode object(Random random, int depth) {
    ObjectNode object = NODES.objectNode();
    for (int n = random.nextInt(6); n > 0; n--) {
      object.set(string(random), value(random, depth - 1));
    }
    return object;
  }

  private static JsonNode value(Random random, int depth) {
    return switch (random.nextInt(depth > 0 ? 8 : 6)) {
      case 0 -> NODES.nullNode();
      case 1 -> NODES.booleanNode(random.nextBoolean());
      case 2 -> NODES.numberNode(random.nextLong() >> random.nextInt(10, 64));
      case 3 -> NODES.numberNode(finite(random));
      case 4, 5 -> NODES.textNode(string(random));
      case 6 -> object(random, depth);
      default -> {
        ArrayNode array = NODES.arrayNode();
        for (int n = random.nextInt(5); n > 0; n--) {
          array.add(value(random, depth - 1));
        }
        yield array;
      }
    };
  }

  private static double finite(Random random) {
    double value =
        random.nextBoolean() ? Double.longBitsToDouble(random.nextLong()) : random.nextGaussian();
    return Double.isFinite(value) ? value : 0;
  }

  private static String string(Random random) {
    StringBuilder text = new StringBuilder();
    for (int n = random.nextInt(9); n > 0; n--) {
      switch (random.nextInt(5)) {
        case 0 -> text.append((char) random.nextInt(1, 0x20));
        case 1 -> text.append("\"\\/\u007f\u2028".charAt(random.nextInt(5)));
        case 2 -> text.appendCodePoint(random.nextInt(0x10000, 0x110000));
        case 3 -> text.append((char) random.nextInt(0x80, 0xd800));
        default -> text.append((char) random.nextInt('a', 'z'));
      }
    }
    return text.toString();
  }
}
