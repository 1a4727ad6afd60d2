package org.emsg.gateway.bench;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;

/// An SMTP server that takes everything, keeps nothing and counts: Postfix's smtp-sink.
final class MailSink implements AutoCloseable {
  private final ServerSocket listener;
  private final AtomicInteger taken = new AtomicInteger();

  MailSink() throws IOException {
    listener = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::accept);
  }

  int port() {
    return listener.getLocalPort();
  }

  int taken() {
    return taken.get();
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket socket = listener.accept();
        Thread.ofVirtual().start(() -> serve(socket));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      socket.setTcpNoDelay(true);
      InputStream in = new BufferedInputStream(socket.getInputStream(), 16_384);
      OutputStream out = socket.getOutputStream();
      StringBuilder replies = new StringBuilder("220 sink\r\n");
      boolean data = false;
      while (true) {
        if (in.available() == 0 && !replies.isEmpty()) {
          out.write(replies.toString().getBytes(StandardCharsets.US_ASCII));
          replies.setLength(0);
        }
        String line = line(in);
        if (data) {
          if (line.equals(".")) {
            data = false;
            taken.incrementAndGet();
            replies.append("250 2.0.0 ok\r\n");
          }
        } else if (line.startsWith("DATA")) {
          data = true;
          replies.append("354 go\r\n");
        } else if (line.startsWith("EHLO")) {
          replies.append("250-sink\r\n250-PIPELINING\r\n250 SIZE 100000000\r\n");
        } else if (line.startsWith("QUIT")) {
          return;
        } else {
          replies.append("250 2.0.0 ok\r\n");
        }
      }
    } catch (IOException gone) {
      // a client that left
    }
  }

  private static String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder(80);
    int b = in.read();
    while (b != '\n') {
      if (b < 0) {
        throw new IOException("end");
      }
      if (b != '\r') {
        line.append((char) b);
      }
      b = in.read();
    }
    return line.toString();
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}
