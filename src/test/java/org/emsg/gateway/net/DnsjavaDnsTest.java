package org.emsg.gateway.net;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.benmanes.caffeine.cache.Ticker;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import org.emsg.gateway.model.Bytes;
import org.emsg.gateway.net.Dns.Answer;
import org.junit.jupiter.api.Test;
import org.xbill.DNS.EDNSOption;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Header;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Resolver;
import org.xbill.DNS.Section;
import org.xbill.DNS.TSIG;
import org.xbill.DNS.Type;

class DnsjavaDnsTest {
  private static final String SOA =
      "b.test. 600 IN SOA ns.b.test. root.b.test. 1 7200 3600 1209600 60";

  private final ScriptedResolver resolver = new ScriptedResolver();
  private final AtomicLong nanos = new AtomicLong();
  private final Ticker ticker = nanos::get;
  private final DnsjavaDns dns = new DnsjavaDns(resolver, true, 100, ticker);

  @Test
  void readsSrvRecordsWithTheirTtl() {
    resolver.answer(
        "_emsg-server._tcp.b.test.",
        Type.SRV,
        false,
        "_emsg-server._tcp.b.test. 300 IN SRV 10 5 5888 One.b.test.",
        "_emsg-server._tcp.b.test. 120 IN SRV 20 0 5889 two.b.test.");
    assertThat(now(dns.srv("_emsg-server._tcp.B.test")))
        .isEqualTo(
            new Answer.Found<>(
                List.of(
                    new Dns.Srv(10, 5, 5888, "one.b.test"), new Dns.Srv(20, 0, 5889, "two.b.test")),
                Duration.ofMinutes(2),
                false));
  }

  @Test
  void followsAnAliasAndTakesTheShortestTtlOfTheChain() {
    resolver.answer(
        "www.b.test.",
        Type.A,
        true,
        "www.b.test. 30 IN CNAME host.c.test.",
        "host.c.test. 300 IN A 192.0.2.7");
    resolver.none("www.b.test.", Type.AAAA, Rcode.NOERROR);
    assertThat(now(dns.addresses("www.b.test")))
        .isEqualTo(
            new Answer.Found<>(
                List.of(InetAddress.ofLiteral("192.0.2.7")), Duration.ofSeconds(30), true));
  }

  @Test
  void anAliasThatRunsInACircleEnds() {
    resolver.answer(
        "a.b.test.",
        Type.TXT,
        false,
        "a.b.test. 30 IN CNAME b.b.test.",
        "b.b.test. 30 IN CNAME a.b.test.");
    assertThat(now(dns.txt("a.b.test"))).isInstanceOf(Answer.None.class);
  }

  @Test
  void tellsNoSuchNameFromNoSuchRecordFromFailure() {
    resolver.none("gone.b.test.", Type.MX, Rcode.NXDOMAIN);
    resolver.none("there.b.test.", Type.MX, Rcode.NOERROR);
    resolver.none("broken.b.test.", Type.MX, Rcode.SERVFAIL);
    Duration minimum = Duration.ofSeconds(60);
    assertThat(now(dns.mx("gone.b.test"))).isEqualTo(new Answer.None<>(false, minimum, false));
    assertThat(now(dns.mx("there.b.test"))).isEqualTo(new Answer.None<>(true, minimum, false));
    assertThat(now(dns.mx("broken.b.test")))
        .isEqualTo(new Answer.Failed<>("broken.b.test. MX: SERVFAIL"));
  }

  @Test
  void aFailureOfOneFamilyHidesNoAddressOfTheOtherAndNoneIsNotMadeOfIt() {
    resolver.answer("half.b.test.", Type.A, false, "half.b.test. 60 IN A 192.0.2.7");
    resolver.none("half.b.test.", Type.AAAA, Rcode.SERVFAIL);
    resolver.none("bad.b.test.", Type.A, Rcode.NOERROR);
    resolver.none("bad.b.test.", Type.AAAA, Rcode.SERVFAIL);
    assertThat(now(dns.addresses("half.b.test")).orNone()).hasSize(1);
    assertThat(now(dns.addresses("bad.b.test"))).isInstanceOf(Answer.Failed.class);
  }

