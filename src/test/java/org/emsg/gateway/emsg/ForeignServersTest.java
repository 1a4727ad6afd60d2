package org.emsg.gateway.emsg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.emsg.gateway.emsg.ForeignServer.answer;
import static org.emsg.gateway.emsg.ForeignServer.is;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.emsg.gateway.fixtures.FakeDns;
import org.emsg.gateway.fixtures.World;
import org.emsg.gateway.model.Outcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Our end of a connection to servers that others wrote: what they may answer, and what becomes of
/// a message then.
class ForeignServersTest {
  @TempDir Path keys;

  /// What becomes of a message from alice#a.test to somebody on that server.
  private Outcome sendTo(ForeignServer there) throws Exception {
    FakeDns dns =
        new FakeDns()
            .srv("_emsg-server._tcp.b.test", 1, 0, there.port(), "b.test")
            .address("b.test", "127.0.0.1");
    try (HomeServer server = HomeServer.start("a.test", Timeouts.plainText(), dns, keys)) {
      server.register(World.ALICE);
      server
          .connect(World.ALICE)
          .send("bob#b.test", "?")
          .toCompletableFuture()
          .get(10, TimeUnit.SECONDS);
      return server.sendForwarded().getFirst();
    }
  }

  private Outcome sendTo(Function<JsonNode, List<String>> script) throws Exception {
    try (ForeignServer there = ForeignServer.start(script)) {
      return sendTo(there);
    }
  }

  @Test
  void continueIsNoAnswerYet() throws Exception {
    assertThat(
            sendTo(line ->
                is(line, "chat")
                    ? List.of(
                        answer(line, 100, "\"message\":\"Continue\""),
                        answer(line, 404, "\"message\":\"User not found\""))
                    : List.of(answer(line, 200, ""))))
        .isInstanceOf(Outcome.Rejected.class);
  }

  @Test
  void continueWithoutAnIdIsNoAnswerEither() throws Exception {
    assertThat(
            sendTo(line ->
                is(line, "chat")
                    ? List.of("{\"code\":100}", "{\"code\":500}")
                    : List.of("{\"code\":200}")))
        .isInstanceOf(Outcome.Deferred.class);
  }

  @Test
  void onlyTheTwoHundredsAreSuccess() {
    assertThat(outcome(200)).isInstanceOf(Outcome.Delivered.class);
    assertThat(outcome(299)).isInstanceOf(Outcome.Delivered.class);
    assertThat(outcome(302)).isInstanceOf(Outcome.Rejected.class);
    assertThat(outcome(499)).isInstanceOf(Outcome.Rejected.class);
    assertThat(outcome(599)).isInstanceOf(Outcome.Deferred.class);
    assertThat(outcome(102)).isInstanceOf(Outcome.Deferred.class);
  }

  private static Outcome outcome(int code) {
    return EsmpProducer.outcome(
        new EsmpLine.Response(
            java.util.Optional.empty(),
            code,
            "",
            java.util.Optional.empty(),
            com.fasterxml.jackson.databind.node.JsonNodeFactory.instance.objectNode()));
  }
}
