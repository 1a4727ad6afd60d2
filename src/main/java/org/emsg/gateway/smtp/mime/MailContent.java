package org.emsg.gateway.smtp.mime;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.emsg.gateway.text.Html;
import org.emsg.gateway.text.PlainText;

/// What a person gets of a message: its text, its HTML form, what is attached.
///
/// @param text plain, not yet without quotations
/// @param html sanitised, where there was any
/// @param files everything else, in order, inline pictures among it
/// @param report the delivery report, where the message is one (RFC 3464)
public record MailContent(
    String text,
    Optional<String> html,
    List<MimePart.Leaf> files,
    Optional<DeliveryReport> report) {
  private static final int MAX_HTML_PARTS = 10;

  public static MailContent of(MimePart root) {
    Gathering all = new Gathering();
    all.take(root);
    StringBuilder html = new StringBuilder();
    all.html.forEach(html::append);
    StringBuilder text = new StringBuilder();
    for (String piece : all.text) {
      text.append(text.isEmpty() ? "" : "\n\n").append(piece);
    }
    return new MailContent(
        PlainText.clean(text.toString()),
        html.isEmpty() ? Optional.empty() : Optional.of(html.toString()),
        List.copyOf(all.files),
        Optional.ofNullable(all.report));
  }

  private static final class Gathering {
    final List<String> text = new ArrayList<>();
    final List<String> html = new ArrayList<>();
    final List<MimePart.Leaf> files = new ArrayList<>();
    @org.jspecify.annotations.Nullable DeliveryReport report;

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
        text.add(plain(leaf));
      } else if (shown && leaf.type().equals("text/html") && html.size() < MAX_HTML_PARTS) {
        String source = MimeText.decode(leaf.content().view(), leaf.charset());
        text.add(Html.toText(source));
        html.add(Html.sanitise(source));
      } else if (leaf.type().equals("message/delivery-status")
          || leaf.type().equals("message/global-delivery-status")) {
        report = DeliveryReport.parse(MimeText.decode(leaf.content().view(), "utf-8"));
      } else if (!leaf.content().isEmpty()) {
        files.add(leaf);
      }
    }

    /// The same thing in several forms: plain text is what we want, and the HTML beside it where
    /// there is one. Files that any of the forms brings are kept.
    private void takeOneOf(List<MimePart> forms) {
      List<Gathering> gathered = new ArrayList<>();
      for (MimePart form : forms) {
        Gathering one = new Gathering();
        one.take(form);
        gathered.add(one);
      }
      gathered.stream()
          .filter(one -> one.html.isEmpty() && one.hasText())
          .findFirst()
          .or(() -> gathered.stream().filter(Gathering::hasText).reduce((first, last) -> last))
          .ifPresent(best -> text.addAll(best.text));
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

    private static String plain(MimePart.Leaf leaf) {
      String decoded = MimeText.decode(leaf.content().view(), leaf.charset());
      return leaf.flowed() ? MimeText.unflow(decoded, leaf.delSp()) : decoded;
    }
  }
}
