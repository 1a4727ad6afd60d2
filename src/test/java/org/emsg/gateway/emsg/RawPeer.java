package org.emsg.gateway.emsg;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/// A connection in plain text that says exactly what a test wants said.
final class RawPeer implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int PATIENCE_MILLIS = 10_000;

  private final Socket socket;
  private final BufferedReader in;
  private final OutputStream out;

  private RawPeer(Socket socket) throws IOException {
    this.socket = socket;
    this.in =
        new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
    this.out = socket.getOutputStream();
  }

  static RawPeer connect(InetSocketAddress address) throws IOException {
    Socket socket = new Socket();
    socket.connect(address, PATIENCE_MILLIS);
    socket.setSoTimeout(PATIENCE_MILLIS);
    socket.setTcpNoDelay(true);
    return new RawPeer(socket);
  }

  RawPeer say(String line) throws IOException {
    return say((line + "\n").getBytes(StandardCharsets.UTF_8));
  }

  RawPeer say(byte[] bytes) throws IOException {
    out.write(bytes);
    out.flush();
    return this;
  }

  /// The next line.
  JsonNode hear() throws IOException {
    String line = in.readLine();
    if (line == null) {
      throw new IOException("closed");
    }
    try {
      return JSON.readTree(line);
    } catch (JsonProcessingException e) {
      throw new AssertionError("no JSON: " + line, e);
    }
  }

  JsonNode ask(String line) throws IOException {
    say(line);
    return hear();
  }

  /// Whether the other side closed, and said nothing more before.
  boolean isClosed() throws IOException {
    return in.readLine() == null;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
