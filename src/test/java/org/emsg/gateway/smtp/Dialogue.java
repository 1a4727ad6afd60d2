package org.emsg.gateway.smtp;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/// A client that says what a test tells it to, right or wrong, byte for byte.
final class Dialogue implements AutoCloseable {
  private Socket socket;

  private Dialogue(Socket socket) {
    this.socket = socket;
  }

  static Dialogue with(InetSocketAddress server) throws IOException {
    Socket socket = new Socket(server.getAddress(), server.getPort());
    socket.setSoTimeout(20_000);
    return new Dialogue(socket);
  }

  /// Sends `text` as it is, and nothing more.
  Dialogue raw(String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
    socket.getOutputStream().flush();
    return this;
  }

  /// Sends a line and reads one reply.
  String say(String line) throws IOException {
    return raw(line + "\r\n").hear();
  }

  /// One reply, its lines joined by `\n`; empty at the end of the connection.
  String hear() throws IOException {
    List<String> lines = new ArrayList<>();
    while (true) {
      String line = line();
      lines.add(line);
      if (line.length() < 4 || line.charAt(3) != '-') {
        return String.join("\n", lines);
      }
    }
  }

  private String line() throws IOException {
    InputStream in = socket.getInputStream();
    StringBuilder line = new StringBuilder();
    for (int b = in.read(); b >= 0 && b != '\n'; b = in.read()) {
      line.append((char) b);
    }
    return line.toString().stripTrailing();
  }

  /// Whether the server closed the connection.
  boolean isOver() throws IOException {
    return socket.getInputStream().read() < 0;
  }

  Dialogue encrypt(SSLContext context) throws IOException {
    SSLSocket secure =
        (SSLSocket)
            context.getSocketFactory().createSocket(socket, "a.test", socket.getPort(), true);
    secure.startHandshake();
    socket = secure;
    return this;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
