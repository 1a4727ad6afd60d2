package org.emsg.gateway.emsg;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.emsg.gateway.address.Addressing;
import org.emsg.gateway.address.MappedAddressing;
import org.emsg.gateway.crypto.AliasKeys;
import org.emsg.gateway.crypto.DomainKeys;
import org.emsg.gateway.crypto.Ed25519;
import org.emsg.gateway.crypto.KeyFiles;
import org.emsg.gateway.crypto.RsaSignatures;
import org.emsg.gateway.fixtures.FakeHome;
import org.emsg.gateway.fixtures.RememberedAliases;
import org.emsg.gateway.fixtures.World;
import org.emsg.gateway.gateway.Directory;
import org.emsg.gateway.gateway.IntakeResult;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Bytes;
import org.emsg.gateway.model.Reason;
import org.emsg.gateway.model.TraceId;
import org.emsg.gateway.net.MemoryBudget;
import org.emsg.gateway.net.TlsContexts;
import org.emsg.gateway.net.TlsIdentity;
import org.emsg.gateway.net.TrustedRoots;

/// Connections to a server of a.test on channels in memory: what runs when, and what time it is,
/// the test says. Nobody answers messages but the test, and keys from elsewhere come when it wants.
final class SessionScene {
  static final int MAX_LINE = 64 * 1024;
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final ObjectMapper JSON = new ObjectMapper();

  final FakeHome home = new FakeHome();
  final LiveSessions live = new LiveSessions();
  final MemoryBudget strangers = new MemoryBudget(4 * MAX_LINE);
  final MemoryBudget devices = new MemoryBudget(4 * MAX_LINE);
  final List<ServerConnection> proven = new ArrayList<>();
  final List<EsmpInbound> submitted = new ArrayList<>();
  final List<Consumer<IntakeResult>> unanswered = new ArrayList<>();
  final List<CompletableFuture<KeysFound>> asked = new ArrayList<>();
  final SessionContext context;
  private long now;
  private final Queue<Runnable> work = new ArrayDeque<>();
  private final TlsContexts tls;
  private final StoreWatch watch;

  SessionScene(Path keys) {
    this(keys, Timeouts.rooms(MAX_LINE, 4, 16 * 1024));
  }

  SessionScene(Path keys, EmsgConfig config) {
    Addressing addressing =
        MappedAddressing.of(HomeServer.mapping("a.test"), new RememberedAliases());
    AddressCache addresses = new AddressCache(addressing);
    OurKeys ourKeys =
        new OurKeys(
            addressing,
            home,
            DomainKeys.open(new KeyFiles(keys, RANDOM), Ed25519.best(), List.of("a.test")),
            new AliasKeys(Bytes.wrap(new byte[32]), 1, Ed25519.best()));
    SenderKeys senderKeys =
        address -> {
          if (addressing.isOurs(address.domain())) {
            return CompletableFuture.completedStage(
                new KeysFound.Published(ourKeys.published(address)));
          }
          CompletableFuture<KeysFound> later = new CompletableFuture<>();
          asked.add(later);
          return later;
        };
    TlsIdentity identity = HomeServer.identity("a.test", Clock.systemUTC());
    this.tls = new TlsContexts(() -> identity, new TrustedRoots(List.of()));
    this.context =
        new SessionContext(
            config,
            new EsmpCodec(new EsmpSchemas()),
            new Handshake(addressing, addresses, config.maxLine()),
            new Signatures(Ed25519.best(), new RsaSignatures()),
            addresses,
            senderKeys,
            ourKeys,
            home,
            home,
            live,
            new AckWriter(home, work::add),
            (inbound, answer) -> {
              submitted.add(inbound);
              unanswered.add(answer);
            },
            new InputBudgets(strangers, new MemoryBudget(4 * MAX_LINE), devices),
            new Lookups(
                addressing,
                addresses,
                home,
                ourKeys,
                senderKeys,
                (_, _) ->
                    CompletableFuture.completedFuture(
                        new Directory.Listing.Unlisted(
                            Reason.of(Reason.Kind.NO_SUCH_USER, "Nobody."), "test"))),
            work::add,
            work::add,
            Clock.systemUTC(),
            () -> now,
            RANDOM);
    this.watch = new StoreWatch(home, home, live, work::add);
  }

  /// A second goes by, and the store is asked what is new.
  void look() {
    watch.look();
  }

  /// Runs what waits to be run.
  void settle(EmbeddedChannel channel) {
    do {
      for (Runnable task = work.poll(); task != null; task = work.poll()) {
        task.run();
      }
      channel.runPendingTasks();
    } while (!work.isEmpty());
  }

