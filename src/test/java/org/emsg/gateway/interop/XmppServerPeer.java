package org.emsg.gateway.interop;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.stream.Collectors;
import org.testcontainers.containers.wait.strategy.WaitStrategy;

/// An XMPP server that is not ours: one host with its users, and a place for external components
/// (XEP-0114). It speaks without TLS and with no other server.
public abstract sealed class XmppServerPeer extends Peer permits ProsodyPeer, EjabberdPeer {

  /// The password of every user, and the secret of every component.
  public static final String SECRET = "secret";

  private static final int C2S = 5222;
  private static final int COMPONENTS = 5347;

  private final String host;

  XmppServerPeer(
      String image, String host, List<String> users, List<String> components, WaitStrategy ready) {
    super(image, host, ready, C2S, COMPONENTS);
    this.host = host;
    container()
        .withEnv("HOST", host)
        .withEnv("USERS", withSecrets(users))
        .withEnv("COMPONENTS", withSecrets(components));
    start();
  }

  private static String withSecrets(List<String> names) {
    return names.stream().map(name -> name + "=" + SECRET).collect(Collectors.joining(" "));
  }

  /// The domain of its users.
  public String host() {
    return host;
  }

  /// Where a component connects from the test's machine; its secret is [#SECRET].
  public InetSocketAddress components() {
    return at(COMPONENTS);
  }

  /// Brings one of its users online with slixmpp.
  public XmppUser connect(String user) {
    return XmppUser.connect(user + "@" + host, SECRET, name(), C2S);
  }
}
