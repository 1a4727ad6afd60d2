package org.emsg.gateway.smtp;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.emsg.gateway.model.Outcome;
import org.emsg.gateway.model.Reason;
import org.emsg.gateway.smtp.wire.SmtpFault;
import org.emsg.gateway.smtp.wire.SmtpReply;
import org.emsg.gateway.smtp.wire.SmtpWire;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One connection to another server, over which messages go one after the other. Used by one thread
/// at a time; blocks.
final class SmtpLink implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SmtpLink.class);

  private final String ourName;
  private final Duration replyTimeout;
  private Socket socket;
  private SmtpWire wire;
  private Map<String, String> extensions = Map.of();
  private boolean encrypted;
  private boolean usable = true;
  private int sent;

  private SmtpLink(Socket socket, String ourName, Duration replyTimeout) throws IOException {
    this.socket = socket;
    this.ourName = ourName;
    this.replyTimeout = replyTimeout;
    this.wire = wireOf(socket);
  }

  private static SmtpWire wireOf(Socket socket) throws IOException {
    return new SmtpWire(socket.getInputStream(), socket.getOutputStream(), socket::setSoTimeout);
  }

  /// How a connection is to be opened.
  ///
  /// @param host what the server is called, for the certificate and SNI
  /// @param tls the context for STARTTLS; empty where there is to be none
  /// @param mustEncrypt whether nothing is sent without it
  /// @param login `NUL user NUL password`, to be sent once the connection is encrypted
  record Opening(
      String host,
      InetSocketAddress address,
      String ourName,
      Duration connectTimeout,
      Duration replyTimeout,
      Optional<SSLContext> tls,
      boolean mustEncrypt,
      Optional<String> login) {}

  /// The server does not want us.
  static final class Unwelcome extends IOException {
    private static final long serialVersionUID = 1L;
    private final transient SmtpReply reply;
    private final boolean ourselves;

    Unwelcome(SmtpReply reply, boolean ourselves) {
      super("refused with " + reply.code());
      this.reply = reply;
      this.ourselves = ourselves;
    }

    SmtpReply reply() {
      return reply;
    }

    /// Whether the server answers to our own name.
    boolean ourselves() {
      return ourselves;
    }
  }

  /// Connects, says EHLO, encrypts and logs in.
  static SmtpLink open(Opening opening) throws IOException {
    Socket socket = new Socket();
    try {
      socket.connect(opening.address(), (int) opening.connectTimeout().toMillis());
      socket.setTcpNoDelay(true);
      SmtpLink link = new SmtpLink(socket, opening.ourName(), opening.replyTimeout());
      link.begin(opening);
      return link;
    } catch (IOException | RuntimeException e) {
      socket.close();
      throw e;
    }
  }

  private void begin(Opening opening) throws IOException {
    wire.within(opening.replyTimeout());
    SmtpReply greeting = wire.readReply();
    if (!greeting.isPositive()) {
      throw new Unwelcome(greeting, false);
    }
    hello();
    if (opening.tls().isPresent() && extensions.containsKey("STARTTLS")) {
      startTls(opening, opening.tls().get());
    }
    if (opening.mustEncrypt() && !encrypted) {
      throw new Unwelcome(SmtpReply.of(454, "4.7.0", "no STARTTLS there"), false);
    }
    if (opening.login().isPresent()) {
      logIn(opening.login().get());
    }
  }

  private void hello() throws IOException {
    SmtpReply reply = command("EHLO " + ourName);
    if (!reply.isPositive()) {
      reply = command("HELO " + ourName);
      if (!reply.isPositive()) {
        throw new Unwelcome(reply, false);
      }
    }
    String first = reply.lines().getFirst();
    int end = first.indexOf(' ');
    if ((end < 0 ? first : first.substring(0, end)).equalsIgnoreCase(ourName)) {
      throw new Unwelcome(SmtpReply.of(554, "5.4.6", "that is this server"), true);
    }
    Map<String, String> offered = new HashMap<>();
    for (String line : reply.lines().subList(1, reply.lines().size())) {
      int space = line.indexOf(' ');
      String name = (space < 0 ? line : line.substring(0, space)).toUpperCase(Locale.ROOT);
      offered.put(name, space < 0 ? "" : line.substring(space + 1).strip());
    }
    extensions = offered;
  }

  private void startTls(Opening opening, SSLContext context) throws IOException {
    if (!command("STARTTLS").isPositive()) {
      return;
    }
    if (wire.hasInput()) {
      // Whatever came before the handshake may be anybody's.
      throw new SmtpFault(SmtpFault.Kind.NO_REPLY);
    }
    SSLSocket secure =
        (SSLSocket)
            context
                .getSocketFactory()
                .createSocket(socket, opening.host(), opening.address().getPort(), true);
    SSLParameters parameters = secure.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm(null);
    secure.setSSLParameters(parameters);
    secure.setSoTimeout((int) opening.replyTimeout().toMillis());
    secure.startHandshake();
    socket = secure;
    wire = wireOf(secure);
    encrypted = true;
    hello();
  }

  private void logIn(String login) throws IOException {
    String token = Base64.getEncoder().encodeToString(login.getBytes(StandardCharsets.UTF_8));
    SmtpReply reply = command("AUTH PLAIN " + token);
    if (!reply.isPositive()) {
      throw new Unwelcome(reply, false);
    }
  }

  private SmtpReply command(String line) throws IOException {
    wire.within(replyTimeout);
    wire.writeLine(line);
    return wire.readReply();
  }

  /// Hands one message over. After an outcome that leaves the connection in doubt it is not
  /// [#isUsable] any more.
  ///
  /// @throws IOException where the connection broke before the server could have the message
  Outcome send(OutgoingMail mail) throws IOException {
    Optional<Outcome> unfit = unfit(mail);
    if (unfit.isPresent()) {
      return unfit.get();
    }
    usable = false;
    sent++;
    String from = "MAIL FROM:<" + mail.reversePath() + '>' + parameters(mail);
    String to = "RCPT TO:<" + mail.recipient().mailbox() + '>';
    boolean pipelined = extensions.containsKey("PIPELINING");
    wire.within(replyTimeout);
    wire.writeLine(from);
    if (pipelined) {
      wire.writeLine(to);
      wire.writeLine("DATA");
    }
    SmtpReply sender = wire.readReply();
    if (sender.code() == 421 && sent > 1) {
      // It was about to close the connection anyway, and has nothing of this message.
      throw new Unwelcome(sender, false);
    }
    if (!pipelined && sender.isPositive()) {
      wire.writeLine(to);
    }
    SmtpReply recipient = pipelined || sender.isPositive() ? wire.readReply() : sender;
    if (!pipelined && recipient.isPositive()) {
      wire.writeLine("DATA");
    }
    SmtpReply data = pipelined || recipient.isPositive() ? wire.readReply() : recipient;
    SmtpReply refusal = !sender.isPositive() ? sender : !recipient.isPositive() ? recipient : data;
    if (data.code() == 354) {
      return refusal.isPositive() ? data(mail) : nothing(refusal);
    }
    usable = refusal.code() != 421 && reset();
    return outcome(refusal);
  }

  /// A server that wants data although it refused sender or recipient (RFC 2920 §3.1).
  private Outcome nothing(SmtpReply refusal) throws IOException {
    wire.write(".\r\n".getBytes(StandardCharsets.US_ASCII));
    usable = !wire.readReply().isPositive();
    return outcome(refusal);
  }

  private Outcome data(OutgoingMail mail) {
    SmtpReply reply;
    try {
      wire.within(dataTimeout());
      wire.writeData(mail.content().view());
      reply = wire.readReply();
    } catch (IOException lost) {
      // The final dot may have arrived: the server may have taken the message (RFC 5321
      // §4.5.3.2.6).
      return new Outcome.Deferred(
              Reason.of(
                  Reason.Kind.REMOTE_TIMEOUT,
                  "The mail server went away before it said whether it has the message.",
                  "4.4.2"),
              Outcome.Deferred.Scope.CONVERSATION,
              Optional.empty(),
              true)
          .uncertain();
    }
    usable = reply.code() != 421;
    return reply.isPositive() ? Outcome.Delivered.plain() : outcome(reply);
  }

  private Duration dataTimeout() {
    Duration ten = replyTimeout.multipliedBy(10);
    Duration most = Duration.ofMinutes(10);
    return ten.compareTo(most) > 0 ? most : ten;
  }

  private boolean reset() throws IOException {
    return command("RSET").isPositive();
  }

  private Optional<Outcome> unfit(OutgoingMail mail) {
    if (mail.needsUtf8() && !extensions.containsKey("SMTPUTF8")) {
      return Optional.of(
          new Outcome.Rejected(
              Reason.of(
                  Reason.Kind.UNSUPPORTED_CONTENT,
                  "The mail server knows no addresses beyond ASCII.",
                  "5.6.7")));
    }
    String limit = extensions.getOrDefault("SIZE", "");
    boolean limited =
        !limit.isEmpty()
            && limit.length() < 18
            && limit.chars().allMatch(c -> c >= '0' && c <= '9');
    long max = limited ? Long.parseLong(limit) : 0;
    return max > 0 && mail.content().size() > max
        ? Optional.of(
            new Outcome.Rejected(
                Reason.of(
                    Reason.Kind.TOO_LARGE,
                    "The message is too large for the mail server.",
                    "5.3.4")))
        : Optional.empty();
  }

  private String parameters(OutgoingMail mail) {
    String size = extensions.containsKey("SIZE") ? " SIZE=" + mail.content().size() : "";
    return mail.needsUtf8() ? size + " SMTPUTF8" : size;
  }

  private static Outcome outcome(SmtpReply reply) {
    Reason reason = SmtpReasons.of(reply);
    if (reply.isPermanent()) {
      return new Outcome.Rejected(reason);
    }
    // 421: the server goes; anything else that is temporary is about this sender and mailbox.
    return reply.code() == 421
        ? Outcome.Deferred.lane(reason)
        : Outcome.Deferred.conversation(reason);
  }

  /// Whether another message can go over this connection.
  boolean isUsable() {
    return usable && !socket.isClosed();
  }

  boolean isEncrypted() {
    return encrypted;
  }

  /// How many messages were begun on it.
  int sent() {
    return sent;
  }

  @Override
  public void close() {
    try {
      if (usable) {
        usable = false;
        wire.writeLine("QUIT");
        wire.flush();
      }
    } catch (IOException gone) {
      LOG.debug("no goodbye: {}", gone.toString());
    }
    try {
      socket.close();
    } catch (IOException broken) {
      LOG.debug("closing: {}", broken.toString());
    }
  }
}
