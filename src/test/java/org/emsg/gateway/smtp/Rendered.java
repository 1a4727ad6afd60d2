package org.emsg.gateway.smtp;

import org.emsg.gateway.model.Attachment;
import org.emsg.gateway.model.Envelope;
import org.emsg.gateway.model.Event;

/// An envelope as lines, for golden files.
final class Rendered {
  private Rendered() {}

  static String of(Envelope envelope) {
    StringBuilder out = new StringBuilder();
    line(out, "id", envelope.id().value());
    line(out, "sender", envelope.sender().text());
    envelope.displayName().ifPresent(name -> line(out, "name", name));
    line(out, "recipients", envelope.recipients().toString());
    line(out, "sent", envelope.sent().toString());
    line(out, "verified", Boolean.toString(envelope.provenance().verified()));
    if (envelope.event() instanceof Event.Posted posted) {
      posted.replyTo().ifPresent(id -> line(out, "reply-to", id.value()));
      posted.thread().ifPresent(id -> line(out, "thread", id.value()));
      posted.body().subject().ifPresent(subject -> line(out, "subject", subject));
      line(out, "text", posted.body().text());
      posted.body().html().ifPresent(html -> line(out, "html", html));
      posted.body().trimmed().ifPresent(trimmed -> line(out, "trimmed", trimmed));
      for (Attachment file : posted.attachments()) {
        line(
            out,
            "file",
            file.name()
                + " ("
                + file.mediaType()
                + ", "
                + file.size()
                + ", "
                + file.content().getClass().getSimpleName()
                + ")");
      }
    } else {
      line(out, "event", envelope.event().toString());
    }
    return out.toString();
  }

  private static void line(StringBuilder out, String name, String value) {
    out.append(name).append(": ").append(value.replace("\n", "\n  | ")).append('\n');
  }
}
