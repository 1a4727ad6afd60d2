package org.emsg.gateway.smtp.auth;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.interfaces.RSAPrivateKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.emsg.gateway.crypto.RsaSignatures;
import org.emsg.gateway.fixtures.FakeClock;
import org.emsg.gateway.fixtures.FakeDns;
import org.emsg.gateway.fixtures.World;
import org.emsg.gateway.model.Bytes;
import org.emsg.gateway.model.Provenance.Check;
import org.emsg.gateway.net.Cidr;
import org.emsg.gateway.smtp.mime.MailHeaders;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class SenderChecksTest {
  private static final String MAIL =
      """
      From: Erin <erin@mail.test>
      To: alice@a.test
      Subject: Lunch
      Date: Sun, 22 Nov 2026 11:59:00 +0000
      Message-ID: <m1@mail.test>

      Hello  Alice\s


      """
          .replace("\n", "\r\n");
  private static KeyPair key;
  private static KeyPair weak;

  private final FakeDns dns = new FakeDns();
  private final FakeClock clock = FakeClock.atNoon();

  @BeforeAll
  static void makeKeys() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    key = generator.generateKeyPair();
    generator.initialize(768);
    weak = generator.generateKeyPair();
  }

  private void publish(String name, KeyPair pair) {
    dns.txt(
        name, "v=DKIM1; p=" + Base64.getEncoder().encodeToString(pair.getPublic().getEncoded()));
  }

  private static DkimSigner.Key rsa(String domain) {
    return new DkimSigner.Key(
        "rsa-sha256",
        domain,
        "s1",
        bytes -> RsaSignatures.sign((RSAPrivateKey) key.getPrivate(), bytes));
  }

  private static String signed(String mail, String domain) {
    return signed(mail, rsa(domain));
  }

  private static String signed(String mail, DkimSigner.Key... keys) {
    return signed(mail, World.NOON, keys);
  }

  private static String signedAt(Instant when) {
    return signed(MAIL, when, rsa("mail.test"));
  }

  private static String signed(String mail, Instant when, DkimSigner.Key... keys) {
    byte[] content = mail.getBytes(StandardCharsets.UTF_8);
    byte[] field =
        DkimSigner.sign(MailHeaders.parse(content).orElseThrow(), content, when, List.of(keys));
    return new String(field, StandardCharsets.US_ASCII) + mail;
  }

  private SenderChecks.Result check(String mail, String client, String reversePath, String author) {
    byte[] content = mail.getBytes(StandardCharsets.UTF_8);
    return new SenderChecks(dns, clock, List.of(Cidr.parse("10.0.0.0/8")), Duration.ofSeconds(5))
        .check(
            new SenderChecks.Subject(
                InetAddress.ofLiteral(client),
                "mx.mail.test",
                reversePath,
                Optional.empty(),
                MailHeaders.parse(content).orElseThrow(),
                Bytes.wrap(content),
                author));
  }

  private SenderChecks.Result check(String mail) {
    return check(mail, "192.0.2.1", "erin@mail.test", "mail.test");
  }

  private static String result(SenderChecks.Result result, String name) {
    return result.checks().stream()
        .filter(check -> check.name().equals(name))
        .map(Check::result)
        .findFirst()
        .orElse("");
  }

  @Test
  void aSignatureOfTheAuthorsDomainVouches() {
    publish("s1._domainkey.mail.test", key);

    SenderChecks.Result result = check(signed(MAIL, "mail.test"));

    assertThat(result(result, "dkim")).isEqualTo("pass");
    assertThat(result.aligned()).isTrue();
  }

  @Test
  void aChangedWordAnywhereBreaksIt() {
    publish("s1._domainkey.mail.test", key);
    String signed = signed(MAIL, "mail.test");

    for (String changed :
        List.of(
            signed.replace("Hello", "Hallo"),
            signed.replace("Subject: Lunch", "Subject: Dinner"),
            signed.replace("From: Erin", "From: Eve"),
            signed.replace("\r\nTo:", "\r\nSubject: another\r\nTo:"),
            signed.replace("t=", "t=1"))) {
      assertThat(check(changed).aligned()).as(changed).isFalse();
    }
    // White space that servers change on the way does not (relaxed).
    assertThat(check(signed.replace("Hello  Alice ", "Hello Alice")).aligned()).isTrue();
  }

  @Test
  void aSignatureOfSomebodyElseDoesNotVouch() {
    publish("s1._domainkey.evil.test", key);

    SenderChecks.Result result = check(signed(MAIL, "evil.test"));

    assertThat(result(result, "dkim")).isEqualTo("pass");
    assertThat(result.aligned()).isFalse();
  }

  @Test
  void weakKeysAndOldHashesAndHalfBodiesDoNotCount() {
    publish("s1._domainkey.mail.test", weak);
    assertThat(check(signed(MAIL, "mail.test")).aligned()).isFalse();
    dns.forget("s1._domainkey.mail.test");
    publish("s1._domainkey.mail.test", key);
    String signed = signed(MAIL, "mail.test");
    assertThat(check(signed.replace("rsa-sha256", "rsa-sha1")).aligned()).isFalse();
    assertThat(check(signed.replace("; t=", "; l=5; t=")).aligned()).isFalse();
  }

  @Test
  void whatCannotBeCheckedNeitherVouchesNorAccuses() {
    publish("s1._domainkey.mail.test", key);
    DkimSigner.Key ed25519 =
        new DkimSigner.Key("ed25519-sha256", "mail.test", "ed", _ -> new byte[64]);

    SenderChecks.Result alone = check(signed(MAIL, ed25519));
    assertThat(result(alone, "dkim")).isEqualTo("neutral");
    assertThat(alone.aligned()).isFalse();

    SenderChecks.Result beside = check(signed(MAIL, ed25519, rsa("mail.test")));
    assertThat(beside.checks().stream().map(Check::result)).contains("neutral", "pass");
    assertThat(beside.aligned()).isTrue();
  }

  @Test
  void aSignatureThatIsNoneIsAnErrorOfItsOwn() {
    for (String nonsense :
        List.of(
            "v=1; a=ed25519-sha256; d=mail.test; s=s1",
            "v=1; a=ed25519-sha256; d=mail.test; s=s1; h=from; bh=; b=; x=soon",
            "v=1; a=rsa-sha256; d=mail.test; s=s1; h=from; bh=; b=; t=now",
            "nonsense")) {
      SenderChecks.Result result = check("DKIM-Signature: " + nonsense + "\r\n" + MAIL);

      assertThat(result(result, "dkim")).as(nonsense).isIn("permerror", "fail");
      assertThat(result.uncertain()).isFalse();
    }
  }

  @Test
  void spfOfTheEnvelopeSenderVouchesForItsOwnDomain() {
    dns.txt("mail.test", "v=spf1 ip4:192.0.2.0/24 -all");

    assertThat(check(MAIL).aligned()).isTrue();
    assertThat(result(check(MAIL), "spf")).isEqualTo("pass");
    assertThat(check(MAIL, "198.51.100.1", "erin@mail.test", "mail.test").aligned()).isFalse();
    assertThat(check(MAIL, "192.0.2.1", "erin@mail.test", "bank.test").aligned()).isFalse();
  }

  @Test
  void spfFollowsIncludesAndMx() {
    dns.txt("mail.test", "v=spf1 include:hoster.test mx -all")
        .txt("hoster.test", "v=spf1 ip6:2001:db8::/32 -all")
        .mx("mail.test", 10, "mx.mail.test")
        .address("mx.mail.test", "192.0.2.7");

    assertThat(check(MAIL, "2001:db8::1", "erin@mail.test", "mail.test").aligned()).isTrue();
    assertThat(result(check(MAIL, "192.0.2.7", "erin@mail.test", "mail.test"), "spf"))
        .isEqualTo("pass");
    assertThat(result(check(MAIL, "192.0.2.8", "erin@mail.test", "mail.test"), "spf"))
        .isEqualTo("fail");
  }

  @Test
  void spfThatNeverEndsIsAnErrorAndSoon() {
    for (int i = 0; i < 30; i++) {
      dns.txt("l" + i + ".test", "v=spf1 include:l" + (i + 1) + ".test -all");
    }
    dns.txt("mail.test", "v=spf1 include:l0.test -all");
    dns.txt("self.test", "v=spf1 include:self.test -all");

    assertThat(result(check(MAIL), "spf")).isEqualTo("permerror");
    assertThat(dns.asked()).hasSizeLessThan(40);
    assertThat(check(MAIL, "192.0.2.1", "erin@self.test", "mail.test").aligned()).isFalse();
  }

  @Test
  void aDomainOfOneOrganisationVouchesForAnother() {
    publish("s1._domainkey.news.mail.test", key);
    String signed = signed(MAIL, "news.mail.test");
    assertThat(check(signed).aligned()).as("nobody says what the organisation is").isFalse();

    dns.txt("_dmarc.mail.test", "v=DMARC1; p=none");
    assertThat(check(signed).aligned()).isTrue();
  }

  @Test
  void theOwnerOfASuffixDoesNotVouchForThoseBelow() {
    dns.txt("_dmarc.host.test", "v=DMARC1; p=none; psd=y");
    publish("s1._domainkey.evil.host.test", key);
    publish("s1._domainkey.host.test", key);

    String mail = MAIL.replace("erin@mail.test", "erin@good.host.test");
    assertThat(check(signed(mail, "evil.host.test"), "192.0.2.1", "", "good.host.test").aligned())
        .isFalse();
    assertThat(check(signed(mail, "host.test"), "192.0.2.1", "", "good.host.test").aligned())
        .isFalse();
  }

  @Test
  void strictMeansTheVeryDomain() {
    dns.txt("_dmarc.mail.test", "v=DMARC1; p=none; adkim=s");
    publish("s1._domainkey.news.mail.test", key);

    assertThat(check(signed(MAIL, "news.mail.test")).aligned()).isFalse();
  }

  @Test
  void obeysThePolicyOfTheDomainOrItsOrganisation() {
    dns.txt("_dmarc.mail.test", "v=DMARC1; p=reject; sp=none");
    assertThat(check(MAIL).unwanted()).isTrue();
    assertThat(check(MAIL, "192.0.2.1", "x@x.test", "sub.mail.test").unwanted()).isFalse();
    dns.forget("_dmarc.mail.test").txt("_dmarc.mail.test", "v=DMARC1; p=reject; t=y");
    assertThat(check(MAIL).unwanted()).isFalse();
    dns.txt("_dmarc.mail.test", "v=DMARC1; p=reject");
    assertThat(check(MAIL).unwanted()).as("two records count for none").isFalse();
  }

  @Test
  void aLongNameIsNotWalkedLabelByLabel() {
    check(MAIL, "192.0.2.1", "", "a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.mail.test");

    assertThat(dns.asked().stream().filter(question -> question.contains("_dmarc"))).hasSize(8);
  }

  @Test
  void whatCannotBeFoundOutNowIsUncertain() {
    dns.failing("s1._domainkey.mail.test");
    assertThat(check(signed(MAIL, "mail.test")).uncertain()).isTrue();
    dns.failing("mail.test");
    assertThat(check(MAIL).uncertain()).isTrue();
  }

  @Test
  void theDnsOfOthersPutsNothingOff() {
    dns.failing("s1._domainkey.list.test").failing("list.test");

    SenderChecks.Result result =
        check(signed(MAIL, "list.test"), "192.0.2.1", "erin-bounces@list.test", "mail.test");

    assertThat(result(result, "dkim")).isEqualTo("temperror");
    assertThat(result(result, "spf")).isEqualTo("temperror");
    assertThat(result.uncertain()).isFalse();
    assertThat(result(result, "dmarc")).isEqualTo("none");
  }

  @Test
  void keysAreAskedForBeforeAnybodyIsWaitedFor() {
    String mail = signed(MAIL, rsa("list.test"), rsa("mail.test"));

    check(mail, "192.0.2.1", "erin-bounces@list.test", "mail.test");

    assertThat(dns.asked().subList(0, 2))
        .containsExactlyInAnyOrder("TXT s1._domainkey.list.test", "TXT s1._domainkey.mail.test");
    assertThat(dns.asked()).doesNotHaveDuplicates();
  }

  @Test
  void theDnsOfTheAuthorsOrganisationPutsItOff() {
    dns.txt("_dmarc.mail.test", "v=DMARC1; p=none")
        .failing("news.mail.test")
        .failing("s1._domainkey.news.mail.test");

    assertThat(check(signed(MAIL, "news.mail.test")).uncertain()).isTrue();
    assertThat(check(MAIL, "192.0.2.1", "x@news.mail.test", "mail.test").uncertain()).isTrue();
    dns.failing("_dmarc.mail.test");
    assertThat(check(MAIL, "192.0.2.1", "x@list.test", "mail.test").uncertain()).isTrue();
  }

  @Test
  void aSignersClockMayBeSomewhatAhead() {
    publish("s1._domainkey.mail.test", key);
    Instant now = clock.instant();

    for (int ahead : List.of(2, 299)) {
      assertThat(check(signedAt(now.plusSeconds(ahead))).aligned()).as("%d s", ahead).isTrue();
    }
    SenderChecks.Result late = check(signedAt(now.plusSeconds(301)));
    assertThat(result(late, "dkim")).isEqualTo("fail");
    assertThat(late.aligned()).isFalse();
  }

  @Test
  void timeIsThatOfOurClock() {
    publish("s1._domainkey.mail.test", key);
    Instant far = World.NOON.plus(Duration.ofDays(10_000));
    assertThat(check(signedAt(far)).aligned()).isFalse();

    clock.advance(Duration.ofDays(10_000));

    assertThat(check(signedAt(far)).aligned()).isTrue();
  }

  @Test
  void aServerInFrontVouchesForNobody() {
    dns.txt("mail.test", "v=spf1 ip4:10.1.2.3 ip4:192.0.2.1 -all");

    SenderChecks.Result result = check(MAIL, "10.1.2.3", "erin@mail.test", "mail.test");

    assertThat(result(result, "spf")).isEqualTo("none");
    assertThat(result.aligned()).isFalse();
    assertThat(check(MAIL, "192.0.2.1", "erin@mail.test", "mail.test").aligned()).isTrue();
  }
}
