package org.emsg.gateway.smtp.wire;

import java.nio.charset.StandardCharsets;
import java.util.List;

/// A reply (RFC 5321 §4.2) with its enhanced status code (RFC 2034, RFC 3463).
///
/// @param status `5.1.1`; empty where there is none
/// @param lines at least one, each without code, status and line end
public record SmtpReply(int code, String status, List<String> lines) {
  public SmtpReply {
    lines = List.copyOf(lines);
    if (code < 200 || code > 599 || lines.isEmpty()) {
      throw new IllegalArgumentException("no SMTP reply: " + code);
    }
  }

  public static SmtpReply of(int code, String status, String text) {
    return new SmtpReply(code, status, List.of(text));
  }

  public boolean isPositive() {
    return code < 400;
  }

  public boolean isTransient() {
    return code >= 400 && code < 500;
  }

  public boolean isPermanent() {
    return code >= 500;
  }

  /// All lines as one.
  public String text() {
    return String.join(" ", lines);
  }

  /// As it stands on the wire. What is not printable ASCII becomes `?`: nothing that a stranger
  /// sent can add a line.
  public byte[] encode() {
    StringBuilder out = new StringBuilder(64);
    for (int i = 0; i < lines.size(); i++) {
      out.append(code).append(i + 1 < lines.size() ? '-' : ' ');
      if (!status.isEmpty()) {
        out.append(status).append(' ');
      }
      lines.get(i).chars().forEach(c -> out.append(c >= ' ' && c < 0x7F ? (char) c : '?'));
      out.append("\r\n");
    }
    return out.toString().getBytes(StandardCharsets.US_ASCII);
  }
}
