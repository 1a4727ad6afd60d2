package org.emsg.gateway.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import org.emsg.gateway.crypto.SelfSigned;
import org.emsg.gateway.net.MemoryBudget;
import org.emsg.gateway.net.PeerCheck;
import org.emsg.gateway.net.TlsContexts;
import org.emsg.gateway.net.TlsIdentity;
import org.emsg.gateway.net.TrustedRoots;
import org.emsg.gateway.smtp.wire.SmtpReply;
import org.junit.jupiter.api.Test;

class SmtpSessionTest {
  private static final SmtpGate NOBODY =
      new SmtpGate() {
        @Override
        public Optional<SmtpReply> sender(String reversePath) {
          return Optional.empty();
        }

        @Override
        public Admitted recipient(String reversePath, String path) {
          return new Admitted.No(SmtpReply.of(550, "5.1.1", "nobody is here"));
        }

        @Override
        public CompletionStage<SmtpReply> deliver(ReceivedMail mail) {
          return CompletableFuture.completedFuture(SmtpReply.of(451, "4.3.2", "not now"));
        }
      };

  private final SelfSigned own =
      SelfSigned.make(List.of("a.test"), Instant.now(), Duration.ofDays(1), new SecureRandom());
  private final TlsContexts tls =
      new TlsContexts(
          () -> new TlsIdentity(own.key(), List.of(own.certificate())),
          new TrustedRoots(List.of()));

  private SmtpSession session(Socket socket) throws IOException {
    socket.setSendBufferSize(4096);
    return new SmtpSession(
        socket,
        SmtpConfig.defaults(),
        "a.test",
        NOBODY,
        Optional.of(tls.server()),
        new MemoryBudget(1_000_000),
        Clock.systemUTC(),
        new SplittableRandom(1));
  }

  @Test
  void isCutOffThoughItsClientReadsNoReply() throws Exception {
    try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      // Not closed here: it hangs in its own write as long as the session does.
      Dialogue client =
          Dialogue.with(new InetSocketAddress(listener.getInetAddress(), listener.getLocalPort()));
      SmtpSession session = session(listener.accept());
      Thread serving = Thread.startVirtualThread(session::run);
      client.hear();
      client.say("EHLO mx.mail.test");
      client.say("STARTTLS");
      client.encrypt(tls.client(PeerCheck.opportunistic()));
      AtomicLong said = new AtomicLong();
      Thread.startVirtualThread(() -> {
        try {
          while (true) {
            client.raw("NOOP\r\n".repeat(1_000));
            said.incrementAndGet();
          }
        } catch (IOException cut) {
          said.set(-1);
        }
      });
      AtomicLong before = new AtomicLong(-1);
      await()
          .pollInterval(Duration.ofMillis(100))
          .until(() -> said.get() > 0 && before.getAndSet(said.get()) == said.get());

      Thread cutting = Thread.startVirtualThread(session::abort);

      assertThat(cutting.join(Duration.ofSeconds(10))).as("nobody waits for it").isTrue();
      assertThat(serving.join(Duration.ofSeconds(10))).isTrue();
    }
  }
}
