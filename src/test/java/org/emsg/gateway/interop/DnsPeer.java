package org.emsg.gateway.interop;

import java.net.InetSocketAddress;
import java.util.List;

/// Knot DNS, the only authority of the tests' world: what no zone has does not exist. The other
/// peers ask it too, and nobody else.
public final class DnsPeer extends Peer {

  private static final int PORT = 53;

  private DnsPeer() {
    super("dns", "dns", PORT);
    alsoUdp(PORT);
    start();
  }

  /// The server of this JVM, started when first asked for and removed when the JVM ends.
  public static DnsPeer shared() {
    return Shared.PEER;
  }

  /// Where the test asks it, over UDP and TCP.
  public InetSocketAddress server() {
    return at(PORT);
  }

  /// Makes a zone, or replaces it, and returns once it is served.
  ///
  /// @param name its name, with no dot at the end
  /// @param records lines of a zone file, with names relative to the zone; SOA and NS are there
  public void zone(String name, List<String> records) {
    run("sh", "-c", "printf '%s\\n' \"$@\" | zone " + name, "zone", String.join("\n", records));
  }

  /// As [#zone(String, List)].
  public void zone(String name, String... records) {
    zone(name, List.of(records));
  }

  private static final class Shared {
    private static final DnsPeer PEER = new DnsPeer();
  }
}
