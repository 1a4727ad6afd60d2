package org.emsg.gateway.net;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Ticker;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Function;
import org.emsg.gateway.model.Bytes;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.ExtendedFlags;
import org.xbill.DNS.ExtendedResolver;
import org.xbill.DNS.Flags;
import org.xbill.DNS.MXRecord;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Resolver;
import org.xbill.DNS.ResolverConfig;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.SRVRecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.TXTRecord;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;
import org.xbill.DNS.dnssec.ValidatingResolver;

/// [Dns] over dnsjava's asynchronous resolver.
///
/// The resolver asked is a recursive one, so that its answer bears a CNAME chain whole. One
/// question is in flight once, however many ask it; more than [#MAX_IN_FLIGHT] different ones at a
/// time fail at once, so that a stranger who makes us look things up cannot make us hold memory for
/// it.
public final class DnsjavaDns implements Dns {
  static final int MAX_IN_FLIGHT = 2_000;
  private static final Duration LONGEST = Duration.ofDays(1);
  private static final Duration SHORTEST = Duration.ofSeconds(1);
  private static final Duration NEGATIVE_WITHOUT_SOA = Duration.ofSeconds(30);
  private static final Duration FAILURE_KEPT = Duration.ofSeconds(5);
  private static final int MAX_RECORDS = 200;
  private static final int MAX_CNAMES = 12;

  /// The root zone's key signing keys of 2017 and 2024 (IANA).
  private static final String ROOT_KEYS =
      """
      . 0 IN DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D
      . 0 IN DS 38696 8 2 683D2D0ACB8C9B712A1948B27F741219298D0A450D612C483AF444A4C0FB2B16
      """;

  private final Resolver resolver;
  private final boolean secureByFlag;
  private final Cache<Question, Answer<Record>> cache;
  private final ConcurrentMap<Question, CompletableFuture<Answer<Record>>> inFlight =
      new ConcurrentHashMap<>();

  public DnsjavaDns(DnsConfig config) {
    this(
        resolver(config),
        config.dnssec() != DnsConfig.Dnssec.NONE,
        config.cacheSize(),
        Ticker.systemTicker());
  }

  DnsjavaDns(Resolver resolver, boolean secureByFlag, int cacheSize, Ticker ticker) {
    this.resolver = resolver;
    this.secureByFlag = secureByFlag;
    this.cache =
        Caffeine.newBuilder()
            .maximumSize(cacheSize)
            .ticker(ticker)
            .executor(Runnable::run)
            .expireAfter(Expiry.creating((Question question, Answer<Record> a) -> lifetime(a)))
            .build();
  }

  @Override
  public CompletionStage<Answer<Srv>> srv(String name) {
    return ask(name, Type.SRV, DnsjavaDns::srv);
  }

  @Override
  public CompletionStage<Answer<Mx>> mx(String domain) {
    return ask(domain, Type.MX, DnsjavaDns::mx);
  }

  @Override
  public CompletionStage<Answer<String>> txt(String name) {
    return ask(name, Type.TXT, DnsjavaDns::text);
  }

  @Override
  public CompletionStage<Answer<Bytes>> raw(String name, int type) {
    return ask(name, type, record -> Optional.of(Bytes.wrap(record.rdataToWireCanonical())));
  }

  @Override
  public CompletionStage<Answer<InetAddress>> addresses(String host) {
    Optional<List<InetAddress>> known = withoutAsking(host);
    if (known.isPresent()) {
      return CompletableFuture.completedFuture(new Answer.Found<>(known.get(), LONGEST, true));
    }
    return this.<InetAddress>ask(host, Type.A, DnsjavaDns::address)
        .thenCombine(this.<InetAddress>ask(host, Type.AAAA, DnsjavaDns::address), DnsjavaDns::both);
  }

  private static Optional<List<InetAddress>> withoutAsking(String host) {
    String name = trimmed(host);
    if (name.equals("localhost") || name.endsWith(".localhost")) {
      return Optional.of(List.of(InetAddress.ofLiteral("127.0.0.1"), InetAddress.ofLiteral("::1")));
    }
    try {
      return Optional.of(List.of(InetAddress.ofLiteral(host)));
    } catch (IllegalArgumentException aName) {
      return Optional.empty();
    }
  }

