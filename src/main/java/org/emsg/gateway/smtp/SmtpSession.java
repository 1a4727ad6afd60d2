package org.emsg.gateway.smtp;

import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.random.RandomGenerator;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import org.emsg.gateway.model.Bytes;
import org.emsg.gateway.model.TraceId;
import org.emsg.gateway.net.MemoryBudget;
import org.emsg.gateway.smtp.wire.MailData;
import org.emsg.gateway.smtp.wire.SmtpCommand;
import org.emsg.gateway.smtp.wire.SmtpFault;
import org.emsg.gateway.smtp.wire.SmtpReply;
import org.emsg.gateway.smtp.wire.SmtpWire;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One connection of an SMTP client, from greeting to close, on one virtual thread (RFC 5321 §3).
final class SmtpSession {
  private static final Logger LOG = LoggerFactory.getLogger(SmtpSession.class);
  private static final int MAX_COMMAND = 2048;
  private static final Duration HANDSHAKE = Duration.ofSeconds(30);
  private static final Duration DELIVERY = Duration.ofMinutes(4);

  private final SmtpConfig config;
  private final String name;
  private final SmtpGate gate;
  private final Optional<SSLContext> tlsContext;
  private final MemoryBudget budget;
  private final Clock clock;
  private final RandomGenerator random;

  private final Socket connection;
  private volatile Socket socket;
  private volatile SmtpWire wire;
  private Optional<String> tls = Optional.empty();
  private String helo = "";
  private Optional<String> reversePath = Optional.empty();
  private boolean utf8;
  private Optional<SmtpReply> refusal = Optional.empty();
  private final List<ReceivedMail.Recipient> recipients = new ArrayList<>();
  private int errors;
  private boolean open = true;
  private volatile boolean idle = true;
  private volatile boolean ending;

  SmtpSession(
      Socket socket,
      SmtpConfig config,
      String name,
      SmtpGate gate,
      Optional<SSLContext> tlsContext,
      MemoryBudget budget,
      Clock clock,
      RandomGenerator random)
      throws IOException {
    this.connection = socket;
    this.socket = socket;
    this.config = config;
    this.name = name;
    this.gate = gate;
    this.tlsContext = tlsContext;
    this.budget = budget;
    this.clock = clock;
    this.random = random;
    this.wire = wireOf(socket);
  }

  private static SmtpWire wireOf(Socket socket) throws IOException {
    return new SmtpWire(socket.getInputStream(), socket.getOutputStream(), socket::setSoTimeout);
  }

  /// Serves the client until it leaves, errs too often, or the server ends.
  void run() {
    try {
      wire.within(config.commandTimeout());
      reply(SmtpReply.of(220, "", name + " ESMTP"));
      while (open) {
        step();
      }
      wire.flush();
    } catch (SmtpFault fault) {
      sayLast(faultReply(fault));
    } catch (SocketTimeoutException late) {
      sayLast(SmtpReply.of(421, "4.4.2", name + " waited too long for you"));
    } catch (EOFException gone) {
      LOG.debug("{} hung up", socket.getInetAddress());
    } catch (IOException broken) {
      LOG.debug("{}: {}", socket.getInetAddress(), broken.toString());
    } catch (RuntimeException bug) {
      LOG.error(
          "session of {} failed; the client is told to come again", socket.getInetAddress(), bug);
      sayLast(SmtpReply.of(421, "4.3.0", name + " has a fault, come again"));
    } finally {
      closeSocket();
    }
  }

  /// Ends the session: at once where it waits for a command, else after the command that it is at.
  void end() {
    ending = true;
    if (idle) {
      closeSocket();
    }
  }

  /// Ends a session that is long past its time in the middle of a read or a write.
  void abortIfLate() {
    if (wire.isLate()) {
      abort();
    }
  }

  /// Ends the session whatever it is at. TLS would wait with its goodbye for the write that hangs.
  void abort() {
    close(connection);
  }

  private void step() throws IOException {
    wire.within(config.commandTimeout());
    if (!wire.hasInput()) {
      wire.flush();
      idle = true;
    }
    String line = wire.readLine(MAX_COMMAND);
    idle = false;
    if (ending) {
      leave(SmtpReply.of(421, "4.3.2", name + " goes down"));
      return;
    }
    obey(SmtpCommand.parse(line));
    if (errors >= config.maxErrors()) {
      leave(SmtpReply.of(421, "4.7.0", name + " has seen too many errors"));
    }
  }

