package org.emsg.gateway.smtp;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.util.Locale;
import java.util.Optional;
import org.emsg.gateway.model.ConversationId;
import org.emsg.gateway.model.MessageId;

/// What recent mails were about, so that an answer from a network without subjects bears that of
/// the mail that it answers. Kept in memory and for the recent ones only: without it an answer has
/// a subject of its own, and the thread holds by its References. Thread-safe.
final class Subjects {
  private static final int MAX = 20_000;

  private final Cache<Key, String> recent = Caffeine.newBuilder().maximumSize(MAX).build();

  /// An id says little by itself: strangers choose theirs.
  private record Key(ConversationId conversation, MessageId id) {}

  void remember(ConversationId conversation, MessageId id, String subject) {
    recent.put(new Key(conversation, id), subject);
  }

  Optional<String> find(ConversationId conversation, MessageId id) {
    return Optional.ofNullable(recent.getIfPresent(new Key(conversation, id)));
  }

  /// `Re: ` before it, once, however many others put one (RFC 5322 §3.6.5).
  static String answer(String subject) {
    return subject.toLowerCase(Locale.ROOT).startsWith("re:") ? subject : "Re: " + subject;
  }
}
