package org.emsg.gateway.app;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.File;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.emsg.gateway.xmpp.XmppConfig;

/// What a gateway that has started says of itself: what it serves, where, and what to try next.
final class Banner {
  private Banner() {}

  static List<String> lines(Gateway gateway, long millis) {
    String tls =
        gateway.config().tls().certificate().map(Path::toString).orElse("a certificate of its own");
    String http = "http://" + text(gateway.http());
    return List.of(
        "EMSG Gateway is up, after " + millis + " ms",
        "  serves   " + String.join(", ", gateway.homeDomains()),
        "  EMSG     " + text(gateway.esmp()) + ", TLS with " + tls,
        "  XMPP     " + xmpp(gateway),
        "  mail     " + gateway.smtp().map(Banner::text).orElse("none comes in"),
        "  files    " + files(gateway),
        "  health   " + http + "/health, metrics " + http + "/metrics",
        "  data     " + gateway.config().data().toAbsolutePath(),
        "  next     " + command() + " user add alice");
  }

  private static String files(Gateway gateway) {
    Optional<URI> url = gateway.config().files().url();
    return url.isEmpty()
        ? "none are served (files.url in config/gateway.yaml)"
        : url.get() + ", from " + text(gateway.files().orElseThrow());
  }

  private static String xmpp(Gateway gateway) {
    List<XmppConfig.Component> components = gateway.config().xmpp().components();
    return components.isEmpty()
        ? "no component is set (xmpp.components in config/gateway.yaml)"
        : components.stream().map(Object::toString).collect(Collectors.joining(", "));
  }

  static ObjectNode json(Gateway gateway) {
    ObjectNode status = JsonNodeFactory.instance.objectNode();
    gateway.homeDomains().forEach(status.putArray("domains")::add);
    gateway.smtp().ifPresent(address -> status.put("smtp", text(address)));
    return status.put("esmp", text(gateway.esmp())).put("http", text(gateway.http()));
  }

  private static String text(InetSocketAddress address) {
    String host = address.getAddress().getHostAddress();
    return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + address.getPort();
  }

  /// How this very program is called again: by the Java that runs it, which need not be the
  /// default.
  private static String command() {
    String java = ProcessHandle.current().info().command().orElse("java");
    Optional<Path> jar =
        Optional.of(System.getProperty("java.class.path", ""))
            .filter(path -> path.endsWith(".jar") && path.indexOf(File.pathSeparator) < 0)
            .map(Path::of);
    return jar.map(file -> java + " -jar " + file).orElse("emsg-gateway");
  }
}
