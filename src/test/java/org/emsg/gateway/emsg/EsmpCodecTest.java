package org.emsg.gateway.emsg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class EsmpCodecTest {
  private static final Path HOSTILE = Path.of("src/test/resources/hostile/esmp");
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final EsmpSchemas SCHEMAS = new EsmpSchemas();
  private static final EsmpCodec CODEC = new EsmpCodec(SCHEMAS);

  private static final String CHAT =
      "{\"type\":\"chat\",\"id\":\"7\",\"sender\":\"alice#a.test\",\"recipient\":\"anna#a.test\","
          + "\"timestamp\":1763812800000,\"body\":\"Hi\"}";

  /// Each line of `expected.txt`: the file, the code that answers it, where the fault is.
  @TestFactory
  Stream<DynamicTest> everyHostileLineGetsItsDocumentedAnswer() throws IOException {
    return Files.readAllLines(HOSTILE.resolve("expected.txt")).stream()
        .map(line -> {
          String[] words = line.split(" ", -1);
          return dynamicTest(
              words[0],
              () -> {
                byte[] bytes = Files.readAllBytes(HOSTILE.resolve(words[0] + ".line"));
                assertThat(CODEC.decode(bytes))
                    .isInstanceOfSatisfying(
                        EsmpLine.Fault.class,
                        fault -> {
                          assertThat(fault.code().number()).isEqualTo(Integer.parseInt(words[1]));
                          if (words.length > 2) {
                            assertThat(fault.pointer()).contains(words[2]);
                          }
                        });
              });
        });
  }

  @Test
  void everyHostileFileIsExpected() throws IOException {
    try (Stream<Path> files = Files.list(HOSTILE)) {
      assertThat(files.filter(file -> file.toString().endsWith(".line")))
          .hasSameSizeAs(Files.readAllLines(HOSTILE.resolve("expected.txt")));
    }
  }

  @Test
  void whatIsStoredIsTheLineAsItCameWithoutTheRequestsName() {
    assertThat(signed(CHAT)).isEqualTo(CHAT.replace("\"id\":\"7\",", ""));
    assertThat(signed("{\"id\":\"7\", " + CHAT.substring(1).replace("\"id\":\"7\",", "")))
        .isEqualTo(CHAT.replace("\"id\":\"7\",", ""));
    String spaced = CHAT.replace("\"id\":\"7\",", "").replace(",", " , ").replace(":\"", ": \"");
    assertThat(signed(spaced.substring(0, spaced.length() - 1) + " , \"id\" : \"7\" }"))
        .isEqualTo(spaced);
    assertThat(signed(CHAT.replace("\"id\":\"7\"", "\"cursor\":3,\"id\":\"7\"")))
        .isEqualTo(CHAT.replace("\"id\":\"7\",", ""));
    String inner = CHAT.replace("\"id\":\"7\"", "\"x\":{\"id\":\"8\"}");
    assertThat(signed(inner)).isEqualTo(inner);
  }

  private static String signed(String line) {
    return CODEC.decode(line.getBytes(StandardCharsets.UTF_8)) instanceof EsmpLine.Message message
        ? message.signed().asUtf8()
        : "not a message";
  }

  @Test
  void numbersThatADoubleHoldsPass() {
    for (String number :
        List.of("9007199254740992", "9007199254740994", "0.1", "1e22", "-0", "1.50", "5e-324")) {
      String line = CHAT.replace("\"id\":\"7\"", "\"n\":" + number);
      assertThat(CODEC.decode(line.getBytes(StandardCharsets.UTF_8)))
          .as(number)
          .isInstanceOf(EsmpLine.Message.class);
    }
  }

  @Test
  void thirtyTwoLevelsPass() {
    String line = CHAT.replace("\"id\":\"7\"", "\"n\":" + "[".repeat(31) + "]".repeat(31));
    assertThat(CODEC.decode(line.getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(EsmpLine.Message.class);
  }

  @Test
  void whatTheShortcutCallsPlainTheSchemaCallsValid() throws JsonProcessingException {
    Random random = new Random(202012);
    int plain = 0;
    for (int i = 0; i < 20_000; i++) {
      ObjectNode message = mutated(random);
      if (PlainChat.isPlain(message)) {
        plain++;
        assertThat(SCHEMAS.violationByValidator("chat", message))
            .as("seed 202012, case %d: %s", i, message)
            .isEmpty();
      }
    }
    assertThat(plain).isBetween(2_000, 18_000);
  }

  private static ObjectNode mutated(Random random) throws JsonProcessingException {
    ObjectNode message = (ObjectNode) JSON.readTree(CHAT);
    message.putArray("signatures").addObject().put("alg", "ed25519").put("value", "AA==");
    String[] names = {
      "type",
      "id",
      "sender",
      "recipient",
      "timestamp",
      "body",
      "signatures",
      "message_id",
      "reply_to",
      "thread",
      "to",
      "group_id",
      "content",
      "encryption",
      "x"
    };
    String[] values = {
      "\"\"",
      "\"x\"",
      "\"alice#a.test\"",
      "\"a@b\"",
      "\"#b\"",
      "\"a#\"",
      "\"a#b#c\"",
      "\"a b#c\"",
      "\"\\u00a0#c\"",
      "\"\\u2003a#b\"",
      "1",
      "-1",
      "1.5",
      "0",
      "1e3",
      "true",
      "null",
      "{}",
      "[]",
      "[{}]",
      "[{\"alg\":\"x\",\"value\":\"y\"}]",
      "[{\"alg\":1,\"value\":\"y\"}]",
      "\"chat\"",
      "\"" + "x".repeat(130) + "\"",
      "\"" + "x".repeat(1025) + "\"",
      "\"" + "x".repeat(321) + "\""
    };
    for (int n = random.nextInt(3); n > 0; n--) {
      String name = names[random.nextInt(names.length)];
      if (random.nextInt(4) == 0) {
        message.remove(name);
      } else {
        message.set(name, JSON.readTree(values[random.nextInt(values.length)]));
      }
    }
    return message;
  }

  @Test
  void linesAreTheSameWhereverTheStreamIsCut() {
    byte[] stream = "one\ntwo\r\n\n\r\ndrei é\nlast".getBytes(StandardCharsets.UTF_8);
    for (int first = 0; first <= stream.length; first++) {
      for (int second = first; second <= stream.length; second++) {
        assertThat(cut(stream, 100, first, second)).containsExactly("one", "two", "drei é");
      }
    }
  }

  @Test
  void aLineOfJustTheLimitPassesAndOneByteMoreDoesNot() {
    byte[] fits = ("x".repeat(100) + "\r\n").getBytes(StandardCharsets.UTF_8);
    byte[] over = ("x".repeat(101) + "\n").getBytes(StandardCharsets.UTF_8);
    byte[] endless = "x".repeat(102).getBytes(StandardCharsets.UTF_8);
    for (int at = 0; at <= fits.length; at++) {
      assertThat(cut(fits, 100, at, at)).containsExactly("x".repeat(100));
    }
    for (int at = 0; at <= over.length; at++) {
      assertThat(cut(over, 100, at, at)).containsExactly("LINE");
    }
    for (int at = 0; at <= endless.length; at++) {
      assertThat(cut(endless, 100, at, at)).containsExactly("LINE");
    }
  }

  private static List<String> cut(byte[] stream, int max, int first, int second) {
    EmbeddedChannel channel = new EmbeddedChannel(new LineDecoder(max));
    channel.writeInbound(Unpooled.copiedBuffer(stream, 0, first));
    channel.writeInbound(Unpooled.copiedBuffer(stream, first, second - first));
    channel.writeInbound(Unpooled.copiedBuffer(stream, second, stream.length - second));
    List<String> lines = new ArrayList<>();
    for (Object line = channel.readInbound(); line != null; line = channel.readInbound()) {
      lines.add(
          line instanceof byte[] bytes
              ? new String(bytes, StandardCharsets.UTF_8)
              : line.toString());
    }
    channel.releaseInbound();
    return lines;
  }

  @Test
  void answersAreJsonWhateverTheRequestWasCalled() throws JsonProcessingException {
    String id = "\"\\\u0001\n☃";
    ObjectNode answer =
        (ObjectNode)
            JSON.readTree(
                new String(
                    EsmpCodec.response(
                        Optional.of(id), Code.SLOW_DOWN, "a \"quote\"", OptionalLong.of(5)),
                    StandardCharsets.UTF_8));
    assertThat(answer.path("id").textValue()).isEqualTo(id);
    assertThat(answer.path("retry_after").intValue()).isEqualTo(5);
    assertThat(answer.path("code").intValue()).isEqualTo(429);
  }

  @Test
  void versionsAreSemantic() {
    assertThat(Version.parse("0.2.0")).contains(new Version(0, 2, 0));
    assertThat(Version.parse("1.20.3-rc.1+build-7")).contains(new Version(1, 20, 3));
    for (String none : List.of("", "1", "1.2", "1.2.3.4", "01.2.3", "1.2.-3", "v1.2.3", "1.2.3-")) {
      assertThat(Version.parse(none)).as(none).isEmpty();
    }
  }
}
