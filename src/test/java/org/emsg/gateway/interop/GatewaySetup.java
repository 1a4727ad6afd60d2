package org.emsg.gateway.interop;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.CertificateEncodingException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.emsg.gateway.crypto.SelfSigned;
import org.emsg.gateway.net.TlsIdentity;

/// An installation of the gateway as an operator would make it: a folder with `config/`,
/// `mappings/` and a certificate, joined to peers of the tests. [#start()] runs it.
///
/// Its ports are chosen here and stay, so that peers find it again after a restart.
final class GatewaySetup {

  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final Path folder;
  private final String home;
  private final int esmp = freePort();
  private final int smtp = freePort();
  private final int http = freePort();
  private final TlsIdentity identity;
  private final ObjectNode settings = JsonNodeFactory.instance.objectNode();
  private final List<String> rules = new ArrayList<>();
  private String heap = "384m";

  private GatewaySetup(Path folder, String home) {
    this.folder = folder;
    this.home = home;
    this.identity = certificateOf(List.of(home, "localhost"));
    write("tls/gateway.crt", pem("CERTIFICATE", encoded(identity)));
    write("tls/gateway.key", pem("PRIVATE KEY", identity.key().getEncoded()));
    set("data", folder.resolve("data").toString());
    set("mapping", folder.resolve("mappings/addresses.yaml").toString());
    set("tls.certificate", certificate().toString());
    set("tls.key", folder.resolve("tls/gateway.key").toString());
    set("emsg.port", esmp);
    // Peers in containers come by the bridge, not by loopback.
    set("smtp.host", "0.0.0.0");
    set("smtp.port", smtp);
    // They are no servers in front: they write for themselves.
    list("smtp.fronts");
    set("http.port", http);
    list("dns.servers").add("127.0.0.1:" + DnsPeer.shared().server().getPort());
    // What a test waits for should not wait for the patience that the Internet needs.
    set("dns.cache-size", 0);
  }

  /// An installation that serves one EMSG domain, with the faces that [org.emsg.gateway.fixtures
  /// .World] describes.
  static GatewaySetup of(Path folder, String home) {
    return new GatewaySetup(folder, home);
  }

  /// Joins an XMPP server with a component for each face that is shown in XMPP.
  GatewaySetup joins(XmppServerPeer server) {
    for (String face : facesInXmpp(home)) {
      ObjectNode component = list("xmpp.components").addObject();
      component.put("domain", face);
      component.put("host", server.components().getAddress().getHostAddress());
      component.put("port", server.components().getPort());
      component.put("secret", XmppServerPeer.SECRET);
      component.putArray("local-hosts").add(server.host());
    }
    return this;
  }

  /// The components that a server of XMPP must have for the gateway of `home`.
  static List<String> facesInXmpp(String home) {
    return List.of("emsg." + home, "mail." + home);
  }

  /// Exchanges mail with a site: each finds the other.
  GatewaySetup exchangesMailWith(MailPeer site) {
    mayConnectTo(site.address().getHostAddress() + "/32");
    site.route(home, smtp);
    site.route("xmpp." + home, smtp);
    site.route("mail." + home, smtp);
    return this;
  }

  /// Lets the gateway connect to addresses that are local.
  GatewaySetup mayConnectTo(String block) {
    list("outbound.allow").add(block);
    return this;
  }

  /// Believes another gateway's certificate.
  GatewaySetup trusts(GatewaySetup other) {
    list("tls.trust").add(other.certificate().toString());
    return this;
  }

  /// Adds a rule to `mappings/addresses.yaml`, in its own notation.
  GatewaySetup rule(String yaml) {
    rules.add(yaml);
    return this;
  }

  /// Sets anything, by the path that it has in `config/gateway.yaml`.
  GatewaySetup set(String path, Object value) {
    parent(path).set(leaf(path), JSON.valueToTree(value));
    return this;
  }

  /// How much heap the gateway's JVM has, as `-Xmx` wants it.
  GatewaySetup heap(String most) {
    heap = most;
    return this;
  }

  /// Runs it, and waits until it takes connections.
  GatewayProcess start() {
    write(
        "mappings/addresses.yaml",
        """
        home: [%1$s]
        faces:
          emsg: {xmpp: emsg.%1$s, smtp: %1$s}
          xmpp: xmpp.%1$s
          smtp: mail.%1$s
        discovery: [emsg, xmpp, smtp]
        rules: %2$s
        """
            .formatted(home, rules.isEmpty() ? "[]" : "\n  - " + String.join("\n  - ", rules)));
    write("config/gateway.yaml", settings.toPrettyString());
    GatewayProcess gateway = new GatewayProcess(this);
    gateway.start();
    return gateway;
  }

  Path folder() {
    return folder;
  }

  Path data() {
    return folder.resolve("data");
  }

  Path config() {
    return folder.resolve("config/gateway.yaml");
  }

  String home() {
    return home;
  }

  String heap() {
    return heap;
  }

  TlsIdentity identity() {
    return identity;
  }

  int smtpPort() {
    return smtp;
  }

  InetSocketAddress esmp() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), esmp);
  }

  InetSocketAddress http() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), http);
  }

  private Path certificate() {
    return folder.resolve("tls/gateway.crt");
  }

  private com.fasterxml.jackson.databind.node.ArrayNode list(String path) {
    return parent(path).withArray(leaf(path));
  }

  private ObjectNode parent(String path) {
    ObjectNode at = settings;
    int from = 0;
    for (int dot = path.indexOf('.'); dot >= 0; dot = path.indexOf('.', from)) {
      at = at.withObjectProperty(path.substring(from, dot));
      from = dot + 1;
    }
    return at;
  }

  private static String leaf(String path) {
    return path.substring(path.lastIndexOf('.') + 1);
  }

  private void write(String name, String text) {
    try {
      Path file = folder.resolve(name);
      Files.createDirectories(file.getParent());
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static TlsIdentity certificateOf(List<String> names) {
    SelfSigned made = SelfSigned.make(names, Instant.now(), Duration.ofDays(1), new SecureRandom());
    return new TlsIdentity(made.key(), List.of(made.certificate()));
  }

  private static byte[] encoded(TlsIdentity identity) {
    try {
      return identity.certificate().getEncoded();
    } catch (CertificateEncodingException e) {
      throw new IllegalStateException("a certificate just made has no encoding", e);
    }
  }

  private static String pem(String kind, byte[] der) {
    Base64.Encoder lines = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII));
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
        .formatted(kind, lines.encodeToString(der), kind);
  }

  /// A port that nobody listens at, below those that the system gives to outgoing connections: one
  /// of these could have it while the gateway is away.
  static int freePort() {
    return ThreadLocalRandom.current()
        .ints(20_000, 32_000)
        .limit(1_000)
        .filter(GatewaySetup::isFree)
        .findFirst()
        .orElseThrow();
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket(port)) {
      return socket.isBound();
    } catch (IOException taken) {
      return false;
    }
  }
}
