package org.emsg.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.emsg.gateway.address.Addressing;
import org.emsg.gateway.address.MappedAddressing;
import org.emsg.gateway.crypto.DomainKeys;
import org.emsg.gateway.crypto.Ed25519;
import org.emsg.gateway.crypto.KeyFiles;
import org.emsg.gateway.emsg.EsmpClient;
import org.emsg.gateway.fixtures.RememberedAliases;
import org.emsg.gateway.fixtures.World;
import org.emsg.gateway.net.TlsContexts;
import org.emsg.gateway.net.TrustedRoots;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/// The command line without a gateway.
class CommandLineTest {
  @TempDir Path data;
  private Optional<String> relay = Optional.empty();

  /// An installation in which no gateway runs.
  private final class Nothing implements Installation, Installation.Local {
    @Override
    public int run(Optional<Path> settings) {
      throw new AssertionError("nothing is to be started");
    }

    @Override
    public Local local(Optional<Path> settings) {
      return this;
    }

    @Override
    public Path data() {
      return data;
    }

    @Override
    public Addressing addressing() {
      return MappedAddressing.of(World.MAPPING, new RememberedAliases());
    }

    @Override
    public InetSocketAddress esmp() {
      return new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
    }

    @Override
    public TlsContexts tls() {
      return TlsContexts.ofClient(new TrustedRoots(List.of()));
    }

    @Override
    public DomainKeys domainKeys() {
      return DomainKeys.open(
          new KeyFiles(data, new SecureRandom()), Ed25519.best(), List.of("a.test"));
    }

    @Override
    public Optional<String> mailRelay() {
      return relay;
    }

    @Override
    public List<String> dkimSelectors() {
      return List.of("one", "two");
    }
  }

  private record Ran(int code, String text) {}

  private Ran run(String... arguments) {
    StringWriter text = new StringWriter();
    CommandLine line = EmsgGateway.of(new Nothing());
    line.setOut(new PrintWriter(text)).setErr(new PrintWriter(text));
    return new Ran(line.execute(arguments), text.toString());
  }

  private static void collect(CommandLine line, List<String> path, List<List<String>> into) {
    into.add(path);
    line.getSubcommands()
        .forEach((name, sub) -> {
          List<String> longer = new ArrayList<>(path);
          longer.add(name);
          collect(sub, longer, into);
        });
  }

  @Test
  void everyCommandTellsOfItself() {
    List<List<String>> commands = new ArrayList<>();
    collect(EmsgGateway.of(new Nothing()), List.of(), commands);
    assertThat(commands).contains(List.of("user"), List.of("key", "revoke"), List.of("run"));
    for (List<String> command : commands) {
      List<String> asked = new ArrayList<>(command);
      asked.add("--help");
      Ran ran = run(asked.toArray(String[]::new));
      assertThat(ran.code()).as("%s: %s", asked, ran.text()).isZero();
      assertThat(ran.text()).contains("Usage:");
    }
  }

  @Test
  void theSenderPolicyNamesTheRelayThatSends() {
    assertThat(run("dns", "a.test").text()).contains("\"v=spf1 mx -all\"");
    relay = Optional.of("127.0.0.1");
    assertThat(run("dns", "a.test").text()).contains("\"v=spf1 mx -all\"");
    relay = Optional.of("smtp.relay.test");
    assertThat(run("dns", "a.test").text())
        .contains("\"v=spf1 mx a:smtp.relay.test -all\"")
        .contains("it goes out through smtp.relay.test");
    relay = Optional.of("192.0.2.7");
    assertThat(run("dns", "a.test").text()).contains("\"v=spf1 mx ip4:192.0.2.7 -all\"");
    relay = Optional.of("2001:db8::7");
    assertThat(run("dns", "a.test").text()).contains("\"v=spf1 mx ip6:2001:db8::7 -all\"");
  }

  @Test
  void filesAreNamedWithWhereTheyAre() {
    ObjectNode message = chat().put("timestamp", 0).put("body", "look");
    var files = message.putArray("attachments");
    files
        .addObject()
        .put("name", "a\u001b.pdf")
        .put("media_type", "application/pdf")
        .put("size", 70_000)
        .put("url", "https://files.test/x");
    files
        .addObject()
        .put("name", "b.txt")
        .put("media_type", "text/plain")
        .put("size", 1)
        .put("data", "eA==");
    files.addObject().put("name", "c.bin").put("media_type", "a/b").put("size", 99_999);

    assertThat(printed(message).lines().skip(1).map(String::strip))
        .satisfiesExactly(
            first ->
                assertThat(first)
                    .startsWith("[file] a")
                    .endsWith(".pdf, application/pdf, 70000 bytes: https://files.test/x")
                    .doesNotContain("\u001b"),
            second ->
                assertThat(second)
                    .isEqualTo("[file] b.txt, text/plain, 1 bytes: in the message (--json has it)"),
            third -> assertThat(third).isEqualTo("[file] c.bin, a/b, 99999 bytes: not to be had"));
  }

  private static ObjectNode chat() {
    return JsonNodeFactory.instance.objectNode().put("type", "chat").put("sender", "bob#b.test");
  }

  private static String printed(ObjectNode message) {
    return ListenCommand.line(new EsmpClient.Received(1, message));
  }

  @Test
  void aMessageIsPrintedHoweverItsSenderSpellsIt() {
    assertThat(printed(chat().put("timestamp", 1610000000000L).put("content", "Hello!")))
        .isEqualTo("2021-01-07T06:13:20Z bob#b.test: Hello!");
    assertThat(printed(chat().put("timestamp", 1610000000L).put("body", "Hello!")))
        .isEqualTo("2021-01-07T06:13:20Z bob#b.test: Hello!");
    assertThat(printed(chat().put("timestamp", "2021-01-07T07:13:20+01:00").put("body", "Hi")))
        .isEqualTo("2021-01-07T06:13:20Z bob#b.test: Hi");
    assertThat(printed(chat().put("timestamp", "soon").put("body", "Hi")))
        .isEqualTo("(without a time) bob#b.test: Hi");
  }
}
