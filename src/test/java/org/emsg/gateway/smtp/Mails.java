package org.emsg.gateway.smtp;

/// Mails for tests, lines ended by CRLF.
final class Mails {
  private Mails() {}

  static String crlf(String text) {
    return text.replace("\r\n", "\n").replace("\n", "\r\n");
  }

  static String plain(String from, String to, String subject, String text) {
    return crlf(
        "From: "
            + from
            + "\nTo: "
            + to
            + "\nSubject: "
            + subject
            + "\nDate: Sun, 22 Nov 2026 11:59:00 +0000\nMessage-ID: <m1@mail.test>\n\n"
            + text);
  }

  static String report(String recipient, String status) {
    return crlf(
        """
        From: Mail Delivery System <MAILER-DAEMON@mx.mail.test>
        To: somebody
        Subject: Undelivered Mail Returned to Sender
        Auto-Submitted: auto-replied
        MIME-Version: 1.0
        Content-Type: multipart/report; report-type=delivery-status; boundary="b1"

        --b1
        Content-Type: text/plain

        It could not be delivered.
        --b1
        Content-Type: message/delivery-status

        Reporting-MTA: dns; mx.mail.test

        Final-Recipient: rfc822; %s
        Action: failed
        Status: %s
        Diagnostic-Code: smtp; 550 %s no such user
        --b1--
        """
            .formatted(recipient, status, status));
  }
}
