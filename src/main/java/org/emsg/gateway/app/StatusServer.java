package org.emsg.gateway.app;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// Health and metrics over HTTP, for those who watch the gateway: `/health` (all checks; 503 where
/// one fails), `/health/live` (it runs), `/metrics` (Prometheus' text format).
///
/// It tells numbers and states, never an address or a message, and changes nothing.
final class StatusServer implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpServer server;
  private final Health health;
  private final Metrics metrics;
  private final ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor();

  StatusServer(HttpConfig config, Health health, Metrics metrics) throws IOException {
    this.health = health;
    this.metrics = metrics;
    this.server =
        HttpServer.create(
            new InetSocketAddress(InetAddress.getByName(config.host()), config.port()), 64);
    server.setExecutor(workers);
    server.createContext("/", exchange -> answer(exchange, 404, "text/plain", "not here\n"));
    server.createContext("/health", this::health);
    server.createContext("/health/live", exchange -> json(exchange, 200, status(true)));
    server.createContext("/metrics", this::metrics);
    server.start();
  }

  InetSocketAddress address() {
    return server.getAddress();
  }

  private void health(HttpExchange exchange) throws IOException {
    ObjectNode body = JSON.createObjectNode();
    ObjectNode checks = JSON.createObjectNode();
    boolean well = true;
    for (Health.Finding finding : health.findings()) {
      well &= finding.well();
      checks.set(finding.check(), status(finding.well()).put("detail", finding.detail()));
    }
    body.setAll(status(well));
    body.set("checks", checks);
    json(exchange, well ? 200 : 503, body);
  }

  private void metrics(HttpExchange exchange) throws IOException {
    answer(exchange, 200, "text/plain; version=0.0.4; charset=utf-8", metrics.scrape());
  }

  private static ObjectNode status(boolean well) {
    return JSON.createObjectNode().put("status", well ? "UP" : "DOWN");
  }

  private static void json(HttpExchange exchange, int status, ObjectNode body) throws IOException {
    answer(exchange, status, "application/json", JSON.writeValueAsString(body) + "\n");
  }

  private static void answer(HttpExchange exchange, int status, String type, String body)
      throws IOException {
    try (exchange) {
      byte[] text = body.getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", type);
      boolean head = exchange.getRequestMethod().equals("HEAD");
      exchange.sendResponseHeaders(status, head ? -1 : text.length);
      if (!head) {
        exchange.getResponseBody().write(text);
      }
    }
  }

  @Override
  public void close() {
    server.stop(1);
    workers.close();
  }
}
