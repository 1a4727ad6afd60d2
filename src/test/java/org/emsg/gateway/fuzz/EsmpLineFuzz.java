package org.emsg.gateway.fuzz;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.emsg.gateway.emsg.EsmpLinePromises;

/// The ESMP line: framing, strict JSON, schemas, canonical form, translation. The first byte says
/// where the stream is cut in two.
public final class EsmpLineFuzz {
  static {
    // Jazzer's hooks on sun.misc.Unsafe and Netty's look at it do not get on with one another.
    System.setProperty("io.netty.noUnsafe", "true");
  }

  private EsmpLineFuzz() {}

  /// Loads what the first input would else be blamed for.
  public static void fuzzerInitialize() {
    EsmpLinePromises.check(
        ("{\"type\":\"chat\",\"sender\":\"alice#a.test\",\"recipient\":\"anna#a.test\","
                + "\"timestamp\":1,\"body\":\"x\",\"x\":1.5}\n{\"type\":\"chat\"}\n")
            .getBytes(StandardCharsets.UTF_8),
        1);
  }

  public static void fuzzerTestOneInput(byte[] input) {
    if (input.length == 0) {
      return;
    }
    byte[] stream = Arrays.copyOfRange(input, 1, input.length);
    EsmpLinePromises.check(stream, Math.min(input[0] & 0xff, stream.length));
  }
}
