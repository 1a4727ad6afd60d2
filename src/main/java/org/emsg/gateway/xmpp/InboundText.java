package org.emsg.gateway.xmpp;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLConnection;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.emsg.gateway.model.Attachment;
import org.emsg.gateway.model.Body;
import org.emsg.gateway.text.OneLine;
import org.emsg.gateway.text.PlainText;
import org.jivesoftware.smack.packet.Message;
import org.jivesoftware.smack.packet.StandardExtensionElement;

/// What a person wrote into an XMPP message: body, subject, files.
///
/// @param attachments from XEP-0066; a link that is none we would hand on stays in the text
record InboundText(Body body, List<Attachment> attachments) {
  private static final int MAX_SUBJECT = 500;
  private static final int MAX_URL = 2048;
  private static final int MAX_ATTACHMENTS = 32;

  static InboundText of(Message message) {
    String text = body(message);
    Optional<String> trimmed = Optional.empty();
    if (Extensions.find(message, "reply", Extensions.REPLY).isPresent()) {
      Optional<int[]> range = replyFallback(message, text);
      if (range.isPresent()) {
        int from = range.get()[0];
        int to = range.get()[1];
        trimmed = Optional.of(PlainText.clean(text.substring(from, to)));
        text = text.substring(0, from) + text.substring(to);
      }
    }
    List<Attachment> attachments = new ArrayList<>();
    String shown = PlainText.clean(text);
    for (StandardExtensionElement oob : Extensions.all(message, "x", Extensions.OOB)) {
      Optional<String> url =
          Optional.ofNullable(oob.getFirstElement("url", Extensions.OOB)).flatMap(Extensions::text);
      if (url.isEmpty()) {
        continue;
      }
      Optional<Attachment> file = url.flatMap(InboundText::linked);
      if (file.isPresent() && attachments.size() < MAX_ATTACHMENTS) {
        attachments.add(file.get());
        // XEP-0066 with XEP-0363: the body repeats the link for those who know neither.
        shown = shown.equals(url.get().strip()) ? "" : shown;
      } else if (!shown.contains(url.get().strip())) {
        shown = PlainText.clean(shown + '\n' + url.get());
      }
    }
    return new InboundText(
        new Body(
            shown, Optional.empty(), subject(message), trimmed.filter(quote -> !quote.isBlank())),
        attachments);
  }

  /// The body in the stanza's own language, else the first (RFC 6121 §5.2.3).
  private static String body(Message message) {
    String first = "";
    for (Message.Body body : message.getExtensions(Message.Body.class)) {
      if (body.getLanguage() == null || body.getLanguage().equals(message.getLanguage())) {
        return body.getMessage();
      }
      first = first.isEmpty() ? body.getMessage() : first;
    }
    return first;
  }

  private static Optional<String> subject(Message message) {
    for (Message.Subject subject : message.getExtensions(Message.Subject.class)) {
      String line = OneLine.of(subject.getSubject(), MAX_SUBJECT);
      if (!line.isEmpty()) {
        return Optional.of(line);
      }
    }
    return Optional.empty();
  }

  /// Where in the body the quotation stands that XEP-0461 has for older clients (XEP-0428), counted
  /// in `char`s; the stanza counts in code points.
  private static Optional<int[]> replyFallback(Message message, String text) {
    for (StandardExtensionElement fallback :
        Extensions.all(message, "fallback", Extensions.FALLBACK)) {
      StandardExtensionElement part = fallback.getFirstElement("body", Extensions.FALLBACK);
      if (part == null || !Extensions.REPLY.equals(fallback.getAttributeValue("for"))) {
        continue;
      }
      int points = text.codePointCount(0, text.length());
      int from = number(part.getAttributeValue("start"), points);
      int to = number(part.getAttributeValue("end"), points);
      if (from >= 0 && from < to && to <= points) {
        return Optional.of(
            new int[] {text.offsetByCodePoints(0, from), text.offsetByCodePoints(0, to)});
      }
    }
    return Optional.empty();
  }

  private static int number(String digits, int most) {
    if (digits == null || digits.isEmpty() || digits.length() > 9) {
      return -1;
    }
    int value = 0;
    for (int i = 0; i < digits.length(); i++) {
      int digit = digits.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return -1;
      }
      value = value * 10 + digit;
    }
    return value <= most ? value : -1;
  }

  private static Optional<Attachment> linked(String text) {
    try {
      if (text.length() > MAX_URL) {
        return Optional.empty();
      }
      URI url = new URI(text.strip());
      String scheme = url.getScheme() == null ? "" : url.getScheme().toLowerCase(Locale.ROOT);
      if (url.getHost() == null || !(scheme.equals("https") || scheme.equals("http"))) {
        return Optional.empty();
      }
      String path = url.getPath() == null ? "" : url.getPath();
      String name = OneLine.fileName(path.substring(path.lastIndexOf('/') + 1), "file");
      String guess = URLConnection.guessContentTypeFromName(name);
      return Optional.of(
          new Attachment(
              name,
              guess == null ? "application/octet-stream" : guess,
              0,
              new Attachment.Content.Linked(url)));
    } catch (URISyntaxException | IllegalArgumentException noLink) {
      return Optional.empty();
    }
  }
}
