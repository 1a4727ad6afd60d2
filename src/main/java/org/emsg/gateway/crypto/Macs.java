package org.emsg.gateway.crypto;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.emsg.gateway.model.Bytes;

/// HMAC-SHA-256 under one stored secret: how we know again what we ourselves gave out. Each purpose
/// has MACs of its own, so that one kind is never good for another. Thread-safe.
public final class Macs {
  public static final int SECRET_SIZE = 32;

  private static final String ALGORITHM = "HmacSHA256";

  private final SecretKeySpec key;

  public Macs(Bytes secret) {
    if (secret.size() < SECRET_SIZE) {
      throw new IllegalArgumentException("a MAC secret has at least 32 bytes");
    }
    this.key = new SecretKeySpec(secret.toByteArray(), ALGORITHM);
  }

  /// The 32 bytes of the MAC of `text` for `purpose`, which has no NUL in it.
  public byte[] mac(String purpose, String text) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      mac.update(purpose.getBytes(StandardCharsets.UTF_8));
      mac.update((byte) 0);
      return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has HMAC-SHA-256", e);
    }
  }

  /// Whether `tag` begins the MAC of `text`; in a time that does not tell how much of it does. A
  /// tag of fewer than 8 bytes is none.
  public boolean matches(String purpose, String text, byte[] tag) {
    byte[] whole = mac(purpose, text);
    if (tag.length < 8 || tag.length > whole.length) {
      return false;
    }
    return MessageDigest.isEqual(java.util.Arrays.copyOf(whole, tag.length), tag);
  }
}
