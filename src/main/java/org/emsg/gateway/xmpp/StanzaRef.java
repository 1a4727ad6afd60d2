package org.emsg.gateway.xmpp;

import java.util.Optional;
import org.emsg.gateway.model.MessageId;

/// What must be known of a received message to answer it later: which of the sender's devices sent
/// it, what that device called it, and whether it asked for a receipt (XEP-0184).
///
/// It travels as the message's id on XMPP, and so it is kept with the message, in the id map's own
/// transaction: an error to the sender's bare address would be thrown away by their server (RFC
/// 6121 §8.5.2.1.1), and a receipt that nobody asked for must not be sent (XEP-0184 §5.4). It also
/// parts the ids of two devices that both count from one.
///
/// ```
/// r/Gajim.7K2/m-17     m-17 from the resource Gajim.7K2, which wants a receipt
/// n//x                 x from a bare address, which wants none
/// u/phone/5f0c…        a message without an id; the last part is ours
/// ```
///
/// @param id empty where the stanza had none
record StanzaRef(Optional<String> resource, Optional<String> id, boolean wantsReceipt) {
  private static final int MAX = 1000;

  /// `unnamed` stands for the id where there is none. Empty where the parts cannot be an id: too
  /// long together, or with control characters.
  Optional<MessageId> toMessageId(String unnamed) {
    String flag = id.isEmpty() ? "u/" : wantsReceipt ? "r/" : "n/";
    String text = flag + escape(resource.orElse("")) + '/' + id.orElse(unnamed);
    return text.length() > MAX || text.chars().anyMatch(Character::isISOControl)
        ? Optional.empty()
        : Optional.of(new MessageId(text));
  }

  /// Empty where `id` is none of these: one that we minted ourselves, say.
  static Optional<StanzaRef> parse(MessageId id) {
    String text = id.value();
    int slash = text.indexOf('/', 2);
    if (text.length() < 4 || text.charAt(1) != '/' || slash < 0 || slash == text.length() - 1) {
      return Optional.empty();
    }
    char flag = text.charAt(0);
    if (flag != 'r' && flag != 'n' && flag != 'u') {
      return Optional.empty();
    }
    return Optional.of(
        new StanzaRef(
            Optional.of(unescape(text.substring(2, slash))).filter(part -> !part.isEmpty()),
            flag == 'u' ? Optional.empty() : Optional.of(text.substring(slash + 1)),
            flag == 'r'));
  }

  private static String escape(String resource) {
    return resource.replace("%", "%25").replace("/", "%2F");
  }

  private static String unescape(String resource) {
    return resource.replace("%2F", "/").replace("%25", "%");
  }
}
