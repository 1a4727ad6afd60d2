package org.emsg.gateway.emsg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.emsg.gateway.emsg.ForeignServer.answer;
import static org.emsg.gateway.emsg.ForeignServer.is;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.net.InetAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.emsg.gateway.address.MappedAddressing;
import org.emsg.gateway.crypto.AliasKeys;
import org.emsg.gateway.crypto.DomainKeys;
import org.emsg.gateway.crypto.Ed25519;
import org.emsg.gateway.crypto.KeyFiles;
import org.emsg.gateway.crypto.RsaSignatures;
import org.emsg.gateway.fixtures.FakeAccounts;
import org.emsg.gateway.fixtures.FakeClock;
import org.emsg.gateway.fixtures.FakeDns;
import org.emsg.gateway.fixtures.RememberedAliases;
import org.emsg.gateway.fixtures.World;
import org.emsg.gateway.home.AccountKey;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Bytes;
import org.emsg.gateway.net.Cidr;
import org.emsg.gateway.net.Dns;
import org.emsg.gateway.net.OutboundGuard;
import org.emsg.gateway.net.TlsContexts;
import org.emsg.gateway.net.TlsIdentity;
import org.emsg.gateway.net.TrustedRoots;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Others' keys: how long they are believed, when they are asked for, and how often at most.
class RemoteKeysTest {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final Address.Emsg CARL = new Address.Emsg("carl", "b.test");

  @TempDir Path files;
  private final FakeClock clock = FakeClock.atNoon();
  private final FakeDns dns = new FakeDns();
  private final EventLoops loops = new EventLoops("test-loop", 1);
  private final ExecutorService workers = Executors.newSingleThreadExecutor();
  private final List<Bytes> published = new CopyOnWriteArrayList<>();
  private volatile boolean silent;
  private ForeignServer there;
  private EsmpLinks links;
  private RemoteKeys keys;

  @BeforeEach
  void open() throws Exception {
    there = ForeignServer.start(this::answerOfB);
    dns.srv("_emsg-server._tcp.b.test", 1, 0, there.port(), "b.test")
        .address("b.test", "127.0.0.1");
    EmsgConfig config = Timeouts.plainText();
    MappedAddressing addressing = MappedAddressing.of(World.MAPPING, new RememberedAliases());
    OurKeys ours =
        new OurKeys(
            addressing,
            new FakeAccounts(),
            DomainKeys.open(new KeyFiles(files, RANDOM), Ed25519.best(), List.of("a.test")),
            new AliasKeys(Bytes.wrap(new byte[32]), 1, Ed25519.best()));
    TlsIdentity identity = HomeServer.identity("a.test", Clock.systemUTC());
    Dns slow = new SlowForTheDead(dns);
    links =
        new EsmpLinks(
            config,
            new EsmpLocator(slow, config, RANDOM),
            slow,
            new OutboundGuard(List.of(Cidr.parse("127.0.0.0/8")), Set.of()),
            new TlsContexts(() -> identity, new TrustedRoots(List.of())),
            ours,
            loops,
            new EsmpCodec(new EsmpSchemas()),
            workers,
            clock::nanos);
    keys =
        new RemoteKeys(
            config,
            addressing,
            ours,
            links,
            new PublishedKeys(Ed25519.best(), new RsaSignatures()),
            clock::nanos);
  }

  @AfterEach
  void close() throws Exception {
    links.close();
    there.close();
    loops.close();
    workers.close();
  }

  private List<String> answerOfB(JsonNode line) {
    if (silent) {
      return List.of(answer(line, 503, ""));
    }
    ArrayNode list = JsonNodeFactory.instance.arrayNode();
    for (Bytes key : published) {
      list.addObject()
          .put("alg", "ed25519")
          .put("public_key", Base64.getEncoder().encodeToString(key.view()));
    }
    return List.of(answer(line, 200, is(line, "GET_PROFILE") ? "\"keys\":" + list : ""));
  }

  /// DNS that never answers about `dead….test`.
  private record SlowForTheDead(Dns dns) implements Dns {
    @Override
    public CompletionStage<Answer<Srv>> srv(String name) {
      return name.contains("dead") ? new CompletableFuture<>() : dns.srv(name);
    }

    @Override
    public CompletionStage<Answer<Mx>> mx(String domain) {
      return dns.mx(domain);
    }

    @Override
    public CompletionStage<Answer<InetAddress>> addresses(String host) {
      return dns.addresses(host);
    }

    @Override
    public CompletionStage<Answer<String>> txt(String name) {
      return dns.txt(name);
    }

    @Override
    public CompletionStage<Answer<Bytes>> raw(String name, int type) {
      return dns.raw(name, type);
    }
  }

  private Bytes publish() {
    Bytes key = Ed25519.best().generate(RANDOM).publicKey();
    published.add(key);
    return key;
  }

