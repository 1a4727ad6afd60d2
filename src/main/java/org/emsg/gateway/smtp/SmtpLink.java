package org.emsg.gateway.smtp;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.emsg.gateway.model.Bytes;
import org.emsg.gateway.model.Outcome;
import org.emsg.gateway.model.Reason;
import org.emsg.gateway.smtp.wire.SmtpFault;
import org.emsg.gateway.smtp.wire.SmtpReply;
import org.emsg.gateway.smtp.wire.SmtpWire;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One connection to another server, over which messages go one after the other. Used by one thread
/// at a time; blocks. A read ends by itself in time; a write that nobody reads ends when another
/// thread says [#abortIfLate].
final class SmtpLink implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SmtpLink.class);

  /// So much of a message may take as long as a reply: a slow line is no dead one.
  private static final int BLOCK = 4 << 20;

  private static final Duration LATE = Duration.ofSeconds(5);
  private static final Duration FAREWELL = Duration.ofSeconds(10);

  private final Opening opening;
  private final String ourName;
  private final Duration replyTimeout;
  private final Socket connection;
  private Socket socket;
  private volatile SmtpWire wire;
  private Map<String, String> extensions = Map.of();
  private boolean encrypted;
  private boolean usable;
  private int sent;

  private SmtpLink(Socket connection, Opening opening) throws IOException {
    this.opening = opening;
    this.ourName = opening.ourName();
    this.replyTimeout = opening.replyTimeout();
    this.connection = connection;
    this.socket = connection;
    this.wire = wireOf(connection);
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

  /// The server is connected to and has said nothing yet: what comes next is [#begin].
  static SmtpLink connect(Opening opening) throws IOException {
    Socket socket = new Socket();
    try {
      socket.connect(opening.address(), (int) opening.connectTimeout().toMillis());
      socket.setTcpNoDelay(true);
      return new SmtpLink(socket, opening);
    } catch (IOException | RuntimeException e) {
      socket.close();
      throw e;
    }
  }

  /// Hears the greeting, says EHLO, encrypts and logs in.
  void begin() throws IOException {
    SmtpReply greeting = reply();
    if (!greeting.isPositive()) {
      throw new Unwelcome(greeting, false);
    }
    hello();
    if (opening.tls().isPresent() && extensions.containsKey("STARTTLS")) {
      startTls(opening.tls().get());
    }
    if (opening.mustEncrypt() && !encrypted) {
      throw new Unwelcome(SmtpReply.of(454, "4.7.0", "no STARTTLS there"), false);
    }
    if (opening.login().isPresent()) {
      logIn(opening.login().get());
    }
    usable = true;
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

  private void startTls(SSLContext context) throws IOException {
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
    try {
      secure.startHandshake();
    } catch (SSLException failed) {
      throw failed;
    } catch (IOException brokenOff) {
      throw new SSLException(brokenOff.toString(), brokenOff);
    }
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

  private SmtpReply reply() throws IOException {
    wire.within(replyTimeout);
    return wire.readReply();
  }

  /// Hands one message over. After an outcome that leaves the connection in doubt it is not
  /// [#isUsable] any more.
  ///
  /// @throws IOException where the connection broke before the server could have the message or had
  ///   refused it
  Outcome send(OutgoingMail mail) throws IOException {
    Optional<Outcome> unfit = unfit(mail);
    if (unfit.isPresent()) {
      return unfit.get();
    }
    usable = false;
    sent++;
    List<String> commands =
        List.of(
            "MAIL FROM:<" + mail.reversePath() + '>' + parameters(mail),
            "RCPT TO:<" + mail.recipient().mailbox() + '>',
            "DATA");
    List<SmtpReply> replies =
        extensions.containsKey("PIPELINING") ? together(commands) : oneByOne(commands);
    boolean goAhead = replies.size() == commands.size() && replies.getLast().code() == 354;
    Optional<SmtpReply> refusal = refusal(replies);
    if (refusal.isEmpty() && goAhead) {
      return data(mail);
    }
    SmtpReply said = refusal.orElseGet(replies::getLast);
    if (said.code() == 421 && replies.getFirst().equals(said) && sent > 1) {
      // It was about to close the connection anyway, and has nothing of this message.
      throw new Unwelcome(said, false);
    }
    usable = goesOn(said, goAhead);
    return outcome(said);
  }

  /// All commands in one packet (RFC 2920). A server that hangs up behind its refusal need not
  /// answer the rest.
  private List<SmtpReply> together(List<String> commands) throws IOException {
    wire.within(replyTimeout);
    for (String command : commands) {
      wire.writeLine(command);
    }
    List<SmtpReply> replies = new ArrayList<>(commands.size());
    try {
      while (replies.size() < commands.size()) {
        replies.add(reply());
      }
    } catch (IOException gone) {
      if (refusal(replies).isEmpty()) {
        throw gone;
      }
      connection.close();
    }
    return replies;
  }

  /// Up to the first that is refused.
  private List<SmtpReply> oneByOne(List<String> commands) throws IOException {
    List<SmtpReply> replies = new ArrayList<>(commands.size());
    for (String command : commands) {
      replies.add(command(command));
      if (!replies.getLast().isPositive()) {
        return replies;
      }
    }
    return replies;
  }

  private static Optional<SmtpReply> refusal(List<SmtpReply> replies) {
    return replies.stream().filter(reply -> !reply.isPositive()).findFirst();
  }

  /// Whether another message may follow this refusal. What the server said counts, whatever becomes
  /// of the connection.
  private boolean goesOn(SmtpReply refusal, boolean wantsData) {
    if (leaves(refusal)) {
      return false;
    }
    try {
      wire.within(FAREWELL);
      if (wantsData) {
        // It wants data although it refused sender or recipient (RFC 2920 §3.1).
        wire.writeLine(".");
        return !wire.readReply().isPositive();
      }
      wire.writeLine("RSET");
      return wire.readReply().isPositive();
    } catch (IOException gone) {
      LOG.debug("gone after its refusal: {}", gone.toString());
      return false;
    }
  }

  /// The server closes the connection behind these (RFC 5321 §3.8, RFC 7504 §3).
  private static boolean leaves(SmtpReply reply) {
    return reply.code() == 421 || reply.code() == 521;
  }

  private Outcome data(OutgoingMail mail) {
    Bytes content = mail.content();
    try {
      wire.within(replyTimeout.multipliedBy(1 + content.size() / BLOCK));
      wire.writeData(content.view());
    } catch (IOException broken) {
      return Outcome.Deferred.conversation(
          Reason.of(
              Reason.Kind.REMOTE_TIMEOUT,
              "The mail server went away before it had the message.",
              "4.4.2"));
    }
    SmtpReply reply;
    try {
      wire.flush();
      wire.within(dataTimeout());
      reply = wire.readReply();
    } catch (IOException lost) {
      // The final dot may have arrived: the server may have taken the message (RFC 5321
      // §4.5.3.2.6).
      return Outcome.Deferred.conversation(
              Reason.of(
                  Reason.Kind.REMOTE_TIMEOUT,
                  "The mail server went away before it said whether it has the message.",
                  "4.4.2"))
          .uncertain();
    }
    usable = !leaves(reply);
    return reply.isPositive() ? Outcome.Delivered.plain() : outcome(reply);
  }

  private Duration dataTimeout() {
    Duration ten = replyTimeout.multipliedBy(10);
    Duration most = Duration.ofMinutes(10);
    return ten.compareTo(most) > 0 ? most : ten;
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
    return usable && !connection.isClosed();
  }

  /// How many messages were begun on it.
  int sent() {
    return sent;
  }

  /// Nothing is under way until the next message.
  void rest() {
    wire.untimed();
  }

  /// Cuts the connection where something on it took longer than it may. Any thread may call it: not
  /// even TLS's own goodbye is waited for.
  void abortIfLate() {
    Duration grace = replyTimeout.compareTo(LATE) < 0 ? replyTimeout : LATE;
    if (wire.isLate(grace)) {
      LOG.debug("{}: cut, for it does not read", opening.address());
      closeQuietly(connection);
    }
  }

  @Override
  public void close() {
    wire.within(FAREWELL);
    try {
      if (usable) {
        usable = false;
        wire.writeLine("QUIT");
        wire.flush();
      }
    } catch (IOException gone) {
      LOG.debug("no goodbye: {}", gone.toString());
    }
    closeQuietly(socket);
  }

  private static void closeQuietly(Socket socket) {
    try {
      socket.close();
    } catch (IOException broken) {
      LOG.debug("closing: {}", broken.toString());
    }
  }
}
