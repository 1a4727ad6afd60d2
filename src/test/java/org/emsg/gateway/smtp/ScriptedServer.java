package org.emsg.gateway.smtp;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/// Somebody else's mail server, which answers as a test tells it to. A reply of `""` closes the
/// connection instead.
final class ScriptedServer implements AutoCloseable {
  private final ServerSocket listener;
  private final Map<String, String> replies = new ConcurrentHashMap<>();
  private final List<String> heard = Collections.synchronizedList(new ArrayList<>());
  private final AtomicInteger connections = new AtomicInteger();

  ScriptedServer() throws IOException {
    listener = new ServerSocket(0, 50, InetAddress.ofLiteral("127.0.0.1"));
    replies.putAll(
        Map.of(
            "connect", "220 mx.mail.test ESMTP",
            "EHLO", "250-mx.mail.test\r\n250-PIPELINING\r\n250 SIZE 1000000",
            "MAIL", "250 2.1.0 ok",
            "RCPT", "250 2.1.5 ok",
            "DATA", "354 go",
            ".", "250 2.0.0 taken",
            "RSET", "250 2.0.0 ok",
            "QUIT", "221 2.0.0 bye"));
    Thread.ofVirtual().start(this::accept);
  }

  /// Answers the command so from now on; `connect` is the greeting, `.` the end of a message.
  ScriptedServer says(String command, String reply) {
    replies.put(command, reply);
    return this;
  }

  int port() {
    return listener.getLocalPort();
  }

  int connections() {
    return connections.get();
  }

  List<String> heard() {
    return List.copyOf(heard);
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket socket = listener.accept();
        connections.incrementAndGet();
        Thread.ofVirtual().start(() -> serve(socket));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void serve(Socket socket) {
    try (socket;
        BufferedReader in =
            new BufferedReader(
                new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))) {
      OutputStream out = socket.getOutputStream();
      boolean open = reply(out, "connect");
      boolean data = false;
      boolean refused = false;
      while (open) {
        String line = in.readLine();
        if (line == null) {
          return;
        }
        heard.add(line);
        if (data) {
          data = !line.equals(".");
          open = data || reply(out, ".");
        } else {
          String verb = line.length() < 4 ? line : line.substring(0, 4);
          refused = verb.equals("MAIL") ? !isPositive(verb) : refused || !isPositive(verb);
          if (verb.equals("DATA") && refused && isPositive(verb)) {
            out.write("503 5.5.1 no valid recipients\r\n".getBytes(StandardCharsets.US_ASCII));
          } else {
            open = reply(out, verb);
            data = verb.equals("DATA") && isPositive(verb);
          }
        }
      }
    } catch (IOException gone) {
      // the client left
    }
  }

  private boolean isPositive(String command) {
    String reply = replies.getOrDefault(command, "5");
    return reply.startsWith("2") || reply.startsWith("3");
  }

  private boolean reply(OutputStream out, String command) throws IOException {
    String reply = replies.getOrDefault(command, "500 5.5.2 what?");
    if (reply.isEmpty()) {
      return false;
    }
    out.write((reply + "\r\n").getBytes(StandardCharsets.UTF_8));
    return true;
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}
