package org.emsg.gateway.interop;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.emsg.gateway.interop.ClientsPeer.Swaks;

/// A mail site: Postfix, Dovecot and OpenDKIM serve the mailboxes of one domain. An unknown mailbox
/// is refused with `550 5.1.1`; mail for elsewhere leaves only by a [#route(String, int)].
public final class MailPeer extends Peer {

  private static final int SMTP = 25;
  private static final int SUBMISSION = 587;
  private static final int IMAP = 143;
  private static final String PASSWORD = "secret";

  private final String domain;

  /// Starts the site `mx.DOMAIN`.
  ///
  /// @param users the local parts of its mailboxes
  public MailPeer(String domain, String... users) {
    super("mail", "mx." + domain, SMTP, SUBMISSION, IMAP);
    this.domain = domain;
    container()
        .withEnv("HOST", name())
        .withEnv("DOMAIN", domain)
        .withEnv(
            "MAILBOXES",
            List.of(users).stream()
                .map(user -> user + "=" + PASSWORD)
                .collect(Collectors.joining(" ")));
    asks(DnsPeer.shared());
    start();
  }

  public String domain() {
    return domain;
  }

  /// Where the test's machine delivers mail to this site.
  public InetSocketAddress smtp() {
    return at(SMTP);
  }

  /// Sends mail for a domain to a port of the test's machine from now on.
  public void route(String toDomain, int port) {
    run("route", toDomain, HOST + ":" + port);
  }

  /// What the DNS should say of this site: where its mail goes, who may send it, how it is signed
  /// and that nothing else is its own. Lines for [DnsPeer#zone(String, List)].
  public List<String> records() {
    String key = run("cat", "/etc/dkimkeys/record").strip();
    String address = address().getHostAddress();
    List<String> lines = new ArrayList<>();
    lines.add("@ MX 10 mx");
    lines.add("mx A " + address);
    lines.add("@ TXT \"v=spf1 ip4:" + address + " -all\"");
    lines.add("_dmarc TXT \"v=DMARC1; p=reject; adkim=s; aspf=s\"");
    // One string of a TXT record holds 255 octets at most (RFC 1035 §3.3.14).
    lines.add("peer._domainkey TXT \"" + String.join("\" \"", key.split("(?<=\\G.{200})")) + "\"");
    return List.copyOf(lines);
  }

  /// Writes a mail as a user of this site would: Postfix takes it, signs it and sends it on.
  ///
  /// @param more further arguments of swaks, such as `--header`
  public Swaks write(String from, String to, String subject, String body, String... more) {
    List<String> arguments = new ArrayList<>();
    arguments.addAll(List.of("--server", "127.0.0.1", "--from", from, "--to", to));
    arguments.addAll(List.of("--header", "Subject: " + subject, "--body", body));
    arguments.addAll(List.of(more));
    return ClientsPeer.swaks(this, arguments.toArray(String[]::new));
  }

  /// Gives mails to this site's Postfix as a local program would, one after the other: with the
  /// texts `name-first` … `name-last`. What it took is on its disk.
  public void submit(String from, String to, String name, int first, int last) {
    run(
        "sh",
        "-c",
        """
        for n in $(seq "$4" "$5"); do
          printf 'From: %s\\nTo: %s\\nSubject: load\\nMessage-ID: <%s-%s@%s>\\n\\n%s-%s\\n' \\
            "$1" "$2" "$3" "$n" "$HOST" "$3" "$n" | sendmail -f "$1" "$2" || exit 1
        done\
        """,
        "submit",
        from,
        to,
        name,
        Integer.toString(first),
        Integer.toString(last));
  }

  /// The Message-IDs of all that Postfix took so far, in the order in which it did.
  public List<String> acceptedIds() {
    return log()
        .lines()
        .filter(line -> line.contains("/cleanup[") && line.contains("message-id=<"))
        .map(line -> line.substring(line.indexOf("message-id=<") + "message-id=".length()).strip())
        .toList();
  }

  public Mailbox mailbox(String user) {
    return new Mailbox(user);
  }

  /// How many messages wait in Postfix's queue.
  public int queued() {
    return (int) run("postqueue", "-j").lines().filter(line -> !line.isBlank()).count();
  }

  /// One user's mail, read over IMAP.
  public final class Mailbox {

    private final String user;

    private Mailbox(String user) {
      this.user = user;
    }

    public String address() {
      return user + "@" + domain;
    }

    /// All that is there.
    public List<Mail> read() {
      return ClientsPeer.shared().readMailbox(name(), address(), PASSWORD, 0);
    }

    /// The Message-ID of each mail whose text is one line of the kind `name-7`, read from the disk:
    /// a mailbox of thousands takes long by IMAP.
    public Map<String, String> idsByText() {
      Map<String, String> ids = new HashMap<>();
      String id = "";
      String found =
          run(
              "sh",
              "-c",
              "grep -rhiE '^(Message-ID: .*|[a-z]+-[0-9]+\r?)$' /var/vmail/\"$1\"/Maildir/ || true",
              "grep",
              address());
      for (String line : found.lines().map(String::strip).toList()) {
        if (line.contains(": ")) {
          id = line.substring(line.indexOf(": ") + 2);
        } else {
          ids.put(line, id);
        }
      }
      return ids;
    }

    /// The first mail that is as wanted, as soon as it is there.
    public Mail awaitMail(Predicate<Mail> wanted) {
      return Awaitility.await("a mail for " + address())
          .atMost(Duration.ofSeconds(30))
          .pollDelay(Duration.ZERO)
          .pollInterval(Duration.ofMillis(300))
          .until(() -> read().stream().filter(wanted).findFirst(), found -> found.isPresent())
          .orElseThrow();
    }

    /// The first mail with that subject.
    public Mail awaitSubject(String subject) {
      return awaitMail(mail -> mail.header("Subject").orElse("").equals(subject));
    }
  }
}
