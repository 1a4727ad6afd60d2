package org.emsg.gateway.address;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.emsg.gateway.fixtures.RememberedAliases;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Network;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// What stops the start, and what the operator is told then.
class MappingFaultsTest {
  private static final String SOUND =
      """
      home: [a.test]
      faces:
        emsg: {xmpp: emsg.a.test, smtp: a.test}
        xmpp: xmpp.a.test
        smtp: mail.a.test
      discovery: [emsg, xmpp, smtp]
      rules:
        - match: "*#partner.test"
          network: xmpp
      """;

  /// A change of the sound file, and what is said about it.
  private record Fault(String name, String from, String to, String said) {}

  private static final List<Fault> FAULTS =
      List.of(
          new Fault(
              "an unknown network",
              "network: xmpp",
              "network: smpt",
              "line 9: rules[0].network: \"smpt\" is not one of emsg, xmpp, smtp"),
          new Fault(
              "an unknown setting",
              "network: xmpp",
              "netwrok: xmpp",
              "line 9: rules[0]: unknown setting netwrok; allowed here: match, network, reject,"
                  + " rewrite, strip-tag, transit"),
          new Fault(
              "a misspelled part of the file",
              "discovery:",
              "discover:",
              "line 6: unknown setting discover; allowed here: discovery, faces, home, rules"),
          new Fault(
              "no home domain",
              "home: [a.test]",
              "home: []",
              "line 1: home: [] is not a list of home domains"),
          new Fault("no home at all", "home: [a.test]\n", "", "home is missing"),
          new Fault(
              "a text where a list belongs",
              "home: [a.test]",
              "home: a.test",
              "line 1: home: \"a.test\" is not a list of home domains"),
          new Fault(
              "a home domain that is none",
              "home: [a.test]",
              "home: [a_b.test]",
              "line 1: \"a_b.test\" is not a domain name"),
          new Fault(
              "a pattern without a domain",
              "\"*#partner.test\"",
              "\"*\"",
              "line 8: rules[0].match: \"*\" is not user#domain in quotes"),
          new Fault(
              "two stars",
              "\"*#partner.test\"",
              "\"a*b*#partner.test\"",
              "line 8: rules[0].match: \"a*b*#partner.test\" is not user#domain in quotes"),
          new Fault(
              "a pattern without quotes",
              "\"*#partner.test\"",
              "*#partner.test",
              "line 8: not YAML"),
          new Fault(
              "a rule that does nothing",
              "\n    network: xmpp",
              "",
              "line 8: a rule says what happens: network, rewrite, reject, transit or strip-tag"),
          new Fault(
              "a rule that rejects and more",
              "network: xmpp",
              "network: xmpp\n    reject: \"403 no\"",
              "line 10: a rule that rejects does nothing else"),
          new Fault(
              "a rejection without a code",
              "network: xmpp",
              "reject: \"not from there\"",
              "line 9: rules[0].reject: \"not from there\" is not 403, 404 or 410, and a sentence"),
          new Fault(
              "a rejection with a temporary code",
              "network: xmpp",
              "reject: \"503 later\"",
              "line 9: rules[0].reject"),
          new Fault(
              "a transit from nowhere",
              "network: xmpp",
              "transit: {}",
              "line 9: rules[0].transit: from is missing"),
          new Fault(
              "a transit from what is no pattern",
              "network: xmpp",
              "transit: {from: [\"*#x.test\", \"everybody\"]}",
              "line 9: rules[0].transit.from[1]: \"everybody\" is not user#domain in quotes"),
          new Fault(
              "a star in a rewrite of one address",
              "match: \"*#partner.test\"\n    network: xmpp",
              "match: \"x#partner.test\"\n    rewrite: \"*#other.test\"",
              "line 9: a * needs a * in match"),
          new Fault(
              "a rewrite to ourselves through a network",
              "network: xmpp",
              "network: xmpp\n    rewrite: \"alice#emsg.a.test\"",
              "line 10: emsg.a.test is our own: leave network out"),
          new Fault(
              "a network for a face",
              "\"*#partner.test\"",
              "\"*#mail.a.test\"",
              "line 9: mail.a.test is our own on xmpp"),
          new Fault(
              "tags of a domain that is not ours",
              "network: xmpp",
              "strip-tag: true",
              "line 9: strip-tag is for addresses on a home domain"),
          new Fault(
              "a text for a boolean",
              "network: xmpp",
              "strip-tag: maybe",
              "line 9: rules[0].strip-tag: \"maybe\" is not true"),
          new Fault(
              "one face for two networks",
              "smtp: mail.a.test",
              "smtp: xmpp.a.test",
              "line 5: xmpp.a.test is the face of xmpp people already"),
          new Fault(
              "a home domain as the face of others",
              "smtp: mail.a.test",
              "smtp: A.Test.",
              "line 5: a.test is the home domain a.test already"),
          new Fault(
              "two home domains that name one face",
              "home: [a.test]",
              "home: [a.test, {domain: c.test, emsg: {xmpp: emsg.a.test}}]",
              "line 1: emsg.a.test is the face of home domain a.test already"),
          new Fault(
              "a home domain that is the face of another",
              "home: [a.test]",
              "home: [a.test, {domain: c.test, emsg: {smtp: a.test}}]",
              "line 1: a.test is the home domain a.test already"),
          new Fault(
              "a home domain named twice",
              "home: [a.test]",
              "home: [a.test, A.TEST]",
              "line 1: a.test is there twice in home"),
          new Fault(
              "faces of the first home domain in the wrong place",
              "home: [a.test]",
              "home: [{domain: a.test, emsg: {}}]",
              "line 1: the faces of the first home domain stand under faces"),
          new Fault(
              "a network twice in discovery",
              "[emsg, xmpp, smtp]",
              "[emsg, xmpp, emsg]",
              "line 6: discovery: an entry is there twice"),
          new Fault(
              "a setting twice", "discovery:", "home: [b.test]\ndiscovery:", "line 6: not YAML"),
          new Fault("nothing", SOUND, "", "line 1: the file is empty; it needs home and faces"),
          new Fault("no object", SOUND, "- a\n", "line 1:"),
          new Fault("no YAML", "faces:", "faces: [", "not YAML"));

