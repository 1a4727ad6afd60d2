package org.emsg.gateway.smtp.mime;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.emsg.gateway.text.Html;
import org.emsg.gateway.text.PlainText;

/// What a person gets of a message: its text, its HTML form, what is attached.
///
/// @param text plain, not yet without quotations; about [#MAX_TEXT] characters at most
/// @param cut whether `text` is only the beginning of what was written; the whole is among `files`
/// @param html sanitised, where there was any
/// @param files everything else, in order, inline pictures among it
/// @param report the delivery report, where the message is one (RFC 3464)
public record MailContent(
    String text,
    boolean cut,
    Optional<String> html,
    List<MimePart.Leaf> files,
    Optional<DeliveryReport> report) {
  /// Characters that are looked at.
  public static final int MAX_TEXT = Html.MAX;

  private static final int MAX_REPORT = 200_000;
  private static final int MAX_HTML_PARTS = 10;

  public static MailContent of(MimePart root) {
    Gathering all = new Gathering(MAX_TEXT);
    all.take(root);
    StringBuilder html = new StringBuilder();
    all.html.forEach(html::append);
    StringBuilder text = new StringBuilder();
    for (String piece : all.text) {
      text.append(text.isEmpty() ? "" : "\n\n").append(piece);
    }
    return new MailContent(
        PlainText.clean(text.toString()),
        !all.cut.isEmpty(),
        html.isEmpty() ? Optional.empty() : Optional.of(html.toString()),
        Stream.concat(all.files.stream(), all.cut.stream().map(MailContent::whole)).toList(),
        Optional.ofNullable(all.report));
  }

  private static MimePart.Leaf whole(MimePart.Leaf cut) {
    String name = cut.type().equals("text/html") ? "message.html" : "message.txt";
    return new MimePart.Leaf(
        cut.type(), cut.charset(), cut.flowed(), cut.delSp(), true, name, cut.content());
  }

  private static final class Gathering {
    final List<String> text = new ArrayList<>();
    final List<String> html = new ArrayList<>();
    final List<MimePart.Leaf> files = new ArrayList<>();
    final List<MimePart.Leaf> cut = new ArrayList<>();
    int room;
    @org.jspecify.annotations.Nullable DeliveryReport report;

    /// @param room characters that are still looked at
    Gathering(int room) {
      this.room = room;
    }

    void take(MimePart part) {
      switch (part) {
        case MimePart.Multipart multipart -> {
          if (multipart.subtype().equals("alternative")) {
            takeOneOf(multipart.parts());
          } else {
            multipart.parts().forEach(this::take);
          }
        }
        case MimePart.Leaf leaf -> take(leaf);
      }
    }

    private void take(MimePart.Leaf leaf) {
      boolean shown = !leaf.attached() && leaf.fileName().isEmpty();
      if (shown && leaf.type().equals("text/plain")) {
        String source = decode(leaf);
        text.add(leaf.flowed() ? MimeText.unflow(source, leaf.delSp()) : source);
      } else if (shown && leaf.type().equals("text/html") && html.size() < MAX_HTML_PARTS) {
        String source = decode(leaf);
        text.add(Html.toText(source));
        html.add(Html.sanitise(source));
      } else if (leaf.type().equals("message/delivery-status")
          || leaf.type().equals("message/global-delivery-status")) {
        report =
            DeliveryReport.parse(
                MimeText.decode(leaf.content().view(), "utf-8", MAX_REPORT).text());
      } else if (!leaf.content().isEmpty()) {
        files.add(leaf);
      }
    }

    /// The same thing in several forms: plain text is what we want, and the HTML beside it where
    /// there is one. Files that any of the forms brings are kept.
    private void takeOneOf(List<MimePart> forms) {
      List<Gathering> gathered = new ArrayList<>();
      for (MimePart form : forms) {
        Gathering one = new Gathering(room);
        one.take(form);
        gathered.add(one);
      }
      gathered.stream()
          .filter(one -> one.html.isEmpty() && one.hasText())
          .findFirst()
          .or(() -> gathered.stream().filter(Gathering::hasText).reduce((first, last) -> last))
          .ifPresent(best -> {
            text.addAll(best.text);
            cut.addAll(best.cut);
            room = best.room;
          });
      gathered.stream()
          .filter(one -> !one.html.isEmpty())
          .reduce((first, last) -> last)
          .ifPresent(rich -> html.addAll(rich.html));
      for (Gathering one : gathered) {
        files.addAll(one.files);
        report = report == null ? one.report : report;
      }
    }

    private boolean hasText() {
      return text.stream().anyMatch(piece -> !piece.isBlank());
    }

    private String decode(MimePart.Leaf leaf) {
      MimeText.Decoded decoded = MimeText.decode(leaf.content().view(), leaf.charset(), room);
      room -= decoded.text().length();
      if (!decoded.whole()) {
        cut.add(leaf);
      }
      return decoded.text();
    }
  }
}
