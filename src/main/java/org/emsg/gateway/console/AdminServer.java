package org.emsg.gateway.console;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Serves [AdminActions] on the loopback: `POST /ACTION` with a JSON object, for whoever bears the
/// token.
public final class AdminServer implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(AdminServer.class);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int LARGEST = 64 * 1024;

  private final AdminActions actions;
  private final Path data;
  private final AdminDoor door;
  private final HttpServer server;
  private final ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor();

  /// Listens, and says where in `data`.
  ///
  /// @throws IOException where it cannot listen or write
  public AdminServer(AdminActions actions, Path data, SecureRandom random) throws IOException {
    this.actions = actions;
    this.data = data;
    byte[] token = new byte[32];
    random.nextBytes(token);
    this.server =
        HttpServer.create(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 16);
    this.door =
        new AdminDoor(
            URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/"),
            HexFormat.of().formatHex(token));
    server.setExecutor(workers);
    server.createContext("/", this::handle);
    server.start();
    door.open(data);
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      if (!bearsToken(exchange)) {
        answer(exchange, 401, error("the token is missing or another"));
      } else if (!exchange.getRequestMethod().equals("POST")) {
        answer(exchange, 405, error("actions are POSTed"));
      } else {
        perform(exchange);
      }
    }
  }

  private void perform(HttpExchange exchange) throws IOException {
    String action = exchange.getRequestURI().getPath().substring(1);
    try {
      byte[] body = exchange.getRequestBody().readNBytes(LARGEST);
      JsonNode request = body.length == 0 ? JSON.createObjectNode() : JSON.readTree(body);
      answer(exchange, 200, actions.perform(action, request));
    } catch (AdminRefusal refusal) {
      answer(exchange, refusal.status(), error(String.valueOf(refusal.getMessage())));
    } catch (com.fasterxml.jackson.core.JsonProcessingException notJson) {
      answer(exchange, 400, error("the request is no JSON"));
    } catch (RuntimeException failed) {
      log.warn("the admin action {} failed", action, failed);
      answer(exchange, 500, error("it failed; the gateway's log says why"));
    }
  }

  private boolean bearsToken(HttpExchange exchange) {
    String given = exchange.getRequestHeaders().getFirst("Authorization");
    String wanted = "Bearer " + door.token();
    return given != null
        && MessageDigest.isEqual(
            given.getBytes(StandardCharsets.UTF_8), wanted.getBytes(StandardCharsets.UTF_8));
  }

  private static JsonNode error(String message) {
    return JSON.createObjectNode().put("error", message);
  }

  private static void answer(HttpExchange exchange, int status, JsonNode body) throws IOException {
    byte[] text = JSON.writeValueAsBytes(body);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(status, text.length);
    exchange.getResponseBody().write(text);
  }

  @Override
  public void close() {
    try {
      door.close(data);
    } catch (IOException left) {
      log.warn("{} still says that this gateway runs", data, left);
    }
    server.stop(1);
    workers.close();
  }
}
