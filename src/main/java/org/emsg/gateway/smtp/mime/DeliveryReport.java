package org.emsg.gateway.smtp.mime;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.emsg.gateway.smtp.wire.EnhancedStatus;

/// A delivery status notification (RFC 3464), as far as it tells what became of a message.
public record DeliveryReport(List<PerRecipient> recipients) {
  private static final int MAX_RECIPIENTS = 100;

  public DeliveryReport {
    recipients = List.copyOf(recipients);
  }

  /// What became of the message for one recipient.
  ///
  /// @param recipient `Final-Recipient` or `Original-Recipient`, without its type; perhaps empty
  /// @param action `failed`, `delayed`, `delivered`, `relayed`, `expanded`
  /// @param status RFC 3463; perhaps empty
  /// @param diagnostic what the other server said; perhaps empty
  public record PerRecipient(String recipient, String action, String status, String diagnostic) {
    public boolean isFailure() {
      return action.equals("failed");
    }
  }

  /// Reads a `message/delivery-status` body: groups of fields, the first about the message, each
  /// other about a recipient.
  public static DeliveryReport parse(String text) {
    List<PerRecipient> recipients = new ArrayList<>();
    String unfolded = text.replace("\r\n", "\n").replace("\n ", " ").replace("\n\t", " ");
    for (String group : unfolded.split("\n\n+", MAX_RECIPIENTS + 2)) {
      Map<String, String> fields = fields(group);
      String action = fields.getOrDefault("action", "").toLowerCase(Locale.ROOT);
      if (!action.isEmpty() && recipients.size() < MAX_RECIPIENTS) {
        String recipient =
            fields.getOrDefault("final-recipient", fields.getOrDefault("original-recipient", ""));
        String status = fields.getOrDefault("status", "");
        int end = status.indexOf(' ');
        String word = end < 0 ? status : status.substring(0, end);
        recipients.add(
            new PerRecipient(
                withoutType(recipient),
                action,
                EnhancedStatus.isStatus(word) ? word : "",
                withoutType(fields.getOrDefault("diagnostic-code", ""))));
      }
    }
    return new DeliveryReport(recipients);
  }

  private static Map<String, String> fields(String group) {
    Map<String, String> fields = new HashMap<>();
    for (String line : group.split("\n", -1)) {
      int colon = line.indexOf(':');
      if (colon > 0) {
        fields.putIfAbsent(
            line.substring(0, colon).strip().toLowerCase(Locale.ROOT),
            line.substring(colon + 1).strip());
      }
    }
    return fields;
  }

  private static String withoutType(String value) {
    return value.substring(value.indexOf(';') + 1).strip();
  }
}