  /// One answer of an IPv4 and an IPv6 one: what was found counts, and a failure hides a "none".
  private static Answer<InetAddress> both(Answer<InetAddress> four, Answer<InetAddress> six) {
    if (four instanceof Answer.Found<InetAddress> a && six instanceof Answer.Found<InetAddress> b) {
      List<InetAddress> all = new ArrayList<>(a.records());
      all.addAll(b.records());
      return new Answer.Found<>(all, shorter(a.ttl(), b.ttl()), a.secure() && b.secure());
    }
    if (four instanceof Answer.Found<InetAddress>) {
      return four;
    }
    if (six instanceof Answer.Found<InetAddress>) {
      return six;
    }
    if (four instanceof Answer.None<InetAddress> a && six instanceof Answer.None<InetAddress> b) {
      return new Answer.None<>(
          a.nameExists() && b.nameExists(), shorter(a.ttl(), b.ttl()), a.secure() && b.secure());
    }
    return four instanceof Answer.Failed<InetAddress> ? four : six;
  }

  private <T> CompletionStage<Answer<T>> ask(
      String name, int type, Function<Record, Optional<T>> reading) {
    Name absolute;
    try {
      absolute = Name.concatenate(Name.fromString(trimmed(name)), Name.root);
    } catch (TextParseException | org.xbill.DNS.NameTooLongException noName) {
      return CompletableFuture.completedFuture(new Answer.None<>(false, LONGEST, false));
    }
    return records(new Question(absolute, type)).thenApply(answer -> read(answer, reading));
  }

  private CompletionStage<Answer<Record>> records(Question question) {
    Answer<Record> cached = cache.getIfPresent(question);
    if (cached != null) {
      return CompletableFuture.completedFuture(cached);
    }
    if (inFlight.size() >= MAX_IN_FLIGHT) {
      return CompletableFuture.completedFuture(new Answer.Failed<>("too many look-ups at a time"));
    }
    CompletableFuture<Answer<Record>> mine = new CompletableFuture<>();
    CompletableFuture<Answer<Record>> others = inFlight.putIfAbsent(question, mine);
    if (others != null) {
      return others;
    }
    send(question)
        .whenComplete((answer, failure) -> {
          Answer<Record> outcome =
              failure == null
                  ? answer
                  : new Answer.Failed<>(question + ": " + rootMessage(failure));
          cache.put(question, outcome);
          inFlight.remove(question, mine);
          mine.complete(outcome);
        });
    return mine;
  }

  private CompletionStage<Answer<Record>> send(Question question) {
    try {
      Record asked = Record.newRecord(question.name(), question.type(), DClass.IN);
      return resolver.sendAsync(Message.newQuery(asked)).thenApply(reply -> judge(question, reply));
    } catch (RuntimeException broken) {
      return CompletableFuture.failedFuture(broken);
    }
  }

  private Answer<Record> judge(Question question, Message reply) {
    boolean secure = secureByFlag && reply.getHeader().getFlag(Flags.AD);
    int code = reply.getRcode();
    if (code != Rcode.NOERROR && code != Rcode.NXDOMAIN) {
      return new Answer.Failed<>(question + ": " + Rcode.string(code));
    }
    List<Record> section = reply.getSection(Section.ANSWER);
    Name owner = question.name();
    long ttl = LONGEST.toSeconds();
    Set<Name> seen = new HashSet<>();
    while (seen.add(owner) && seen.size() <= MAX_CNAMES) {
      Name here = owner;
      List<Record> found =
          section.stream()
              .filter(r -> r.getType() == question.type() && r.getName().equals(here))
              .limit(MAX_RECORDS)
              .toList();
      if (!found.isEmpty()) {
        long least = found.stream().mapToLong(Record::getTTL).min().orElse(ttl);
        return new Answer.Found<>(found, bounded(Math.min(ttl, least)), secure);
      }
      Optional<CNAMERecord> alias =
          section.stream()
              .filter(r -> r instanceof CNAMERecord && r.getName().equals(here))
              .map(CNAMERecord.class::cast)
              .findFirst();
      if (alias.isEmpty()) {
        break;
      }
      ttl = Math.min(ttl, alias.get().getTTL());
      owner = alias.get().getTarget();
    }
    return new Answer.None<>(code == Rcode.NOERROR, negativeTtl(reply), secure);
  }