  @TestFactory
  Stream<DynamicTest> namesTheLineAndWhatIsAllowed() {
    return FAULTS.stream().map(fault -> dynamicTest(fault.name(), () -> check(fault)));
  }

  private static void check(Fault fault) {
    assertThat(SOUND).contains(fault.from());
    String yaml = SOUND.replace(fault.from(), fault.to());
    assertThatExceptionOfType(MappingException.class)
        .isThrownBy(() -> MappedAddressing.of(yaml, new RememberedAliases()))
        .satisfies(e -> {
          assertThat(e.faults()).isNotEmpty();
          assertThat(e.getMessage()).contains(fault.said());
        });
  }

  @Test
  void theSoundFileIsSound() {
    assertThat(MappedAddressing.of(SOUND, new RememberedAliases()).homeDomains())
        .containsExactly("a.test");
  }

  @Test
  void namesAllFaultsInTheOrderOfTheLines() {
    String yaml = SOUND.replace("network: xmpp", "network: pigeon").replace("emsg,", "post,");
    assertThatExceptionOfType(MappingException.class)
        .isThrownBy(() -> MappedAddressing.of(yaml, new RememberedAliases()))
        .satisfies(
            e -> assertThat(e.faults()).extracting(MappingFault::line).containsExactly(6, 9));
  }

  @Test
  void theFileThatComesWithTheGatewayServesLocalhost() throws IOException {
    Addressing shipped =
        MappedAddressing.of(
            Files.readString(Path.of("mappings/addresses.yaml")), new RememberedAliases());
    assertThat(shipped.homeDomains()).containsExactly("localhost");
    assertThat(shipped.shownOn(Network.SMTP, new Address.Emsg("alice", "localhost")))
        .contains(new Address.Smtp("alice", "localhost", "alice"));
  }

  @Test
  void theRulesThatTheShippedFileTeachesAreSound() throws IOException {
    String shipped = Files.readString(Path.of("mappings/addresses.yaml"));
    String taught =
        shipped
            .substring(shipped.indexOf("# rules:"))
            .replaceAll("(?m)^# ", "")
            .replace("rules: []", "");
    Addressing addressing =
        MappedAddressing.of(
            shipped.substring(0, shipped.indexOf("# rules:")) + taught, new RememberedAliases());
    assertThat(addressing.rejected(new Address.Smtp("x", "spam.example", "x"))).isPresent();
  }
}