  private void obey(SmtpCommand command) throws IOException {
    switch (command) {
      case SmtpCommand.Hello hello -> greet(hello);
      case SmtpCommand.StartTls _ -> startTls();
      case SmtpCommand.Mail mail -> mail(mail);
      case SmtpCommand.Recipient recipient -> recipient(recipient.path());
      case SmtpCommand.Data _ -> data();
      case SmtpCommand.Reset _ -> {
        reset();
        reply(SmtpReply.of(250, "2.0.0", "forgotten"));
      }
      case SmtpCommand.Noop _ -> reply(SmtpReply.of(250, "2.0.0", "here"));
      case SmtpCommand.Quit _ -> leave(SmtpReply.of(221, "2.0.0", "bye"));
      case SmtpCommand.Verify _ ->
          reply(SmtpReply.of(252, "2.5.2", "send some mail, it will be seen"));
      case SmtpCommand.Wrong wrong -> refuse(wrong.reply());
    }
  }

  private void greet(SmtpCommand.Hello hello) throws IOException {
    reset();
    helo = hello.name();
    if (!hello.extended()) {
      reply(SmtpReply.of(250, "", name));
      return;
    }
    List<String> lines = new ArrayList<>();
    lines.add(name);
    lines.add("PIPELINING");
    lines.add("SIZE " + config.maxMessage());
    if (mayStartTls()) {
      lines.add("STARTTLS");
    }
    lines.add("ENHANCEDSTATUSCODES");
    lines.add("8BITMIME");
    lines.add("SMTPUTF8");
    reply(new SmtpReply(250, "", lines));
  }

  private boolean mayStartTls() {
    return tlsContext.isPresent() && config.tls() != SmtpConfig.Tls.NONE && tls.isEmpty();
  }

  private void startTls() throws IOException {
    if (!mayStartTls()) {
      refuse(SmtpReply.of(503, "5.5.1", "there is no STARTTLS now"));
      return;
    }
    if (wire.hasInput()) {
      // Plain text behind STARTTLS would be taken for what came encrypted.
      leave(SmtpReply.of(554, "5.5.1", "nothing may follow STARTTLS before its reply"));
      return;
    }
    reply(SmtpReply.of(220, "2.0.0", "go ahead"));
    wire.flush();
    wire.within(HANDSHAKE);
    SSLSocket secure =
        (SSLSocket)
            tlsContext
                .orElseThrow()
                .getSocketFactory()
                .createSocket(
                    socket, socket.getInetAddress().getHostAddress(), socket.getPort(), true);
    secure.setUseClientMode(false);
    secure.setSoTimeout((int) HANDSHAKE.toMillis());
    secure.startHandshake();
    SSLSession session = secure.getSession();
    socket = secure;
    wire = wireOf(secure);
    tls = Optional.of(session.getProtocol() + ' ' + session.getCipherSuite());
    reset();
    helo = "";
  }

  private void mail(SmtpCommand.Mail mail) throws IOException {
    if (helo.isEmpty()) {
      refuse(SmtpReply.of(503, "5.5.1", "say EHLO first"));
    } else if (config.tls() == SmtpConfig.Tls.REQUIRE && tls.isEmpty()) {
      refuse(SmtpReply.of(530, "5.7.0", "say STARTTLS first"));
    } else if (reversePath.isPresent()) {
      refuse(SmtpReply.of(503, "5.5.1", "there is a sender already"));
    } else if (mail.size() > config.maxMessage()) {
      refuse(tooLarge());
    } else {
      Optional<SmtpReply> refusal = gate.sender(mail.path());
      if (refusal.isPresent()) {
        refuse(refusal.get());
      } else {
        reversePath = Optional.of(mail.path());
        utf8 = mail.utf8();
        reply(SmtpReply.of(250, "2.1.0", "ok"));
      }
    }
  }

  private void recipient(String path) throws IOException {
    if (reversePath.isEmpty()) {
      refuse(SmtpReply.of(503, "5.5.1", "MAIL comes first"));
    } else if (!utf8 && !SmtpCommand.isAscii(path)) {
      refuse(SmtpReply.of(553, "5.6.7", "an address beyond ASCII needs SMTPUTF8"));
    } else if (hasAllRecipients(reversePath.get())) {
      reply(SmtpReply.of(452, "4.5.3", "no more recipients in this message"));
    } else {
      switch (gate.recipient(reversePath.get(), path)) {
        case SmtpGate.Admitted.Yes yes -> {
          recipients.add(yes.recipient());
          reply(SmtpReply.of(250, "2.1.5", "ok"));
        }
        case SmtpGate.Admitted.Asked asked -> {
          refusal = Optional.of(asked.refusal());
          reply(SmtpReply.of(250, "2.1.5", "ok"));
        }
        case SmtpGate.Admitted.No no -> refuse(no.reply());
      }
    }
  }