  private static KeysFound get(CompletionStage<KeysFound> stage) throws Exception {
    return stage.toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  private long dnsQuestionsAbout(String domain) {
    return dns.asked().stream().filter(q -> q.equals("SRV _emsg-server._tcp." + domain)).count();
  }

  @Test
  void keysAreAskedOnceInAnHour() throws Exception {
    publish();
    KeysFound first = get(keys.keysOf(CARL));
    clock.advance(Duration.ofMinutes(59));
    publish();
    assertThat(get(keys.keysOf(CARL))).isEqualTo(first);
    clock.advance(Duration.ofMinutes(2));
    assertThat(get(keys.keysOf(CARL)))
        .isInstanceOfSatisfying(
            KeysFound.Published.class, found -> assertThat(found.keys()).hasSize(2));
  }

  @Test
  void aDomainThatCouldNotBeAskedIsNotDialledForTheNextOfItsPeople() throws Exception {
    for (int i = 0; i < 5; i++) {
      assertThat(get(keys.keysOf(new Address.Emsg("u" + i, "victim.test"))))
          .isInstanceOf(KeysFound.Unavailable.class);
    }
    assertThat(dnsQuestionsAbout("victim.test")).isEqualTo(1);
    clock.advance(Duration.ofSeconds(31));
    assertThat(get(keys.keysOf(new Address.Emsg("u0", "victim.test"))))
        .isInstanceOf(KeysFound.Unavailable.class);
    assertThat(dnsQuestionsAbout("victim.test")).isEqualTo(2);
  }

  @Test
  void serversThatWeCannotDeliverToDoNotKeepUsFromAsking() throws Exception {
    publish();
    for (int i = 0; i < 100; i++) {
      links.link("a.test", "dead" + i + ".test", EsmpLinks.Purpose.DELIVER);
    }
    assertThat(get(keys.keysOf(CARL))).isInstanceOf(KeysFound.Published.class);
  }

  @Test
  void notManyServersAreAskedAtOnce() throws Exception {
    publish();
    List<CompletableFuture<KeysFound>> asked = new ArrayList<>();
    for (int i = 0; i < 64; i++) {
      asked.add(keys.keysOf(new Address.Emsg("x", "dead" + i + ".test")).toCompletableFuture());
    }
    assertThat(asked).noneMatch(CompletableFuture::isDone);
    assertThat(get(keys.keysOf(CARL))).isInstanceOf(KeysFound.Unavailable.class);
    assertThat(there.heard).isEmpty();
  }

  private static ArrayNode signatures(Ed25519.SigningKey... by) {
    ArrayNode signatures = JsonNodeFactory.instance.arrayNode();
    for (Ed25519.SigningKey key : by) {
      signatures.addObject().put("key_id", AccountKey.idOf(key.publicKey()));
    }
    return signatures;
  }

  private Ed25519.SigningKey publishNew() {
    Ed25519.SigningKey key = Ed25519.best().generate(RANDOM);
    published.add(key.publicKey());
    return key;
  }

  private static List<Bytes> keysIn(KeysFound found) {
    return ((KeysFound.Published) found).keys().stream().map(AccountKey::publicKey).toList();
  }

  @Test
  void aSignatureByAnUnknownKeyAsksOnceMoreAtMostOnceAMinute() throws Exception {
    Ed25519.SigningKey old = publishNew();
    get(keys.keysOf(CARL));
    Ed25519.SigningKey fresh = publishNew();
    assertThat(keysIn(get(keys.keysFor(CARL, signatures(fresh))))).hasSize(1);
    clock.advance(Duration.ofSeconds(61));
    assertThat(keysIn(get(keys.keysFor(CARL, signatures(old))))).hasSize(1);
    assertThat(keysIn(get(keys.keysFor(CARL, signatures(fresh)))))
        .containsExactly(old.publicKey(), fresh.publicKey());
    assertThat(there.heard("GET_PROFILE")).hasSize(2);
    Ed25519.SigningKey never = Ed25519.best().generate(RANDOM);
    assertThat(keysIn(get(keys.keysFor(CARL, signatures(never))))).hasSize(2);
    assertThat(there.heard("GET_PROFILE")).hasSize(2);
  }

  @Test
  void whatIsKnownStaysInForceWhereTheDomainDoesNotAnswerNow() throws Exception {
    publish();
    KeysFound known = get(keys.keysOf(CARL));
    clock.advance(Duration.ofSeconds(61));
    silent = true;
    assertThat(get(keys.askAgain(CARL).orElseThrow())).isInstanceOf(KeysFound.Unavailable.class);
    assertThat(get(keys.keysOf(CARL))).isEqualTo(known);
    assertThat(keys.askAgain(CARL)).isEmpty();
    clock.advance(Duration.ofMinutes(59));
    assertThat(get(keys.keysOf(CARL))).isInstanceOf(KeysFound.Unavailable.class);
  }

  @Test
  void ourOwnPeoplesKeysAreNotAskedFor() {
    assertThat(keys.askAgain(World.ALICE)).isEmpty();
  }

  private static int weight(KeysFound found) {
    return RemoteKeys.weight(CARL, new RemoteKeys.Known(found, 0, 0));
  }

  @Test
  void whatIsKeptOfASenderWeighsWhatTheirKeysDo() throws Exception {
    publish();
    int one = weight(get(keys.keysOf(CARL)));
    published.clear();
    for (int i = 0; i < 50; i++) {
      publish();
    }
    clock.advance(Duration.ofHours(2));
    int many = weight(get(keys.keysOf(CARL)));
    assertThat(many - one).isEqualTo((PublishedKeys.MAX_KEYS - 1) * (160 + 2 * 16 + 32));
  }
}
