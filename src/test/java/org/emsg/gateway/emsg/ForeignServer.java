package org.emsg.gateway.emsg;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/// Somebody else's EMSG server on loopback, in plain text: answers each line as its script says,
/// and remembers what it was told.
final class ForeignServer implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  final List<JsonNode> heard = new CopyOnWriteArrayList<>();
  private final ServerSocket listener;
  private final Function<JsonNode, List<String>> script;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();

  private ForeignServer(ServerSocket listener, Function<JsonNode, List<String>> script) {
    this.listener = listener;
    this.script = script;
  }

  /// @param script the lines to be said to a line; none is silence
  static ForeignServer start(Function<JsonNode, List<String>> script) throws IOException {
    ServerSocket listener = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
    ForeignServer server = new ForeignServer(listener, script);
    Thread.ofVirtual().start(server::accept);
    return server;
  }

  /// An answer with the id of `line`.
  static String answer(JsonNode line, int code, String members) {
    return "{\"type\":\"%s\",\"id\":%s,\"code\":%d%s}"
        .formatted(
            is(line, "hello") ? "hello" : "response",
            line.path("id"),
            code,
            members.isEmpty() ? "" : "," + members);
  }

  static boolean is(JsonNode line, String type) {
    return type.equals(line.path("type").textValue());
  }

  int port() {
    return listener.getLocalPort();
  }

  /// What it heard of that type.
  List<JsonNode> heard(String type) {
    return heard.stream().filter(line -> is(line, type)).toList();
  }

  private void accept() {
    try {
      while (true) {
        Socket socket = listener.accept();
        open.add(socket);
        Thread.ofVirtual().start(() -> serve(socket));
      }
    } catch (IOException closed) {
      open.forEach(ForeignServer::close);
    }
  }

  private void serve(Socket socket) {
    try (socket;
        BufferedReader in =
            new BufferedReader(
                new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))) {
      for (String text = in.readLine(); text != null; text = in.readLine()) {
        JsonNode line = JSON.readTree(text);
        heard.add(line);
        for (String answer : script.apply(line)) {
          socket.getOutputStream().write((answer + "\n").getBytes(StandardCharsets.UTF_8));
        }
      }
    } catch (IOException gone) {
      open.remove(socket);
    }
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException gone) {
      // Closed is what it is to be.
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
    open.forEach(ForeignServer::close);
  }
}