  /// RFC 2308 §5: the lesser of the SOA's own TTL and its minimum.
  private static Duration negativeTtl(Message reply) {
    return reply.getSection(Section.AUTHORITY).stream()
        .filter(SOARecord.class::isInstance)
        .map(SOARecord.class::cast)
        .findFirst()
        .map(soa -> bounded(Math.min(soa.getTTL(), soa.getMinimum())))
        .orElse(NEGATIVE_WITHOUT_SOA);
  }

  private static Duration bounded(long seconds) {
    return Duration.ofSeconds(Math.clamp(seconds, SHORTEST.toSeconds(), LONGEST.toSeconds()));
  }

  private static Duration lifetime(Answer<Record> answer) {
    return switch (answer) {
      case Answer.Found<Record> found -> found.ttl();
      case Answer.None<Record> none -> none.ttl();
      case Answer.Failed<Record> failed -> FAILURE_KEPT;
    };
  }

  private static <T> Answer<T> read(Answer<Record> answer, Function<Record, Optional<T>> reading) {
    return switch (answer) {
      case Answer.Found<Record>(List<Record> records, Duration ttl, boolean secure) -> {
        List<T> values = records.stream().map(reading).flatMap(Optional::stream).toList();
        yield values.isEmpty()
            ? new Answer.None<>(true, ttl, secure)
            : new Answer.Found<>(values, ttl, secure);
      }
      case Answer.None<Record>(boolean exists, Duration ttl, boolean secure) ->
          new Answer.None<>(exists, ttl, secure);
      case Answer.Failed<Record>(String why) -> new Answer.Failed<>(why);
    };
  }

  private static Optional<Srv> srv(Record record) {
    return record instanceof SRVRecord srv
        ? Optional.of(
            new Srv(srv.getPriority(), srv.getWeight(), srv.getPort(), host(srv.getTarget())))
        : Optional.empty();
  }

  private static Optional<Mx> mx(Record record) {
    return record instanceof MXRecord mx
        ? Optional.of(new Mx(mx.getPriority(), host(mx.getTarget())))
        : Optional.empty();
  }

  private static Optional<String> text(Record record) {
    if (!(record instanceof TXTRecord txt)) {
      return Optional.empty();
    }
    StringBuilder joined = new StringBuilder();
    for (byte[] string : txt.getStringsAsByteArrays()) {
      joined.append(new String(string, StandardCharsets.UTF_8));
    }
    return Optional.of(joined.toString());
  }

  private static Optional<InetAddress> address(Record record) {
    return switch (record) {
      case ARecord a -> Optional.of(a.getAddress());
      case AAAARecord aaaa -> Optional.of(aaaa.getAddress());
      default -> Optional.empty();
    };
  }

  private static String host(Name target) {
    return target.equals(Name.root) ? "" : target.toString(true).toLowerCase(Locale.ROOT);
  }

  private static String trimmed(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
  }

  private static Duration shorter(Duration a, Duration b) {
    return a.compareTo(b) < 0 ? a : b;
  }

  private static String rootMessage(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    String message = cause.getMessage();
    return message == null ? cause.getClass().getSimpleName() : message;
  }

  private static Resolver resolver(DnsConfig config) {
    var servers =
        config.servers().isEmpty() ? ResolverConfig.getCurrentConfig().servers() : config.servers();
    List<Resolver> each = new ArrayList<>();
    for (var server : servers) {
      SimpleResolver one = new SimpleResolver(server);
      one.setTimeout(config.timeout());
      each.add(one);
    }
    ExtendedResolver all = new ExtendedResolver(each);
    all.setRetries(config.tries());
    all.setTimeout(config.timeout().multipliedBy((long) config.tries() * Math.max(1, each.size())));
    return switch (config.dnssec()) {
      case NONE -> all;
      case TRUST_RESOLVER -> {
        all.setEDNS(0, SimpleResolver.DEFAULT_EDNS_PAYLOADSIZE, ExtendedFlags.DO, List.of());
        yield all;
      }
      case VALIDATE -> validating(all);
    };
  }

  private static Resolver validating(Resolver head) {
    ValidatingResolver validating = new ValidatingResolver(head);
    try {
      validating.loadTrustAnchors(
          new ByteArrayInputStream(ROOT_KEYS.getBytes(StandardCharsets.US_ASCII)));
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return validating;
  }

  /// What is cached and coalesced by.
  private record Question(Name name, int type) {
    @Override
    public String toString() {
      return name + " " + Type.string(type);
    }
  }
}
