package org.emsg.gateway.emsg;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;

/// Recognises the chat message that almost every chat message is: one recipient, a text, an integer
/// timestamp, signatures, and nothing that needs a closer look. Such a one satisfies the schema;
/// anything else is for the validator to judge. Tested against it over generated messages.
final class PlainChat {
  private PlainChat() {}

  static boolean isPlain(ObjectNode json) {
    for (Map.Entry<String, JsonNode> member : json.properties()) {
      JsonNode value = member.getValue();
      boolean plain =
          switch (member.getKey()) {
            case "type" -> "chat".equals(value.textValue());
            case "id" -> isText(value, 128);
            case "message_id", "reply_to", "thread" -> isText(value, 1024);
            case "sender", "recipient" -> isAddress(value);
            case "timestamp" -> value.isIntegralNumber() && value.longValue() >= 0;
            case "body" -> value.isTextual();
            case "signatures" -> areSignatures(value);
            default -> false;
          };
      if (!plain) {
        return false;
      }
    }
    return json.has("type")
        && json.has("sender")
        && json.has("recipient")
        && json.has("timestamp")
        && json.has("body");
  }

  private static boolean isText(JsonNode value, int max) {
    String text = value.textValue();
    return text != null && !text.isEmpty() && text.length() <= max;
  }

  private static boolean isAddress(JsonNode value) {
    String text = value.textValue();
    if (text == null || text.length() < 2 || text.length() > 320) {
      return false;
    }
    int separators = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      // Plain means ASCII as well: what else counts as white space is the validator's to say.
      if (c <= ' ' || c >= 0x7f) {
        return false;
      }
      separators += c == '#' || c == '@' ? 1 : 0;
    }
    char last = text.charAt(text.length() - 1);
    return separators == 1 && last != '#' && last != '@';
  }

  private static boolean areSignatures(JsonNode value) {
    if (!value.isArray() || value.size() > 8) {
      return false;
    }
    for (JsonNode signature : value) {
      if (!signature.isObject()
          || !isBounded(signature.get("alg"), 64)
          || !isBounded(signature.get("value"), 2048)
          || (signature.has("key_id") && !isBounded(signature.get("key_id"), 256))) {
        return false;
      }
    }
    return true;
  }

  private static boolean isBounded(@org.jspecify.annotations.Nullable JsonNode value, int max) {
    return value != null && value.isTextual() && value.textValue().length() <= max;
  }
}
