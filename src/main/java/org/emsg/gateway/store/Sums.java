package org.emsg.gateway.store;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import org.emsg.gateway.model.Bytes;
import org.emsg.gateway.model.ConversationId;
import org.emsg.gateway.model.MessageId;
import org.emsg.gateway.model.Network;

/// The keys of rows that are found by more than a column can hold: the first 16 bytes of SHA-256
/// sums. To meet somebody else's row takes a second preimage of 128 bits.
final class Sums {
  static final int LENGTH = 16;

  private Sums() {}

  /// What is kept of a sum that was made elsewhere.
  static byte[] cut(Bytes sum) {
    return Arrays.copyOf(sum.view(), LENGTH);
  }

  /// A key under which other content is another message.
  static byte[] of(Bytes key, Bytes digest) {
    MessageDigest sum = sha256();
    sum.update(key.view());
    sum.update(digest.view());
    return Arrays.copyOf(sum.digest(), LENGTH);
  }

  /// Where the id on `to` of what is called `id` on `from` is found.
  static byte[] idMap(ConversationId conversation, Network from, MessageId id, Network to) {
    return of(conversation.value(), from.label(), id.value(), to.label());
  }

  /// Where it is found what was sent as `nativeId`.
  static byte[] sent(Network network, MessageId nativeId) {
    return of(network.label(), nativeId.value());
  }

  private static byte[] of(String... parts) {
    MessageDigest sum = sha256();
    for (String part : parts) {
      byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
      sum.update((byte) (bytes.length >>> 8));
      sum.update((byte) bytes.length);
      sum.update(bytes);
    }
    return Arrays.copyOf(sum.digest(), LENGTH);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
