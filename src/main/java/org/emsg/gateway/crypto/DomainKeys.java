package org.emsg.gateway.crypto;

import java.security.KeyPair;
import java.security.interfaces.RSAPrivateKey;
import java.security.interfaces.RSAPublicKey;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import org.emsg.gateway.model.Bytes;

/// The keys of our home domains: Ed25519 for EMSG (and DKIM), RSA of 2,048 bits for DKIM. Made at
/// the first start, as PKCS#8 in PEM under the key directory: `DOMAIN.ed25519.pem`,
/// `DOMAIN.rsa.pem`. Immutable.
public final class DomainKeys {
  private final Map<String, Pair> keys;

  private DomainKeys(Map<String, Pair> keys) {
    this.keys = keys;
  }

  /// Reads the keys of `domains`, and makes those that are missing.
  public static DomainKeys open(KeyFiles files, Ed25519 ed25519, Collection<String> domains) {
    Map<String, Pair> keys = new TreeMap<>();
    for (String domain : domains) {
      keys.put(domain, new Pair(openEd25519(files, ed25519, domain), openRsa(files, domain)));
    }
    return new DomainKeys(Map.copyOf(keys));
  }

  private static Ed25519.SigningKey openEd25519(KeyFiles files, Ed25519 ed25519, String domain) {
    Bytes pem =
        files.loadOrCreate(
            domain + ".ed25519.pem",
            () -> {
              Bytes seed = ed25519.generate(files.random()).seed();
              return Bytes.utf8(Der.privateKeyPem(Der.ed25519Pkcs8(seed.view())));
            });
    return ed25519.fromSeed(Bytes.wrap(Der.ed25519Seed(Der.fromPrivateKeyPem(pem.asUtf8()))));
  }

  private static KeyPair openRsa(KeyFiles files, String domain) {
    Bytes pem =
        files.loadOrCreate(
            domain + ".rsa.pem",
            () -> {
              KeyPair fresh = RsaSignatures.generate(RsaSignatures.MIN_BITS, files.random());
              return Bytes.utf8(Der.privateKeyPem(fresh.getPrivate().getEncoded()));
            });
    return RsaSignatures.pair(Der.fromPrivateKeyPem(pem.asUtf8()));
  }

  /// The domain's EMSG key.
  ///
  /// @throws IllegalArgumentException if `domain` is none of ours
  public Ed25519.SigningKey ed25519(String domain) {
    return pair(domain).ed25519();
  }

  /// The domain's private DKIM key.
  ///
  /// @throws IllegalArgumentException if `domain` is none of ours
  public RSAPrivateKey rsa(String domain) {
    return (RSAPrivateKey) pair(domain).rsa().getPrivate();
  }

  /// The domain's public DKIM key.
  ///
  /// @throws IllegalArgumentException if `domain` is none of ours
  public RSAPublicKey rsaPublic(String domain) {
    return (RSAPublicKey) pair(domain).rsa().getPublic();
  }

  private Pair pair(String domain) {
    Pair pair = keys.get(domain);
    if (pair == null) {
      throw new IllegalArgumentException("no keys for " + domain + ": it is no home domain");
    }
    return pair;
  }

  private record Pair(Ed25519.SigningKey ed25519, KeyPair rsa) {}
}
