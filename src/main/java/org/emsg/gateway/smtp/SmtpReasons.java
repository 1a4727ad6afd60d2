package org.emsg.gateway.smtp;

import org.emsg.gateway.model.Reason;
import org.emsg.gateway.smtp.wire.EnhancedStatus;
import org.emsg.gateway.smtp.wire.SmtpReply;

/// One table for both directions: the gateway's reasons and SMTP's replies (RFC 5321 §4.2, RFC
/// 3463, RFC 7372).
final class SmtpReasons {
  private SmtpReasons() {}

  private record Code(int code, String status) {}

  /// A final refusal.
  static SmtpReply refusal(Reason reason) {
    Code code = code(reason.kind());
    return SmtpReply.of(code.code(), code.status(), reason.text());
  }

  /// The same for now: `4yz` with the status of its class. A check that failed for now is no fault
  /// of the mailbox (RFC 7208 §8.6).
  static SmtpReply deferral(Reason reason) {
    Code code = code(reason.kind());
    boolean unchecked = reason.kind() == Reason.Kind.UNVERIFIED_SENDER;
    int now = code.code() == 550 && !unchecked ? 450 : code.code() == 552 ? 452 : 451;
    return SmtpReply.of(now, '4' + code.status().substring(1), reason.text());
  }

  /// The enhanced status for a report about it: what the other network said where that is one, else
  /// our own.
  static String status(Reason reason) {
    return reason.status().filter(EnhancedStatus::isStatus).orElse(code(reason.kind()).status());
  }

  private static Code code(Reason.Kind kind) {
    return switch (kind) {
      case MALFORMED, SCHEMA_VIOLATION -> new Code(554, "5.6.0");
      case UNAUTHENTICATED, NOT_ALLOWED -> new Code(550, "5.7.1");
      case NO_SUCH_USER -> new Code(550, "5.1.1");
      case NO_SUCH_SERVER -> new Code(550, "5.1.2");
      case CONFLICT -> new Code(554, "5.5.0");
      case GONE -> new Code(550, "5.2.1");
      case TOO_LARGE -> new Code(552, "5.3.4");
      case UNSUPPORTED_CONTENT -> new Code(554, "5.6.1");
      case UNVERIFIED_SENDER -> new Code(550, "5.7.26");
      case TLS_REQUIRED -> new Code(550, "5.7.10");
      case RATE_LIMITED -> new Code(550, "5.7.1");
      case MAILBOX_FULL -> new Code(552, "5.2.2");
      case LOOP -> new Code(554, "5.4.6");
      case REMOTE_FAILURE -> new Code(554, "5.4.0");
      case REMOTE_TIMEOUT -> new Code(554, "5.4.1");
      case UNAVAILABLE -> new Code(554, "5.3.2");
      case EXPIRED -> new Code(554, "5.4.7");
      case INTERNAL -> new Code(554, "5.3.0");
    };
  }

  /// What a server's reply means. Its own words stay out of the text: they may be anything.
  static Reason of(SmtpReply reply) {
    String status = reply.status();
    Reason.Kind kind = kind(reply.code(), status.isEmpty() ? "" : status.substring(2));
    String shown = status.isEmpty() ? Integer.toString(reply.code()) : status;
    return Reason.of(kind, sentence(kind), shown);
  }

  /// What a status in a delivery report means.
  static Reason ofStatus(String status) {
    Reason.Kind kind = kind(550, status.isEmpty() ? "" : status.substring(2));
    return status.isEmpty()
        ? Reason.of(kind, sentence(kind))
        : Reason.of(kind, sentence(kind), status);
  }

  private static Reason.Kind kind(int code, String detail) {
    return switch (detail) {
      case "1.1", "1.0", "1.6", "1.3", "2.0" -> Reason.Kind.NO_SUCH_USER;
      case "1.2", "1.10", "4.4" -> Reason.Kind.NO_SUCH_SERVER;
      case "2.1" -> Reason.Kind.GONE;
      case "2.2" -> Reason.Kind.MAILBOX_FULL;
      case "2.3", "3.4" -> Reason.Kind.TOO_LARGE;
      case "4.6" -> Reason.Kind.LOOP;
      case "4.7" -> Reason.Kind.EXPIRED;
      case "4.1", "4.2" -> Reason.Kind.REMOTE_TIMEOUT;
      case "6.0" -> Reason.Kind.MALFORMED;
      case "6.1", "6.2", "6.3", "6.4", "6.5", "6.7" -> Reason.Kind.UNSUPPORTED_CONTENT;
      case "7.0",
          "7.1",
          "7.2",
          "7.7",
          "7.20",
          "7.21",
          "7.22",
          "7.23",
          "7.24",
          "7.25",
          "7.26",
          "7.27" ->
          Reason.Kind.NOT_ALLOWED;
      default -> kindOfCode(code);
    };
  }

  private static Reason.Kind kindOfCode(int code) {
    return switch (code) {
      case 421 -> Reason.Kind.UNAVAILABLE;
      case 552, 452 -> Reason.Kind.MAILBOX_FULL;
      case 551, 553 -> Reason.Kind.NO_SUCH_USER;
      default -> Reason.Kind.REMOTE_FAILURE;
    };
  }

  private static String sentence(Reason.Kind kind) {
    return switch (kind) {
      case NO_SUCH_USER -> "The mail server knows no such mailbox.";
      case NO_SUCH_SERVER -> "There is no mail server for this address.";
      case GONE -> "The mailbox is not in use any more.";
      case MAILBOX_FULL -> "The mailbox is full.";
      case TOO_LARGE -> "The message is too large for the mail server.";
      case LOOP -> "The message went in a circle.";
      case EXPIRED -> "The mail server could not be reached for too long.";
      case REMOTE_TIMEOUT -> "The mail server did not answer in time.";
      case MALFORMED, UNSUPPORTED_CONTENT -> "The mail server does not take this content.";
      case NOT_ALLOWED -> "The mail server does not accept this message.";
      case UNAVAILABLE -> "The mail server is not available now.";
      default -> "The mail server could not take the message.";
    };
  }
}
