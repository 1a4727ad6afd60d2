package org.emsg.gateway.crypto;

import java.util.Base64;
import java.util.HexFormat;

/// The fixed DER forms of Ed25519 keys (RFC 8410 §4, §7), and PEM armour (RFC 7468).
final class Der {
  private static final byte[] PKCS8 = HexFormat.of().parseHex("302e020100300506032b657004220420");
  private static final byte[] SPKI = HexFormat.of().parseHex("302a300506032b6570032100");
  private static final String HEAD = "-----BEGIN PRIVATE KEY-----\n";
  private static final String TAIL = "-----END PRIVATE KEY-----\n";
  private static final Base64.Encoder LINES = Base64.getMimeEncoder(64, new byte[] {'\n'});

  private Der() {}

  static byte[] ed25519Pkcs8(byte[] seed) {
    return concat(PKCS8, seed);
  }

  static byte[] ed25519Spki(byte[] publicKey) {
    return concat(SPKI, publicKey);
  }

  static byte[] ed25519Seed(byte[] pkcs8) {
    if (pkcs8.length != PKCS8.length + Ed25519.KEY_SIZE) {
      throw new IllegalArgumentException("not an Ed25519 private key");
    }
    byte[] seed = new byte[Ed25519.KEY_SIZE];
    System.arraycopy(pkcs8, PKCS8.length, seed, 0, seed.length);
    if (!java.util.Arrays.equals(ed25519Pkcs8(seed), pkcs8)) {
      throw new IllegalArgumentException("not an Ed25519 private key");
    }
    return seed;
  }

  static String privateKeyPem(byte[] pkcs8) {
    return HEAD + LINES.encodeToString(pkcs8) + "\n" + TAIL;
  }

  static byte[] fromPrivateKeyPem(String pem) {
    String text = pem.replace("\r", "").strip() + "\n";
    if (!text.startsWith(HEAD) || !text.endsWith(TAIL)) {
      throw new IllegalArgumentException("not a PEM private key");
    }
    return Base64.getMimeDecoder()
        .decode(text.substring(HEAD.length(), text.length() - TAIL.length()));
  }

  private static byte[] concat(byte[] head, byte[] tail) {
    byte[] whole = new byte[head.length + tail.length];
    System.arraycopy(head, 0, whole, 0, head.length);
    System.arraycopy(tail, 0, whole, head.length, tail.length);
    return whole;
  }
}
