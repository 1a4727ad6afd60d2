package org.emsg.gateway.emsg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.emsg.gateway.fixtures.FakeDns;
import org.emsg.gateway.fixtures.World;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Our end of a connection, at its limits.
class EsmpConnectionTest {
  private static final int LINES = 2_000;

  @Test
  void whatAServerSaysFasterThanItIsHandledIsNotRead() throws Exception {
    BlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
    EventLoops loops = new EventLoops("test-loop", 1);
    try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      CompletableFuture<Boolean> allSaid = new CompletableFuture<>();
      Thread.ofVirtual().start(() -> flood(listener, allSaid));
      EsmpConnection connection =
          EsmpConnection.open(
                  loops,
                  new EsmpConnection.Dial(
                      new InetSocketAddress(listener.getInetAddress(), listener.getLocalPort()),
                      Optional.empty(),
                      "b.test",
                      Duration.ofSeconds(10),
                      1 << 20),
                  new EsmpCodec(new EsmpSchemas()),
                  tasks::add,
                  _ -> {})
              .toCompletableFuture()
              .get(10, TimeUnit.SECONDS);
      await().until(() -> !connection.isReading());
      while (!allSaid.isDone()) {
        Runnable next = tasks.poll(10, TimeUnit.MILLISECONDS);
        if (next != null) {
          next.run();
        }
      }
      assertThat(allSaid.get()).isTrue();
      connection.close();
    } finally {
      loops.close();
    }
  }

  @Test
  void aClientReadsAMessageAsLargeAsItsServerTakes(@TempDir Path keys) throws Exception {
    EmsgConfig roomy = Timeouts.rooms(4 << 20, 512, 256 * 1024);
    try (HomeServer server = HomeServer.start("a.test", roomy, new FakeDns(), keys)) {
      server.register(World.ALICE);
      server.register(World.ANNA);
      String body = "x".repeat(2 << 20);
      assertThat(
              server
                  .connect(World.ALICE)
                  .send("anna#a.test", body)
                  .toCompletableFuture()
                  .get(10, TimeUnit.SECONDS)
                  .code())
          .isEqualTo(200);
      assertThat(server.listen(World.ANNA, "phone"))
          .extracting(EsmpClient.Received::body)
          .containsExactly(body);
    }
  }

  private static void flood(ServerSocket listener, CompletableFuture<Boolean> allSaid) {
    byte[] line =
        ("{\"type\":\"pong\",\"x\":\"" + "x".repeat(8_000) + "\"}\n")
            .getBytes(StandardCharsets.US_ASCII);
    try (Socket socket = listener.accept()) {
      for (int i = 0; i < LINES; i++) {
        socket.getOutputStream().write(line);
      }
      allSaid.complete(true);
    } catch (IOException e) {
      allSaid.completeExceptionally(e);
    }
  }
}
