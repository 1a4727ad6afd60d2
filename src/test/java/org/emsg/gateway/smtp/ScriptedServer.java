package org.emsg.gateway.smtp;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/// Somebody else's mail server, which answers as a test tells it to, in Latin-1. A reply of `""`
/// closes the connection instead; `STAR`, answered `220`, begins TLS.
final class ScriptedServer implements AutoCloseable {
  private final ServerSocket listener;
  private final Map<String, String> replies = new ConcurrentHashMap<>();
  private final List<String> heard = Collections.synchronizedList(new ArrayList<>());
  private final AtomicInteger connections = new AtomicInteger();
  private final CountDownLatch end = new CountDownLatch(1);
  private volatile Optional<SSLContext> tls = Optional.empty();
  private volatile String lastWord = "none";
  private volatile String deafAfter = "none";

  ScriptedServer() throws IOException {
    listener = new ServerSocket();
    listener.setReceiveBufferSize(4096);
    listener.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0));
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

  /// Closes the connection behind the answer to that command.
  ScriptedServer hangsUpAfter(String command) {
    lastWord = command;
    return this;
  }

  /// Keeps the connection and reads nothing more behind the answer to that command.
  ScriptedServer readsNothingAfter(String command) {
    deafAfter = command;
    return this;
  }

  /// Shakes hands; without this, STARTTLS ends in something that is no TLS.
  ScriptedServer shakesHandsWith(SSLContext context) {
    tls = Optional.of(context);
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
    try (socket) {
      if (reply(socket.getOutputStream(), "connect")) {
        converse(socket);
      }
    } catch (IOException gone) {
      // the client left
    } catch (InterruptedException ended) {
      Thread.currentThread().interrupt();
    }
  }

  private void converse(Socket socket) throws IOException, InterruptedException {
    BufferedReader in =
        new BufferedReader(
            new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8), 1024);
    OutputStream out = socket.getOutputStream();
    boolean open = true;
    boolean data = false;
    boolean refused = false;
    while (open) {
      String line = in.readLine();
      if (line == null) {
        return;
      }
      heard.add(line);
      String verb = line.length() < 4 ? line : line.substring(0, 4);
      if (data) {
        data = !line.equals(".");
        open = data || reply(out, ".");
      } else if (verb.equals("STAR") && isPositive(verb)) {
        reply(out, verb);
        secure(socket);
        return;
      } else {
        refused = verb.equals("MAIL") ? !isPositive(verb) : refused || !isPositive(verb);
        if (verb.equals("DATA") && refused && isPositive(verb)) {
          out.write("503 5.5.1 no valid recipients\r\n".getBytes(StandardCharsets.US_ASCII));
        } else {
          open = reply(out, verb) && !verb.equals(lastWord);
          data = verb.equals("DATA") && isPositive(verb);
        }
        if (verb.equals(deafAfter)) {
          end.await();
        }
      }
    }
  }

  private void secure(Socket socket) throws IOException, InterruptedException {
    if (tls.isEmpty()) {
      socket.getInputStream().read();
      socket.getOutputStream().write("what is this?\r\n".getBytes(StandardCharsets.US_ASCII));
      socket.shutdownOutput();
      socket.getInputStream().readAllBytes();
      return;
    }
    SSLSocket secure =
        (SSLSocket) tls.get().getSocketFactory().createSocket(socket, "", socket.getPort(), true);
    secure.setUseClientMode(false);
    heard.add("(TLS)");
    converse(secure);
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
    out.write((reply + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
    return true;
  }

  @Override
  public void close() throws IOException {
    end.countDown();
    listener.close();
  }
}
