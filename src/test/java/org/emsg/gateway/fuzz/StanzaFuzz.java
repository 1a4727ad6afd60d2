package org.emsg.gateway.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.emsg.gateway.xmpp.StanzaProbe;

/// What an XMPP server may send, from its first byte on. An input that is no stream header is put
/// behind one, so that the fuzzer need not find it again.
public final class StanzaFuzz {
  private static final byte[] HEADER =
      ("<stream:stream xmlns='jabber:component:accept' "
              + "xmlns:stream='http://etherx.jabber.org/streams' from='emsg.a.test' id='1'>")
          .getBytes(UTF_8);

  private StanzaFuzz() {}

  public static void fuzzerInitialize() {
    fuzzerTestOneInput(
        "<message from='d@x' to='a@emsg.a.test'><body>a</body></message>".getBytes(UTF_8));
  }

  public static void fuzzerTestOneInput(byte[] input) {
    StanzaProbe.probe(input);
    byte[] inside = new byte[HEADER.length + input.length];
    System.arraycopy(HEADER, 0, inside, 0, HEADER.length);
    System.arraycopy(input, 0, inside, HEADER.length, input.length);
    StanzaProbe.probe(inside);
  }
}
