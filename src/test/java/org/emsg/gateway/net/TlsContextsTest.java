package org.emsg.gateway.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.UnpooledByteBufAllocator;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.emsg.gateway.crypto.SelfSigned;
import org.emsg.gateway.fixtures.World;
import org.emsg.gateway.model.Bytes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TlsContextsTest {
  private static final Instant NOW = World.NOON;
  private static final SelfSigned OURS = selfSigned("b.test", "*.wild.test");
  private static final SelfSigned OTHER = selfSigned("b.test");

  private static final SelfSigned LEAF = selfSigned("leaf.test");

  private final TlsContexts server = contexts(OURS, List.of());
  private final TlsContexts trusting = contexts(OTHER, List.of(OURS.certificate()));
  private final TlsContexts strange = contexts(OTHER, List.of());

  @Test
  void aTrustedCertificateThatNamesThePeerIsTaken() {
    assertAccepted(trusting, PeerCheck.named("b.test"));
    assertAccepted(trusting, PeerCheck.named("other.test", "B.Test"));
    assertAccepted(trusting, PeerCheck.named("any.wild.test"));
  }

  @Test
  void aClientNeedsNoCertificateOfItsOwn() {
    TlsContexts client = TlsContexts.ofClient(new TrustedRoots(List.of(OURS.certificate())));
    assertAccepted(client, PeerCheck.named("b.test"));
    assertThatThrownBy(client::certificate).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void aCertificateOfAnotherNameIsRefused() {
    assertRefused(trusting, PeerCheck.named("c.test"));
    assertRefused(trusting, PeerCheck.named("x.b.test"));
    assertRefused(trusting, PeerCheck.named("wild.test"));
    assertRefused(trusting, PeerCheck.named("a.b.wild.test"));
  }

  @Test
  void aCertificateThatNobodyVouchesForIsRefused() {
    assertRefused(strange, PeerCheck.named("b.test"));
  }

  @Test
  void opportunisticTlsTakesAnyCertificate() {
    assertAccepted(strange, PeerCheck.opportunistic());
  }

  @Test
  void aTlsaRecordVouchesForOneCertificateAndForNoOther() throws Exception {
    byte[] key = OURS.certificate().getPublicKey().getEncoded();
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(key);
    Tlsa endEntity = tlsa(3, 1, 1, digest);
    assertAccepted(strange, new PeerCheck.Dane(List.of(endEntity), Set.of("unnamed.test")));
    digest[0]++;
    assertRefused(strange, new PeerCheck.Dane(List.of(tlsa(3, 1, 1, digest)), Set.of("b.test")));
  }

  @Test
  void aTlsaRecordOfAnAuthorityAsksForTheNameToo() throws Exception {
    Tlsa anchor = tlsa(2, 0, 0, OURS.certificate().getEncoded());
    assertAccepted(strange, new PeerCheck.Dane(List.of(anchor), Set.of("b.test")));
    assertRefused(strange, new PeerCheck.Dane(List.of(anchor), Set.of("c.test")));
  }

  @Test
  void aTlsaRecordOfATrustedAuthorityTakesWhatThatAuthorityIssued() throws Exception {
    X509Certificate issued = issuedBy(OURS, "b.test");
    TlsContexts both = contexts(OTHER, List.of(OURS.certificate(), OTHER.certificate()));
    PeerCheck ours = pkix(OURS.certificate(), "b.test");
    assertAccepted(serving(issued, OURS.certificate()), both, ours);
    assertAccepted(serving(issued), both, ours);
    assertRefused(serving(issued), both, pkix(OURS.certificate(), "c.test"));
    assertRefused(serving(issued), strange, ours);
  }

  @Test
  void anAuthorityThatIsOnlyPutIntoTheChainVouchesForNothing() throws Exception {
    X509Certificate issued = issuedBy(OURS, "b.test");
    TlsContexts both = contexts(OTHER, List.of(OURS.certificate(), OTHER.certificate()));
    PeerCheck others = pkix(OTHER.certificate(), "b.test");
    assertRefused(serving(issued, OURS.certificate(), OTHER.certificate()), both, others);
    assertRefused(serving(issued, OTHER.certificate()), both, others);
  }

  private static PeerCheck pkix(X509Certificate authority, String name) throws Exception {
    return new PeerCheck.Dane(List.of(tlsa(0, 0, 0, authority.getEncoded())), Set.of(name));
  }

  @Test
  void recordsOfUnknownKindsCountAsNotThere() {
    assertThat(Tlsa.parse(Bytes.wrap(new byte[] {9, 1, 1, 0}))).isEmpty();
    assertThat(Tlsa.parse(Bytes.wrap(new byte[] {3, 7, 1, 0}))).isEmpty();
    assertThat(Tlsa.parse(Bytes.wrap(new byte[] {3, 1}))).isEmpty();
    assertThat(Tlsa.parse(Bytes.wrap(new byte[] {-1, 1, 1, 0}))).isEmpty();
  }

  @Test
  void alpnNamesTheProtocolWhereBothKnowIt() throws Exception {
    SSLEngine ours = server.nettyServer("esmp").newEngine(UnpooledByteBufAllocator.DEFAULT);
    SSLEngine theirs =
        trusting
            .nettyClient(PeerCheck.named("b.test"), "esmp")
            .newEngine(UnpooledByteBufAllocator.DEFAULT, "b.test", 5888);
    shakeHands(theirs, ours);
    assertThat(theirs.getApplicationProtocol()).isEqualTo("esmp");
    assertThat(ours.getSession().getProtocol()).isEqualTo("TLSv1.3");
  }

  @Test
  void aRenewedCertificateIsServedFromTheNextConnectionOn(@TempDir Path folder) throws Exception {
    Path chain = folder.resolve("chain.pem");
    Path key = folder.resolve("key.pem");
    write(chain, key, OURS);
    Instant[] now = {NOW};
    PemIdentity identity = new PemIdentity(chain, key, () -> now[0]);
    assertThat(identity.get().certificate()).isEqualTo(OURS.certificate());
    write(chain, key, OTHER);
    Files.setLastModifiedTime(key, FileTime.from(Instant.now().plusSeconds(5)));
    now[0] = NOW.plusSeconds(11);
    assertThat(identity.get().certificate()).isEqualTo(OTHER.certificate());
    Files.writeString(chain, "nothing of use");
    Files.setLastModifiedTime(chain, FileTime.from(Instant.now().plusSeconds(50)));
    now[0] = NOW.plusSeconds(30);
    assertThat(identity.get().certificate()).isEqualTo(OTHER.certificate());
  }

  @Test
  void anEncryptedKeyIsRefusedWithAWayOut(@TempDir Path folder) throws Exception {
    Path chain = folder.resolve("chain.pem");
    Path key = folder.resolve("key.pem");
    write(chain, key, OURS);
    Files.writeString(key, "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END…\n");
    assertThatThrownBy(() -> TlsIdentity.read(chain, key)).hasMessageContaining("openssl pkcs8");
  }

  private void assertAccepted(TlsContexts client, PeerCheck check) {
    assertAccepted(server, client, check);
  }

  private void assertRefused(TlsContexts client, PeerCheck check) {
    assertRefused(server, client, check);
  }

  private static void assertAccepted(TlsContexts server, TlsContexts client, PeerCheck check) {
    assertThatCode(() -> netty(server, client, check)).doesNotThrowAnyException();
    assertThatCode(() -> jdk(server, client, check)).doesNotThrowAnyException();
  }

  private static void assertRefused(TlsContexts server, TlsContexts client, PeerCheck check) {
    assertThatThrownBy(() -> netty(server, client, check)).isInstanceOf(SSLException.class);
    assertThatThrownBy(() -> jdk(server, client, check)).isInstanceOf(SSLException.class);
  }

  private static void netty(TlsContexts server, TlsContexts client, PeerCheck check)
      throws Exception {
    UnpooledByteBufAllocator memory = UnpooledByteBufAllocator.DEFAULT;
    shakeHands(
        client.nettyClient(check).newEngine(memory, "sni.test", 1),
        server.nettyServer().newEngine(memory));
  }

  private static void jdk(TlsContexts server, TlsContexts client, PeerCheck check)
      throws Exception {
    SSLEngine theirs = client.client(check).createSSLEngine("sni.test", 1);
    theirs.setUseClientMode(true);
    SSLEngine ours = server.server().createSSLEngine();
    ours.setUseClientMode(false);
    shakeHands(theirs, ours);
  }

  /// Carries bytes between two engines until both have finished the handshake.
  private static void shakeHands(SSLEngine client, SSLEngine server) throws Exception {
    ByteBuffer toServer = ByteBuffer.allocate(64 << 10);
    ByteBuffer toClient = ByteBuffer.allocate(64 << 10);
    client.beginHandshake();
    server.beginHandshake();
    for (int i = 0; i < 200; i++) {
      step(client, toServer, toClient);
      step(server, toClient, toServer);
      if (done(client) && done(server) && toServer.position() == 0 && toClient.position() == 0) {
        return;
      }
    }
    throw new IllegalStateException("the handshake does not end");
  }

  private static boolean done(SSLEngine engine) {
    return engine.getHandshakeStatus() == HandshakeStatus.NOT_HANDSHAKING;
  }

  private static void step(SSLEngine engine, ByteBuffer out, ByteBuffer in) throws Exception {
    for (Runnable task = engine.getDelegatedTask();
        task != null;
        task = engine.getDelegatedTask()) {
      task.run();
    }
    if (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
      engine.wrap(ByteBuffer.allocate(0), out);
      return;
    }
    in.flip();
    SSLEngineResult result = engine.unwrap(in, ByteBuffer.allocate(64 << 10));
    in.compact();
    assertThat(result.getStatus()).isNotEqualTo(SSLEngineResult.Status.CLOSED);
  }

  private static Tlsa tlsa(int usage, int selector, int matching, byte[] data) {
    byte[] rdata = new byte[data.length + 3];
    rdata[0] = (byte) usage;
    rdata[1] = (byte) selector;
    rdata[2] = (byte) matching;
    System.arraycopy(data, 0, rdata, 3, data.length);
    return Tlsa.parse(Bytes.wrap(rdata)).orElseThrow();
  }

  private static TlsContexts contexts(SelfSigned identity, List<X509Certificate> trusted) {
    TlsIdentity us = new TlsIdentity(identity.key(), List.of(identity.certificate()));
    return new TlsContexts(() -> us, new TrustedRoots(trusted));
  }

  /// A server that presents `chain`, of which the first is for its key.
  private static TlsContexts serving(X509Certificate... chain) {
    TlsIdentity us = new TlsIdentity(LEAF.key(), List.of(chain));
    return new TlsContexts(() -> us, new TrustedRoots(List.of()));
  }

  /// A certificate for the key of `LEAF`.
  private static X509Certificate issuedBy(SelfSigned authority, String name) throws Exception {
    JcaX509v3CertificateBuilder builder =
        new JcaX509v3CertificateBuilder(
            authority.certificate(),
            BigInteger.TWO,
            authority.certificate().getNotBefore(),
            authority.certificate().getNotAfter(),
            new X500Principal("CN=" + name),
            LEAF.certificate().getPublicKey());
    builder.addExtension(
        Extension.subjectAlternativeName,
        false,
        new GeneralNames(new GeneralName(GeneralName.dNSName, name)));
    return new JcaX509CertificateConverter()
        .getCertificate(
            builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(authority.key())));
  }

  private static SelfSigned selfSigned(String... names) {
    return SelfSigned.make(List.of(names), Instant.now(), Duration.ofDays(1), new SecureRandom());
  }

  private static void write(Path chain, Path key, SelfSigned identity) throws Exception {
    Files.writeString(chain, pem("CERTIFICATE", identity.certificate().getEncoded()));
    Files.writeString(key, pem("PRIVATE KEY", identity.key().getEncoded()));
  }

  private static String pem(String kind, byte[] der) {
    String body =
        Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII)).encodeToString(der);
    return "-----BEGIN " + kind + "-----\n" + body + "\n-----END " + kind + "-----\n";
  }
}
