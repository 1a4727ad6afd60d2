package org.emsg.gateway.bench;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.interfaces.RSAPrivateKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.emsg.gateway.crypto.RsaSignatures;
import org.emsg.gateway.smtp.auth.DkimSigner;
import org.emsg.gateway.smtp.mime.MailHeaders;

/// Mail in: SMTP to home users' mailboxes, each message DKIM-signed, SPF, DKIM and DMARC checked,
/// answered after the commit.
public final class MailInBench {
  private static final int CONNECTIONS = 16;

  private MailInBench() {}

  /// What was measured.
  ///
  /// @param perCpuSecond messages per CPU-second of the gateway
  public record Rate(double perSecond, double perCpuSecond) {}

  /// Measures, after a warm-up.
  ///
  /// @param data an empty directory
  public static Rate run(Path data, int warmUp, int measured) throws Exception {
    KeyPair key = RsaSignatures.generate(2048, new SecureRandom());
    String record =
        "v=DKIM1; p=" + Base64.getEncoder().encodeToString(key.getPublic().getEncoded());
    try (MailBenchProcess gateway = MailBenchProcess.start(data, 9, record)) {
      List<byte[]> mails = mails(key, warmUp + measured);
      drive(gateway.port(), mails.subList(0, warmUp));
      double cpu = gateway.cpuSeconds();
      long start = System.nanoTime();
      drive(gateway.port(), mails.subList(warmUp, mails.size()));
      double seconds = (System.nanoTime() - start) / 1e9;
      return new Rate(measured / seconds, measured / (gateway.cpuSeconds() - cpu));
    }
  }

  private static List<byte[]> mails(KeyPair key, int count) {
    List<byte[]> mails = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      String text =
          "From: Erin <erin@mail.test>\r\nTo: person@a.test\r\nSubject: Measured\r\n"
              + "Date: Sun, 22 Nov 2026 12:00:00 +0000\r\nMessage-ID: <"
              + i
              + "@mail.test>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
              + "Four hundred bytes of text, more or less.\r\n".repeat(9);
      byte[] content = text.getBytes(StandardCharsets.US_ASCII);
      byte[] signature =
          DkimSigner.sign(
              MailHeaders.parse(content).orElseThrow(),
              content,
              Instant.EPOCH,
              List.of(
                  new DkimSigner.Key(
                      "rsa-sha256",
                      "mail.test",
                      "s1",
                      bytes -> RsaSignatures.sign((RSAPrivateKey) key.getPrivate(), bytes))));
      mails.add(
          (new String(signature, StandardCharsets.US_ASCII) + text + ".\r\n")
              .getBytes(StandardCharsets.US_ASCII));
    }
    return mails;
  }

  private static void drive(int port, List<byte[]> mails) throws Exception {
    AtomicInteger next = new AtomicInteger();
    AtomicInteger refused = new AtomicInteger();
    CountDownLatch done = new CountDownLatch(CONNECTIONS);
    for (int i = 0; i < CONNECTIONS; i++) {
      Thread.ofVirtual()
          .start(() -> {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
              socket.setTcpNoDelay(true);
              refused.addAndGet(converse(socket, mails, next));
            } catch (IOException broken) {
              refused.incrementAndGet();
            } finally {
              done.countDown();
            }
          });
    }
    done.await();
    if (refused.get() > 0) {
      throw new IllegalStateException(refused.get() + " messages were not taken");
    }
  }

  private static int converse(Socket socket, List<byte[]> mails, AtomicInteger next)
      throws IOException {
    InputStream in = new BufferedInputStream(socket.getInputStream(), 8192);
    OutputStream out = socket.getOutputStream();
    int refused = 0;
    reply(in);
    out.write("EHLO bench.test\r\n".getBytes(StandardCharsets.US_ASCII));
    reply(in);
    for (int i = next.getAndIncrement(); i < mails.size(); i = next.getAndIncrement()) {
      String envelope =
          "MAIL FROM:<erin@mail.test>\r\nRCPT TO:<person"
              + i % MailBenchGateway.PEOPLE
              + "@a.test>\r\nDATA\r\n";
      out.write(envelope.getBytes(StandardCharsets.US_ASCII));
      int sender = reply(in);
      int recipient = reply(in);
      boolean taken = reply(in) == 354 && sender == 250 && recipient == 250;
      out.write(mails.get(i));
      if (reply(in) != 250 || !taken) {
        refused++;
      }
    }
    out.write("QUIT\r\n".getBytes(StandardCharsets.US_ASCII));
    return refused;
  }

  private static int reply(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    while (true) {
      int b = in.read();
      if (b < 0) {
        throw new IOException("end");
      }
      if (b == '\n') {
        if (line.charAt(3) != '-') {
          return Integer.parseInt(line.substring(0, 3));
        }
        line.setLength(0);
      } else {
        line.append((char) b);
      }
    }
  }
}