  /// What has the null sender goes to one alone: each report is about a message of its own.
  private boolean hasAllRecipients(String sender) {
    return recipients.size() >= config.maxRecipients()
        || (sender.isEmpty() && (!recipients.isEmpty() || refusal.isPresent()));
  }

  private void data() throws IOException {
    if (refusal.isPresent()) {
      refuse(refusal.get());
      return;
    }
    if (reversePath.isEmpty() || recipients.isEmpty()) {
      refuse(
          reversePath.isEmpty()
              ? SmtpReply.of(503, "5.5.1", "MAIL comes first")
              : SmtpReply.of(554, "5.5.1", "no valid recipients"));
      return;
    }
    reply(SmtpReply.of(354, "", "end with a dot on a line of its own"));
    wire.flush();
    wire.within(config.dataTimeout());
    Instant now = clock.instant();
    MailData data = new MailData(config.maxMessage(), budget);
    try {
      wire.readData(data);
      if (data.bareNewline()) {
        leave(SmtpReply.of(550, "5.6.0", "lines end in CR LF, nothing else does"));
      } else if (data.tooLarge()) {
        refuse(tooLarge());
      } else if (data.noRoom()) {
        reply(SmtpReply.of(452, "4.3.1", "no room for it now"));
      } else {
        take(data.bytes(), now);
      }
    } finally {
      data.release();
      reset();
    }
  }

  private void take(byte[] content, Instant now) throws IOException {
    ReceivedMail mail =
        new ReceivedMail(
            TraceId.next(now, random),
            now,
            socket.getInetAddress(),
            helo,
            tls,
            reversePath.orElseThrow(),
            recipients,
            Bytes.wrap(content));
    SmtpReply answer;
    wire.within(DELIVERY.multipliedBy(2));
    try {
      answer = gate.deliver(mail).toCompletableFuture().get(DELIVERY.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException failed) {
      LOG.error("{} failed; the client is told to come again", mail.trace(), failed.getCause());
      answer = SmtpReply.of(451, "4.3.0", "it could not be taken now (" + mail.trace() + ")");
    } catch (TimeoutException late) {
      LOG.warn("{} was not committed in time; the client is told to come again", mail.trace());
      answer = SmtpReply.of(451, "4.3.0", "it could not be taken in time (" + mail.trace() + ")");
    } catch (InterruptedException ended) {
      Thread.currentThread().interrupt();
      answer = SmtpReply.of(421, "4.3.2", name + " goes down");
      open = false;
    }
    if (answer.isPermanent()) {
      refuse(answer);
    } else {
      reply(answer);
    }
  }

  private void reset() {
    reversePath = Optional.empty();
    recipients.clear();
    refusal = Optional.empty();
  }

  private void refuse(SmtpReply reply) throws IOException {
    errors++;
    reply(reply);
  }

  private void leave(SmtpReply reply) throws IOException {
    reply(reply);
    wire.flush();
    open = false;
  }

  private void reply(SmtpReply reply) throws IOException {
    wire.write(reply.encode());
  }

  private void sayLast(SmtpReply reply) {
    try {
      wire.write(reply.encode());
      wire.flush();
    } catch (IOException gone) {
      LOG.debug("{} did not wait for {}", socket.getInetAddress(), reply.code());
    }
  }

  private void closeSocket() {
    close(socket);
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException broken) {
      LOG.debug("closing: {}", broken.toString());
    }
  }

  private static SmtpReply tooLarge() {
    return SmtpReply.of(552, "5.3.4", "the message is too large");
  }

  private static SmtpReply faultReply(SmtpFault fault) {
    return switch (fault.kind()) {
      case LINE_TOO_LONG -> SmtpReply.of(500, "5.5.2", "the line is too long");
      case BARE_NEWLINE -> SmtpReply.of(500, "5.5.2", "lines end in CR LF, nothing else does");
      case NOT_UTF8 -> SmtpReply.of(500, "5.5.2", "the line is not UTF-8");
      case NO_REPLY -> SmtpReply.of(500, "5.5.2", "that is no SMTP");
    };
  }
}
