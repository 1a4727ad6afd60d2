package org.emsg.gateway.crypto;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import javax.crypto.KDF;
import javax.crypto.spec.HKDFParameterSpec;
import org.emsg.gateway.model.Bytes;

/// The Ed25519 keys under which we speak for aliases: derived from one master secret whenever they
/// are asked for, never stored (profile §8). Thread-safe.
public final class AliasKeys {
  public static final int SECRET_SIZE = 32;

  private static final byte VERSION = 1;
  private static final String ALGORITHM = "ed25519";
  private static final int KEPT_KEYS = 10_000;

  private final Bytes master;
  private final int epoch;
  private final Ed25519 ed25519;
  private final Cache<String, Ed25519.SigningKey> kept =
      Caffeine.newBuilder().maximumSize(KEPT_KEYS).build();

  /// @param epoch counts the rotations of the master secret's use: another epoch, other keys
  public AliasKeys(Bytes master, int epoch, Ed25519 ed25519) {
    if (master.size() < SECRET_SIZE) {
      throw new IllegalArgumentException("a master secret has at least 32 bytes");
    }
    this.master = master;
    this.epoch = epoch;
    this.ed25519 = ed25519;
  }

  /// The key of the alias `address`, in normal form: `dave__jabber.org#xmpp.example.org`.
  public Ed25519.SigningKey of(String address) {
    return kept.get(address, this::derive);
  }

  /// HKDF-SHA-256 (RFC 5869) with `version ‖ epoch ‖ algorithm ‖ 0 ‖ address` as its info.
  private Ed25519.SigningKey derive(String address) {
    byte[] algorithm = ALGORITHM.getBytes(StandardCharsets.US_ASCII);
    byte[] name = address.getBytes(StandardCharsets.UTF_8);
    ByteBuffer info = ByteBuffer.allocate(1 + 4 + algorithm.length + 1 + name.length);
    info.put(VERSION).putInt(epoch).put(algorithm).put((byte) 0).put(name);
    try {
      byte[] seed =
          KDF.getInstance("HKDF-SHA256")
              .deriveData(
                  HKDFParameterSpec.ofExtract()
                      .addIKM(master.toByteArray())
                      .thenExpand(info.array(), Ed25519.KEY_SIZE));
      return ed25519.fromSeed(Bytes.wrap(seed));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("JDK 25 has HKDF", e);
    }
  }
}
