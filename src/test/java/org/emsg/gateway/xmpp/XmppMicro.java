package org.emsg.gateway.xmpp;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.emsg.gateway.address.MappedAddressing;
import org.emsg.gateway.fixtures.Envelopes;
import org.emsg.gateway.fixtures.FakeIdMap;
import org.emsg.gateway.fixtures.RememberedAliases;
import org.emsg.gateway.fixtures.World;
import org.emsg.gateway.gateway.FileLinks;
import org.emsg.gateway.gateway.MappedMessage;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.ConversationId;
import org.emsg.gateway.model.Envelope;
import org.emsg.gateway.model.MessageId;
import org.emsg.gateway.model.Network;
import org.emsg.gateway.outbox.LaneKey;
import org.emsg.gateway.outbox.OutboundMessage;
import org.emsg.gateway.outbox.OutboxId;
import org.emsg.gateway.xmpp.stream.StreamEvent;
import org.emsg.gateway.xmpp.stream.StreamLimits;
import org.emsg.gateway.xmpp.stream.XmppCodec;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/// The steps of a chat message from and to XMPP, one by one: microseconds each.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class XmppMicro {
  private static final String TEXT = "hello ".repeat(50);

  private final XmppCodec codec = new XmppCodec(StreamLimits.ofStanzaBytes(262_144));
  private final XmppCodec.Decoder decoder = codec.decoder();
  private final byte[] stanza =
      ("<message from='dave@xmpp.test/Gajim' to='alice@emsg.a.test' type='chat' id='m-1'><body>"
              + TEXT
              + "</body><thread>t1</thread><request xmlns='urn:xmpp:receipts'/></message>")
          .getBytes(UTF_8);
  private final XmppVerifier verifier =
      new XmppVerifier(MappedAddressing.of(World.MAPPING, new RememberedAliases()));
  private final XmppTranslator translator = new XmppTranslator(new FakeIdMap(), () -> "made");
  private final XmppWriter writer =
      new XmppWriter(new FakeIdMap(), FileLinks.NONE, Clock.systemUTC());
  private final XmppInbound.Verified verified =
      Wire.fromDave("type='chat' id='m-1'", "<body>" + TEXT + "</body><thread>t1</thread>");
  private final MappedMessage mapped = mapped();
  private Optional<StreamEvent> last = Optional.empty();

  public XmppMicro() {
    byte[] header =
        ("<stream:stream xmlns='jabber:component:accept' "
                + "xmlns:stream='http://etherx.jabber.org/streams' id='1'>")
            .getBytes(UTF_8);
    decoder.feed(header, 0, header.length, event -> last = Optional.of(event));
  }

  @Benchmark
  public Optional<StreamEvent> decodeStanza() {
    decoder.feed(stanza, 0, stanza.length, event -> last = Optional.of(event));
    return last;
  }

  @Benchmark
  public Object verifyAndTranslateStanza() {
    return verifier.verify(verified.inbound()) instanceof XmppVerifier.Result.Passed(var passed)
        ? translator.toModel(passed)
        : verifier;
  }

  @Benchmark
  public Object writeAndEncodeStanza() {
    return writer.fromModel(mapped) instanceof XmppWriter.Writing.Of(var message)
        ? codec.encode(message)
        : writer;
  }

  private static MappedMessage mapped() {
    Envelope envelope = Envelopes.from(World.ALICE).to(World.DAVE).text(TEXT).envelope();
    return new MappedMessage(
        new OutboundMessage(
            new OutboxId(1),
            new LaneKey("emsg.a.test", Network.XMPP, "xmpp.test"),
            ConversationId.of(World.ALICE, World.DAVE),
            envelope,
            World.DAVE,
            World.DAVE,
            new MessageId("x-1"),
            List.of(),
            1,
            World.NOON),
        new Address.Xmpp("alice", "emsg.a.test"),
        World.DAVE);
  }
}
