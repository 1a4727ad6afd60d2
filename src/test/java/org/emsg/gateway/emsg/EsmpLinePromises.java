package org.emsg.gateway.emsg;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.emsg.gateway.address.Addressing;
import org.emsg.gateway.address.MappedAddressing;
import org.emsg.gateway.fixtures.RememberedAliases;
import org.emsg.gateway.fixtures.World;
import org.emsg.gateway.gateway.FileLinks;
import org.emsg.gateway.model.Envelope;
import org.emsg.gateway.model.TraceId;
import org.erdtman.jcs.JsonCanonicalizer;

/// What the ESMP reader promises of any bytes whatever; the fuzzer looks for some that break it.
public final class EsmpLinePromises {
  private static final int MAX_LINE = 4096;
  private static final Addressing ADDRESSING =
      MappedAddressing.of(World.MAPPING, new RememberedAliases());
  private static final EsmpSchemas SCHEMAS = new EsmpSchemas();
  private static final EsmpCodec CODEC = new EsmpCodec(SCHEMAS);
  private static final EsmpTranslator TRANSLATOR =
      new EsmpTranslator(
          ADDRESSING,
          new AddressCache(ADDRESSING),
          new MessageWriter(ADDRESSING, new HomeServer.NoIds(), FileLinks.NONE));

  private EsmpLinePromises() {}

  /// Checks `stream`, cut in two at `split`.
  ///
  /// @throws IllegalStateException with the promise that is broken
  public static void check(byte[] stream, int split) {
    List<Object> lines = cut(stream, stream.length);
    List<Object> again = cut(stream, split);
    require(lines.size() == again.size(), "a split changes how many lines there are");
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i) instanceof byte[] line) {
        require(
            again.get(i) instanceof byte[] other && Arrays.equals(line, other),
            "a split changes a line");
        require(line.length <= MAX_LINE, "a line over the limit");
        checkLine(line);
      }
    }
  }

  private static List<Object> cut(byte[] stream, int split) {
    EmbeddedChannel channel = new EmbeddedChannel(new LineDecoder(MAX_LINE));
    channel.writeInbound(Unpooled.copiedBuffer(stream, 0, split));
    channel.writeInbound(Unpooled.copiedBuffer(stream, split, stream.length - split));
    List<Object> lines = new ArrayList<>();
    for (Object line = channel.readInbound(); line != null; line = channel.readInbound()) {
      lines.add(line);
    }
    channel.finishAndReleaseAll();
    return lines;
  }

  private static void checkLine(byte[] line) {
    EsmpLine read = CODEC.decode(line);
    if (read instanceof EsmpLine.Fault fault) {
      require(!fault.code().isSuccess(), "a fault that is a success");
      require(
          CODEC.decode(trimmed(Replies.fault(fault))) instanceof EsmpLine.Response,
          "an answer that we cannot read ourselves");
    }
    if (read instanceof EsmpLine.Message message) {
      checkMessage(message);
    }
  }

  private static void checkMessage(EsmpLine.Message message) {
    byte[] signedForm = SignedForm.of(message.json());
    byte[] bytes = message.signed().view();
    require(
        bytes[0] == '{' && bytes[bytes.length - 1] == '}', "what is stored is more than an object");
    ObjectNode stored = reread(bytes);
    require(
        Arrays.equals(SignedForm.of(stored), signedForm), "what is stored is not what was signed");
    require(!stored.has("id") && !stored.has("cursor"), "a hop's member is stored");
    require(
        new String(signedForm, StandardCharsets.UTF_8).equals(reference(signedForm)),
        "the signed form is not canonical");
    require(
        !PlainChat.isPlain(message.json())
            || SCHEMAS.violationByValidator("chat", message.json()).isEmpty(),
        "the shortcut passes what the schema refuses");
    EsmpInbound inbound =
        new EsmpInbound(
            message,
            Optional.of("a.test"),
            new Peer.Device(World.ALICE, "phone"),
            World.ALICE,
            new KeysFound.Published(List.of()),
            new TraceId("00000000000000000000"),
            World.NOON);
    Instant sent = Timestamps.read(message.json()).orElse(World.NOON);
    if (TRANSLATOR.toModel(
            new EsmpInbound.Verified(inbound, "k", SignedForm.digest(signedForm), sent))
        instanceof EsmpTranslator.Translated.Accepted(Envelope envelope)) {
      require(!envelope.recipients().isEmpty(), "nobody to deliver to");
      require(envelope.wire().equals(Optional.of(message.signed())), "the wire form is another");
    }
  }

  private static ObjectNode reread(byte[] stored) {
    try {
      return StrictJson.read(stored, Set.of()).json();
    } catch (StrictJson.Malformed e) {
      throw new IllegalStateException("what is stored cannot be read: " + e.why(), e);
    }
  }

  private static String reference(byte[] json) {
    try {
      return new JsonCanonicalizer(json).getEncodedString();
    } catch (IOException e) {
      throw new IllegalStateException("the signed form is no JSON", e);
    }
  }

  private static byte[] trimmed(byte[] line) {
    return Arrays.copyOf(line, line.length - 1);
  }

  private static void require(boolean holds, String promise) {
    if (!holds) {
      throw new IllegalStateException(promise);
    }
  }
}