  /// What another node puts into somebody's mailbox.
  void deliver(Address.Emsg person, String body) {
    home.deliver(
        person, TraceId.next(Instant.EPOCH, RANDOM), Bytes.utf8("{\"body\":\"" + body + "\"}"));
  }

  /// Answers the oldest message that waits.
  void answerOne() {
    unanswered
        .removeFirst()
        .accept(new IntakeResult.Accepted(TraceId.next(Instant.EPOCH, RANDOM), false));
  }

  Ed25519.SigningKey register(Address.Emsg person) {
    Ed25519.SigningKey key = Ed25519.best().generate(RANDOM);
    home.add(person);
    home.addKey(person, HomeServer.accountKey(key));
    return key;
  }

  /// A connection from this machine, in plain text.
  Peer connect() {
    return connect("127.0.0.1");
  }

  Peer connect(String from) {
    return new Peer(InetAddress.ofLiteral(from));
  }

  /// A device of `person`, which said hello and proved `key`.
  Peer device(Address.Emsg person, Ed25519.SigningKey key) {
    Peer peer = connect();
    String nonce = peer.ask("{\"type\":\"hello\",\"version\":\"0.2.0\"}").path("nonce").textValue();
    byte[] proof =
        key.sign(new AuthProof("client", person.text(), "a.test", nonce, "").signedForm());
    peer.ask(
        "{\"type\":\"auth\",\"mechanism\":\"ed25519\",\"user\":\""
            + person.text()
            + "\",\"signature\":\""
            + Base64.getEncoder().encodeToString(proof)
            + "\"}");
    return peer;
  }

  /// A message to anna that somebody elsewhere would have signed.
  static String chat(Address.Emsg sender, int length) {
    ObjectNode json = JSON.createObjectNode();
    json.put("type", "chat").put("sender", sender.text()).put("recipient", World.ANNA.text());
    json.put("timestamp", 1).put("body", "x".repeat(length));
    return json.toString();
  }

  /// The other end of a connection, and ours.
  final class Peer {
    final EmbeddedChannel channel = new EmbeddedChannel();
    final ServerConnection connection;
    private final List<JsonNode> heard = new ArrayList<>();
    private boolean slowly;
    private final StringBuilder text = new StringBuilder();

    private Peer(InetAddress from) {
      this.connection = new ServerConnection(context, tls, from, channel, proven::add);
      channel.pipeline().addLast(new OnePiece(), connection);
    }

    /// Lets one piece through, where only one is wanted.
    private final class OnePiece extends ChannelOutboundHandlerAdapter {
      @Override
      public void write(ChannelHandlerContext ctx, Object piece, ChannelPromise promise) {
        var _ = ctx.write(piece, promise);
        if (slowly) {
          channel.unsafe().outboundBuffer().setUserDefinedWritability(1, false);
        }
      }
    }

    /// Sends bytes as far as the server reads; whether it read them.
    boolean send(byte[] bytes) {
      if (!channel.config().isAutoRead()) {
        return false;
      }
      ByteBuf buffer = Unpooled.wrappedBuffer(bytes);
      channel.writeInbound(buffer);
      channel.runPendingTasks();
      return true;
    }

    /// Sends a line, without anybody looking at it yet.
    boolean send(String line) {
      return send((line + '\n').getBytes(StandardCharsets.UTF_8));
    }

    Peer say(String line) {
      assertReading();
      send(line);
      settle(channel);
      return this;
    }

    private void assertReading() {
      if (!isRead()) {
        throw new AssertionError("the server does not read");
      }
    }

    JsonNode ask(String line) {
      return say(line).heard().getLast();
    }

    boolean isRead() {
      return channel.config().isAutoRead();
    }

    boolean isOpen() {
      return channel.isOpen();
    }

    /// Whether this end takes what the server sends.
    void setTaking(boolean taking) {
      channel.unsafe().outboundBuffer().setUserDefinedWritability(1, taking);
      channel.pipeline().fireChannelWritabilityChanged();
      settle(channel);
    }

    /// Takes one piece of what waits, and then no more.
    void takeSome() {
      slowly = true;
      setTaking(true);
      slowly = false;
    }

    /// What came so far.
    List<JsonNode> heard() {
      settle(channel);
      for (ByteBuf chunk = channel.readOutbound(); chunk != null; chunk = channel.readOutbound()) {
        text.append(chunk.toString(StandardCharsets.UTF_8));
        chunk.release();
      }
      for (int end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n")) {
        try {
          heard.add(JSON.readTree(text.substring(0, end)));
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
        text.delete(0, end + 1);
      }
      return heard;
    }

    /// Time goes by, and the server looks at the clock.
    void wait(Duration time) {
      now += time.toNanos();
      connection.sweep(now);
      channel.runPendingTasks();
    }
  }
}
