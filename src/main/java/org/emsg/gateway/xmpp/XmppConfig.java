package org.emsg.gateway.xmpp;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.emsg.gateway.address.Domains;
import org.emsg.gateway.xmpp.stream.Backoff;
import org.emsg.gateway.xmpp.stream.StreamLimits;
import org.emsg.gateway.xmpp.stream.StreamSettings;

/// The settings of the XMPP edge (`xmpp:` in `config/gateway.yaml`).
///
/// @param components the faces that are shown in XMPP, each joined to a server; none for no XMPP
///   (default none)
/// @param maxStanza the largest stanza taken or sent, in bytes, 10000 to 16 MiB (default 262144)
/// @param connectTimeout how long a connection and its handshake may take (default 15s)
/// @param pingTimeout how long the server may leave a ping unanswered before the stream is given up
///   (default 20s)
/// @param pingInterval how long the server may be silent before it is pinged (default 1m)
/// @param reconnectLeast the first wait before a new connection; doubles with each failure (default
///   1s)
/// @param reconnectMost the longest such wait (default 1m)
/// @param stopGrace how long a stop waits for messages in flight (default 10s)
public record XmppConfig(
    List<Component> components,
    int maxStanza,
    Duration connectTimeout,
    Duration pingTimeout,
    Duration pingInterval,
    Duration reconnectLeast,
    Duration reconnectMost,
    Duration stopGrace) {
  private static final int MAX_QUEUED = 8 << 20;

  public XmppConfig {
    components = List.copyOf(components);
    Set<String> domains = new HashSet<>();
    for (Component component : components) {
      require(domains.add(component.domain()), "components", "one for each domain");
    }
    require(maxStanza >= 10_000 && maxStanza <= 16 << 20, "max-stanza", "10000 to 16777216");
    require(isPositive(connectTimeout), "connect-timeout", "more than 0");
    require(isPositive(pingTimeout), "ping-timeout", "more than 0");
    require(isPositive(pingInterval), "ping-interval", "more than 0");
    require(isPositive(reconnectLeast), "reconnect-least", "more than 0");
    require(
        reconnectMost.compareTo(reconnectLeast) >= 0,
        "reconnect-most",
        "no less than reconnect-least");
    require(!stopGrace.isNegative(), "stop-grace", "0 or more");
  }

  /// What is so unless it is set.
  public static XmppConfig of(List<Component> components) {
    return new XmppConfig(
        components,
        262_144,
        Duration.ofSeconds(15),
        Duration.ofSeconds(20),
        Duration.ofMinutes(1),
        Duration.ofSeconds(1),
        Duration.ofMinutes(1),
        Duration.ofSeconds(10));
  }

  /// One component of one server.
  ///
  /// @param domain the face
  /// @param host where the server listens for components: a configured peer, so it may be private
  /// @param port 5347 in most examples
  /// @param secret what the server's own settings have for this component
  /// @param localHosts domains that this server itself serves: people there are reached without
  ///   asking the DNS; the first is pinged to see what has arrived (default none: the component's
  ///   own domain is pinged, through the server)
  public record Component(
      String domain, String host, int port, String secret, List<String> localHosts) {
    public Component {
      domain = normal("domain", domain);
      localHosts = localHosts.stream().map(name -> normal("local-hosts", name)).toList();
      require(!host.isBlank(), "host", "a name or an address");
      require(port > 0 && port < 65_536, "port", "1 to 65535");
      require(!secret.isEmpty(), "secret", "as in the server's settings");
    }

    private static String normal(String setting, String name) {
      return Domains.normalize(name)
          .orElseThrow(() -> new IllegalArgumentException(setting + " is a domain name"));
    }

    @Override
    public String toString() {
      return domain + " at " + host + ':' + port;
    }
  }

  /// All domains that some connected server serves.
  Set<String> localHosts() {
    Set<String> all = new HashSet<>();
    components.forEach(component -> all.addAll(component.localHosts()));
    return all;
  }

  Backoff backoff() {
    return new Backoff(reconnectLeast, reconnectMost);
  }

  StreamSettings stream(Component component) {
    // U-labels on the wire (RFC 7622 §3.2).
    String domain = Domains.toUnicode(component.domain());
    return new StreamSettings(
        domain,
        component.host(),
        component.port(),
        component.secret(),
        Optional.of(component.localHosts())
            .filter(hosts -> !hosts.isEmpty())
            .map(hosts -> Domains.toUnicode(hosts.getFirst()))
            .orElse(domain),
        connectTimeout,
        pingTimeout,
        pingInterval,
        MAX_QUEUED,
        StreamLimits.ofStanzaBytes(maxStanza));
  }

  private static boolean isPositive(Duration duration) {
    return !duration.isNegative() && !duration.isZero();
  }

  private static void require(boolean holds, String setting, String allowed) {
    if (!holds) {
      throw new IllegalArgumentException(setting + " is " + allowed);
    }
  }
}