  @Test
  void answersAreKeptForTheirTtlAndAskedAnewAfter() {
    resolver.answer("b.test.", Type.MX, false, "b.test. 300 IN MX 10 mail.b.test.");
    assertThat(now(dns.mx("b.test")).orNone()).containsExactly(new Dns.Mx(10, "mail.b.test"));
    pass(Duration.ofSeconds(299));
    now(dns.mx("b.test"));
    assertThat(resolver.asked).hasSize(1);
    pass(Duration.ofSeconds(2));
    now(dns.mx("b.test"));
    assertThat(resolver.asked).hasSize(2);
  }

  @Test
  void thatThereIsNoneIsKeptForTheSoaMinimumAndAFailureForSeconds() {
    resolver.none("gone.b.test.", Type.MX, Rcode.NXDOMAIN);
    resolver.none("broken.b.test.", Type.MX, Rcode.SERVFAIL);
    now(dns.mx("gone.b.test"));
    now(dns.mx("broken.b.test"));
    pass(Duration.ofSeconds(6));
    now(dns.mx("gone.b.test"));
    now(dns.mx("broken.b.test"));
    assertThat(resolver.asked)
        .containsExactly("gone.b.test. MX", "broken.b.test. MX", "broken.b.test. MX");
    pass(Duration.ofSeconds(60));
    now(dns.mx("gone.b.test"));
    assertThat(resolver.asked).hasSize(4);
  }

  @Test
  void aQuestionInFlightIsAskedOnce() {
    CompletableFuture<Message> late = resolver.later("slow.b.test.", Type.TXT);
    CompletionStage<Answer<String>> first = dns.txt("slow.b.test");
    CompletionStage<Answer<String>> second = dns.txt("slow.b.test");
    assertThat(resolver.asked).hasSize(1);
    late.complete(
        message(
            "slow.b.test.",
            Type.TXT,
            Rcode.NOERROR,
            false,
            List.of("slow.b.test. 60 IN TXT \"v=spf1 \" \"-all\""),
            List.of()));
    assertThat(now(first).orNone()).containsExactly("v=spf1 -all");
    assertThat(now(second)).isEqualTo(now(first));
  }

  @Test
  void tooManyQuestionsAtATimeFailAtOnce() {
    for (int i = 0; i < DnsjavaDns.MAX_IN_FLIGHT; i++) {
      var _ = resolver.later("n" + i + ".test.", Type.TXT);
      dns.txt("n" + i + ".test");
    }
    assertThat(now(dns.txt("one-more.test")))
        .isEqualTo(new Answer.Failed<>("too many look-ups at a time"));
  }

  @Test
  void aResolverThatFailsIsAFailureNotAnException() {
    CompletableFuture<Message> late = resolver.later("lost.b.test.", Type.MX);
    late.completeExceptionally(new IOException("timed out"));
    assertThat(now(dns.mx("lost.b.test")))
        .isEqualTo(new Answer.Failed<>("lost.b.test. MX: timed out"));
  }

  @Test
  void readsPrivateTypesRaw() {
    int emx = 65_389;
    resolver.answer("b.test.", emx, false, "b.test. 60 IN TYPE65389 \\# 5 000a 0161 00");
    assertThat(now(dns.raw("b.test", emx)).orNone())
        .containsExactly(Bytes.wrap(new byte[] {0, 10, 1, 'a', 0}));
  }

  @Test
  void literalsAndLocalhostAreNeverAskedFor() {
    assertThat(now(dns.addresses("192.0.2.1")).orNone())
        .containsExactly(InetAddress.ofLiteral("192.0.2.1"));
    assertThat(now(dns.addresses("::1")).orNone()).hasSize(1);
    assertThat(now(dns.addresses("LOCALHOST.")).orNone()).hasSize(2);
    assertThat(resolver.asked).isEmpty();
  }

