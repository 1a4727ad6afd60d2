package org.emsg.gateway.net;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/// A private key and the certificate chain that goes with it, our own certificate first.
public record TlsIdentity(PrivateKey key, List<X509Certificate> chain) {
  private static final List<String> ALGORITHMS = List.of("RSA", "EC", "Ed25519");

  public TlsIdentity {
    chain = List.copyOf(chain);
    if (chain.isEmpty()) {
      throw new IllegalArgumentException("a TLS identity has a certificate");
    }
  }

  public X509Certificate certificate() {
    return chain.getFirst();
  }

  /// Reads a PEM chain and an unencrypted PKCS#8 key (`BEGIN PRIVATE KEY`), as certbot, lego and
  /// Caddy write them.
  ///
  /// @throws IOException where a file cannot be read or holds something else; says which and what
  public static TlsIdentity read(Path certificates, Path key) throws IOException {
    return new TlsIdentity(privateKey(key), certificates(certificates));
  }

  /// The certificates of a PEM file, in its order.
  public static List<X509Certificate> certificates(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      List<X509Certificate> chain =
          CertificateFactory.getInstance("X.509").generateCertificates(in).stream()
              .map(X509Certificate.class::cast)
              .toList();
      if (chain.isEmpty()) {
        throw new IOException(file + " holds no certificate");
      }
      return chain;
    } catch (GeneralSecurityException notOne) {
      throw new IOException(file + " holds no readable certificate", notOne);
    }
  }

  private static PrivateKey privateKey(Path file) throws IOException {
    var der =
        new PKCS8EncodedKeySpec(der(file, Files.readString(file, StandardCharsets.ISO_8859_1)));
    for (String algorithm : ALGORITHMS) {
      Optional<PrivateKey> read = privateKey(algorithm, der);
      if (read.isPresent()) {
        return read.get();
      }
    }
    throw new IOException(file + " holds a key that is neither RSA, EC nor Ed25519");
  }

  private static Optional<PrivateKey> privateKey(String algorithm, PKCS8EncodedKeySpec der)
      throws IOException {
    try {
      return Optional.of(KeyFactory.getInstance(algorithm).generatePrivate(der));
    } catch (InvalidKeySpecException ofAnotherKind) {
      return Optional.empty();
    } catch (GeneralSecurityException missing) {
      throw new IOException("this JDK has no " + algorithm + " keys", missing);
    }
  }

  private static byte[] der(Path file, String pem) throws IOException {
    String begin = "-----BEGIN PRIVATE KEY-----";
    int from = pem.indexOf(begin);
    int to = pem.indexOf("-----END PRIVATE KEY-----");
    if (from < 0 || to < from) {
      throw new IOException(
          file
              + " holds no unencrypted PKCS#8 key (BEGIN PRIVATE KEY); convert with: openssl pkcs8"
              + " -topk8 -nocrypt -in KEY");
    }
    try {
      return Base64.getMimeDecoder().decode(pem.substring(from + begin.length(), to));
    } catch (IllegalArgumentException notBase64) {
      throw new IOException(file + " is damaged between its BEGIN and END lines", notBase64);
    }
  }
}
