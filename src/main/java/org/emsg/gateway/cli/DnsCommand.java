package org.emsg.gateway.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.emsg.gateway.address.Addressing;
import org.emsg.gateway.model.Network;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `dns DOMAIN`: the records to publish for a home domain and its faces, as lines of a zone file.
@Command(
    name = "dns",
    mixinStandardHelpOptions = true,
    description = "The DNS records to publish for a home domain and its faces.",
    footer = {
      "%nExamples:",
      "  emsg-gateway dns example.org --host gw.example.org --xmpp-host xmpp.example.net",
      "  emsg-gateway dns example.org --host gw.example.org >> example.org.zone"
    })
final class DnsCommand implements Callable<Integer> {
  private static final int ESMP = 5888;
  private static final int STRING = 255;

  private final EmsgGateway root;
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "DOMAIN", description = "a home domain")
  private String domain;

  @Option(
      names = "--host",
      paramLabel = "HOST",
      description =
          "the name of the machine that the gateway runs on; the domain itself unless set")
  private @Nullable String host;

  @Option(
      names = "--xmpp-host",
      paramLabel = "HOST",
      description = "the name of the XMPP server that the gateway is a component of")
  private @Nullable String xmppHost;

  DnsCommand(EmsgGateway root) {
    this.root = root;
  }

  /// One record of the zone.
  private record Line(String comment, String name, String type, String data) {}

  @Override
  public Integer call() throws CommandFailure {
    Installation.Local local = root.local();
    if (!local.addressing().homeDomains().contains(domain)) {
      throw new CommandFailure(
          ExitCodes.REFUSED,
          domain
              + " is no home domain; there are "
              + String.join(", ", local.addressing().homeDomains()));
    }
    print(root.output(spec), lines(local));
    return ExitCodes.DONE;
  }

  private List<Line> lines(Installation.Local local) throws CommandFailure {
    Addressing addressing = local.addressing();
    String gateway = (host == null ? domain : host) + ".";
    String server = (xmppHost == null ? "YOUR-XMPP-SERVER" : xmppHost) + ".";
    List<Line> lines = new ArrayList<>();
    // A port that is free for the moment is nothing to publish.
    int esmp = local.esmp().getPort() == 0 ? ESMP : local.esmp().getPort();
    NavigableSet<String> inEmsg = ours(addressing, Network.EMSG);
    inEmsg.add(domain);
    for (String name : inEmsg) {
      String why = name.equals(domain) ? "EMSG: your accounts" : "EMSG: the people behind " + name;
      lines.add(srv(why, "_emsg-client._tcp." + name, esmp, gateway));
      lines.add(srv(why, "_emsg-server._tcp." + name, esmp, gateway));
    }
    Optional<String> relay = local.mailRelay().filter(set -> !isHere(set));
    for (String name : ours(addressing, Network.SMTP)) {
      String why =
          "mail: people are ...@"
              + name
              + relay
                  .map(host ->
                      "; it goes out through " + host + ", whose operator knows what SPF is to say")
                  .orElse("");
      lines.add(new Line(why, name + ".", "MX", "10 " + gateway));
      lines.add(new Line(why, name + ".", "TXT", quoted(spf(relay))));
      lines.add(new Line(why, "_dmarc." + name + ".", "TXT", quoted("v=DMARC1; p=quarantine")));
      lines.add(dkim(name, local.dkimSelectors().getFirst(), "rsa", rsa(local)));
      lines.add(dkim(name, local.dkimSelectors().getLast(), "ed25519", ed25519(local)));
    }
    for (String name : ours(addressing, Network.XMPP)) {
      lines.add(srv("XMPP: the component " + name, "_xmpp-server._tcp." + name, 5269, server));
    }
    return lines;
  }

  /// The faces that are shown on a network and that this domain owns.
  private NavigableSet<String> ours(Addressing addressing, Network network) {
    TreeSet<String> names = new TreeSet<>(addressing.facesShownOn(network));
    names.removeIf(name -> !addressing.ownerOf(name).equals(Optional.of(domain)));
    return names;
  }

  /// Every domain in a From needs the records (RFC 6376 §3.6.2.1): signatures are in its name.
  private static Line dkim(String name, String selector, String algorithm, byte[] publicKey) {
    String key = Base64.getEncoder().encodeToString(publicKey);
    return new Line(
        "mail: the keys of our signatures (DKIM)",
        selector + "._domainkey." + name + ".",
        "TXT",
        quoted("v=DKIM1; k=" + algorithm + "; p=" + key));
  }

  /// Who sends our mail: what receives it, and the relay that it goes through (RFC 7208 §5).
  private static String spf(Optional<String> relay) {
    String sender =
        relay
            .map(host ->
                address(host)
                    .map(found -> (found instanceof Inet6Address ? " ip6:" : " ip4:") + host)
                    .orElse(" a:" + host))
            .orElse("");
    return "v=spf1 mx" + sender + " -all";
  }

  /// A relay on this machine sends from where mail is received.
  private static boolean isHere(String host) {
    return host.equals("localhost")
        || address(host).filter(InetAddress::isLoopbackAddress).isPresent();
  }

  private static Optional<InetAddress> address(String host) {
    try {
      return Optional.of(InetAddress.ofLiteral(host));
    } catch (IllegalArgumentException aName) {
      return Optional.empty();
    }
  }

  private byte[] rsa(Installation.Local local) {
    return local.domainKeys().rsaPublic(domain).getEncoded();
  }

  /// As RFC 8463 §4.2 has it: the raw key.
  private byte[] ed25519(Installation.Local local) {
    return local.domainKeys().ed25519(domain).publicKey().toByteArray();
  }

  private static Line srv(String why, String name, int port, String target) {
    return new Line(why, name + ".", "SRV", "0 0 " + port + " " + target);
  }

  /// Character strings have at most 255 octets each (RFC 1035 §3.3.14).
  private static String quoted(String text) {
    StringBuilder strings = new StringBuilder();
    for (int from = 0; from < text.length(); from += STRING) {
      strings
          .append(from == 0 ? "\"" : " \"")
          .append(text, from, Math.min(text.length(), from + STRING))
          .append('"');
    }
    return strings.toString();
  }

  private static void print(Output output, List<Line> lines) {
    if (output.isJson()) {
      ArrayNode array = JsonNodeFactory.instance.arrayNode();
      for (Line line : lines) {
        array
            .addObject()
            .put("name", line.name())
            .put("type", line.type())
            .put("data", line.data());
      }
      output.json(array);
      return;
    }
    String comment = "";
    for (Line line : lines) {
      if (!line.comment().equals(comment)) {
        comment = line.comment();
        output.line("; " + comment);
      }
      output.line(line.name() + " 3600 IN " + line.type() + " " + line.data());
    }
  }
}