  @Test
  void whatIsNoNameIsAnsweredThatThereIsNone() {
    assertThat(now(dns.mx("a..b"))).isInstanceOf(Answer.None.class);
    assertThat(now(dns.mx("x".repeat(64) + ".test"))).isInstanceOf(Answer.None.class);
    assertThat(now(dns.mx(("x".repeat(60) + ".").repeat(5)))).isInstanceOf(Answer.None.class);
    assertThat(resolver.asked).isEmpty();
  }

  @Test
  void theAdFlagCountsOnlyWhereItIsTrusted() {
    resolver.answer("b.test.", Type.MX, true, "b.test. 300 IN MX 10 mail.b.test.");
    assertThat(now(dns.mx("b.test"))).extracting("secure").isEqualTo(true);
    assertThat(now(new DnsjavaDns(resolver, false, 100, ticker).mx("b.test")))
        .extracting("secure")
        .isEqualTo(false);
  }

  private void pass(Duration time) {
    nanos.addAndGet(time.toNanos());
  }

  private static <T> Answer<T> now(CompletionStage<Answer<T>> stage) {
    CompletableFuture<Answer<T>> future = stage.toCompletableFuture();
    assertThat(future).isDone();
    return future.join();
  }

  private static Message message(
      String name, int type, int code, boolean secure, List<String> answers, List<String> more) {
    try {
      Message reply = Message.newQuery(Record.newRecord(Name.fromString(name), type, 1));
      Header header = reply.getHeader();
      header.setFlag(Flags.QR);
      header.setRcode(code);
      if (secure) {
        header.setFlag(Flags.AD);
      }
      for (String line : answers) {
        reply.addRecord(record(line), Section.ANSWER);
      }
      for (String line : more) {
        reply.addRecord(record(line), Section.AUTHORITY);
      }
      return reply;
    } catch (IOException wrong) {
      throw new IllegalArgumentException(wrong);
    }
  }

  private static Record record(String line) throws IOException {
    String[] parts = line.split(" ", 5);
    return Record.fromString(
        Name.fromString(parts[0]),
        Type.value(parts[3], true),
        1,
        Long.parseLong(parts[1]),
        parts[4],
        Name.root);
  }

  /// A resolver that answers from a script, on the caller's thread.
  private static final class ScriptedResolver implements Resolver {
    private final Map<String, Message> script = new ConcurrentHashMap<>();
    private final Map<String, Deque<CompletableFuture<Message>>> open = new ConcurrentHashMap<>();
    private final List<String> asked = new ArrayList<>();

    void answer(String name, int type, boolean secure, String... records) {
      script.put(
          name + " " + Type.string(type),
          message(name, type, Rcode.NOERROR, secure, List.of(records), List.of()));
    }

    void none(String name, int type, int code) {
      script.put(
          name + " " + Type.string(type),
          message(name, type, code, false, List.of(), List.of(SOA)));
    }

    CompletableFuture<Message> later(String name, int type) {
      CompletableFuture<Message> late = new CompletableFuture<>();
      open.computeIfAbsent(name + " " + Type.string(type), k -> new ArrayDeque<>()).add(late);
      return late;
    }

    @Override
    public CompletionStage<Message> sendAsync(Message query) {
      Record question = query.getQuestion();
      String key = question.getName() + " " + Type.string(question.getType());
      asked.add(key);
      Deque<CompletableFuture<Message>> waiting = open.get(key);
      if (waiting != null) {
        return waiting.remove();
      }
      Message scripted = script.get(key);
      return scripted == null
          ? CompletableFuture.failedFuture(new IOException("nobody expected " + key))
          : CompletableFuture.completedFuture(scripted);
    }

    @Override
    public CompletionStage<Message> sendAsync(Message query, Executor executor) {
      return sendAsync(query);
    }

    @Override
    public void setPort(int port) {}

    @Override
    public void setTCP(boolean flag) {}

    @Override
    public void setIgnoreTruncation(boolean flag) {}

    @Override
    public void setEDNS(int version, int payload, int flags, List<EDNSOption> options) {}

    @Override
    public void setTSIGKey(TSIG key) {}

    @Override
    public void setTimeout(Duration timeout) {}
  }
}
