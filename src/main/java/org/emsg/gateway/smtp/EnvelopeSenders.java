package org.emsg.gateway.smtp;

import java.util.Locale;
import java.util.Optional;
import org.emsg.gateway.crypto.Macs;
import org.emsg.gateway.model.MessageId;

/// The envelope senders of what we send: `b+ID.MAC@face`. They name the message, so that a report
/// about it finds its way, and nobody but we can make one, so that only reports about messages
/// which we really sent count. Thread-safe.
final class EnvelopeSenders {
  private static final String PREFIX = "b+";
  private static final String PURPOSE = "smtp-envelope-sender";
  private static final int TAG_BYTES = 10;
  private static final int TAG_LENGTH = 16;

  private final Macs macs;

  EnvelopeSenders(Macs macs) {
    this.macs = macs;
  }

  /// @param nativeId an id that [SmtpMinting] made
  String make(MessageId nativeId) {
    String id = nativeId.value();
    int at = id.indexOf('@');
    return PREFIX + id.substring(0, at) + '.' + tag(id) + id.substring(at);
  }

  /// The message whose envelope sender `path` is; empty where we made no such one.
  Optional<MessageId> parse(String path) {
    String address = path.toLowerCase(Locale.ROOT);
    int at = address.lastIndexOf('@');
    int dot = at < 0 ? -1 : address.lastIndexOf('.', at);
    if (!address.startsWith(PREFIX) || dot < PREFIX.length() + 1 || at - dot - 1 != TAG_LENGTH) {
      return Optional.empty();
    }
    String id = address.substring(PREFIX.length(), dot) + address.substring(at);
    Optional<byte[]> tag = Base32.decode(address.substring(dot + 1, at));
    return tag.isPresent() && macs.matches(PURPOSE, id, tag.get())
        ? Optional.of(new MessageId(id))
        : Optional.empty();
  }

  /// Whether `path` looks like one of ours, right or wrong.
  static boolean isOne(String path) {
    return path.regionMatches(true, 0, PREFIX, 0, PREFIX.length());
  }

  private String tag(String id) {
    return Base32.encode(java.util.Arrays.copyOf(macs.mac(PURPOSE, id), TAG_BYTES));
  }
}
