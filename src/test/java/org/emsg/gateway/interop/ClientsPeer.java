package org.emsg.gateway.interop;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.List;
import org.testcontainers.containers.Container.ExecResult;

/// The clients that are not ours: slixmpp, swaks, an IMAP reader with dkimpy, kdig.
public final class ClientsPeer extends Peer {

  private static final int XMPP_USERS = 7000;
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private ClientsPeer() {
    super("clients", "clients", XMPP_USERS);
    asks(DnsPeer.shared());
    start();
  }

  /// The container of this JVM, started when first asked for and removed when the JVM ends.
  public static ClientsPeer shared() {
    return Shared.PEER;
  }

  /// What swaks did: whether the server took the mail, and the whole conversation.
  public record Swaks(boolean accepted, String transcript) {}

  /// Writes a mail with swaks from this container, which no server trusts.
  public Swaks swaks(String... arguments) {
    return swaks(this, arguments);
  }

  static Swaks swaks(Peer from, String... arguments) {
    String[] command = new String[arguments.length + 1];
    command[0] = "swaks";
    System.arraycopy(arguments, 0, command, 1, arguments.length);
    ExecResult result = from.tryRun(command);
    return new Swaks(result.getExitCode() == 0, result.getStdout() + result.getStderr());
  }

  /// Reads a mailbox over IMAP.
  ///
  /// @param after only messages with a greater UID
  List<Mail> readMailbox(String host, String user, String password, long after) {
    return run("imap_read.py", host, user, password, "--after", Long.toString(after))
        .lines()
        .map(ClientsPeer::mail)
        .toList();
  }

  /// Where a new XMPP client waits for each connection.
  InetSocketAddress xmppUsers() {
    return at(XMPP_USERS);
  }

  private static Mail mail(String line) {
    try {
      return Mail.of(JSON.readTree(line));
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static final class Shared {
    private static final ClientsPeer PEER = new ClientsPeer();
  }
}
