package org.emsg.gateway.crypto;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.security.SecureRandom;
import java.util.Optional;
import org.emsg.gateway.model.Bytes;

/// Ed25519 (RFC 8032), by Amazon Corretto's native library where it loads and by Bouncy Castle
/// elsewhere. The JDK's own is never used: it verifies twenty times fewer signatures a second.
///
/// Thread-safe. Public keys that were seen lately are kept in parsed form. Keys of small order and
/// points off the curve are no keys here: nothing verifies under them.
public final class Ed25519 {
  public static final int KEY_SIZE = 32;
  public static final int SIGNATURE_SIZE = 64;

  private static final int KEPT_KEYS = 20_000;

  private final Ed25519Engine engine;
  private final Cache<Bytes, Optional<Ed25519Engine.Verifier>> verifiers =
      Caffeine.newBuilder().maximumSize(KEPT_KEYS).build();

  private Ed25519(Ed25519Engine engine) {
    this.engine = engine;
  }

  /// The fastest that runs on this machine.
  public static Ed25519 best() {
    return Best.INSTANCE;
  }

  /// Bouncy Castle's, on any machine.
  public static Ed25519 bouncyCastle() {
    return new Ed25519(new BouncyCastleEd25519());
  }

  /// Who computes: `Corretto` or `Bouncy Castle`.
  public String provider() {
    return engine.name();
  }

  public SigningKey generate(SecureRandom random) {
    byte[] seed = new byte[KEY_SIZE];
    random.nextBytes(seed);
    return fromSeed(Bytes.wrap(seed));
  }

  /// The key pair of a 32-byte seed (RFC 8032 §5.1.5).
  public SigningKey fromSeed(Bytes seed) {
    if (seed.size() != KEY_SIZE) {
      throw new IllegalArgumentException("an Ed25519 seed has 32 bytes");
    }
    return new SigningKey(
        seed, BouncyCastleEd25519.publicKey(seed.view()), engine.signer(seed.view()));
  }

  /// Whether `publicKey` (32 raw bytes) is one that signatures can verify under.
  public boolean isPublicKey(Bytes publicKey) {
    return verifier(publicKey).isPresent();
  }

  /// Whether `signature` (64 bytes) over `message` is `publicKey`'s. False for anything malformed.
  public boolean verify(Bytes publicKey, byte[] message, byte[] signature) {
    if (signature.length != SIGNATURE_SIZE) {
      return false;
    }
    return verifier(publicKey).map(key -> key.verify(message, signature)).orElse(false);
  }

  private Optional<Ed25519Engine.Verifier> verifier(Bytes publicKey) {
    if (publicKey.size() != KEY_SIZE) {
      return Optional.empty();
    }
    Optional<Ed25519Engine.Verifier> kept = verifiers.getIfPresent(publicKey);
    if (kept != null) {
      return kept;
    }
    Optional<Ed25519Engine.Verifier> parsed =
        BouncyCastleEd25519.isSafePublicKey(publicKey.view())
            ? Optional.of(engine.verifier(publicKey.view()))
            : Optional.empty();
    verifiers.put(publicKey, parsed);
    return parsed;
  }

  /// A key pair. `toString` does not show it.
  public static final class SigningKey {
    private final Bytes seed;
    private final Bytes publicKey;
    private final Ed25519Engine.Signer signer;

    private SigningKey(Bytes seed, Bytes publicKey, Ed25519Engine.Signer signer) {
      this.seed = seed;
      this.publicKey = publicKey;
      this.signer = signer;
    }

    /// The 32 secret bytes.
    public Bytes seed() {
      return seed;
    }

    /// The 32 public bytes.
    public Bytes publicKey() {
      return publicKey;
    }

    /// 64 bytes, the same for the same message.
    public byte[] sign(byte[] message) {
      return signer.sign(message);
    }

    @Override
    public String toString() {
      return "SigningKey[public " + publicKey.asHex() + "]";
    }
  }

  private static final class Best {
    static final Ed25519 INSTANCE =
        new Ed25519(CorrettoEd25519.load().orElseGet(BouncyCastleEd25519::new));
  }
}
