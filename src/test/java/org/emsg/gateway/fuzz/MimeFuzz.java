package org.emsg.gateway.fuzz;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.emsg.gateway.net.MemoryBudget;
import org.emsg.gateway.smtp.mime.DeliveryReport;
import org.emsg.gateway.smtp.mime.MailContent;
import org.emsg.gateway.smtp.mime.MailDates;
import org.emsg.gateway.smtp.mime.MailHeaders;
import org.emsg.gateway.smtp.mime.Mailbox;
import org.emsg.gateway.smtp.mime.MimePart;
import org.emsg.gateway.smtp.mime.MimeReader;
import org.emsg.gateway.smtp.mime.MimeWriter;
import org.emsg.gateway.smtp.wire.MailData;
import org.emsg.gateway.smtp.wire.SmtpCommand;
import org.emsg.gateway.text.OneLine;
import org.emsg.gateway.text.Quotes;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Attribute;
import org.jsoup.nodes.Element;

/// Mail from strangers: header, From, parts, text, reports, and the dots of SMTP data.
public final class MimeFuzz {
  private static final int MAX = 1_000_000;

  /// What runs, loads, asks or draws: each alone would be a hole.
  private static final Set<String> UNSAFE =
      Set.of(
          "applet",
          "audio",
          "base",
          "button",
          "canvas",
          "embed",
          "form",
          "frame",
          "frameset",
          "iframe",
          "img",
          "input",
          "link",
          "math",
          "meta",
          "noscript",
          "object",
          "plaintext",
          "script",
          "select",
          "source",
          "style",
          "svg",
          "template",
          "textarea",
          "title",
          "video",
          "xmp");

  private static final Set<String> ATTRIBUTES =
      Set.of("href", "rel", "start", "colspan", "rowspan");
  private static final Set<String> LINKS = Set.of("http:", "https:", "mailto:", "xmpp:");

  private MimeFuzz() {}

  /// Loads what the first input would else be blamed for.
  public static void fuzzerInitialize() {
    fuzzerTestOneInput(
        "From: =?utf-8?q?x?= <a@b.c>\r\nContent-Type: text/html\r\n\r\n<p>x"
            .getBytes(StandardCharsets.US_ASCII));
  }

  public static void fuzzerTestOneInput(byte[] input) {
    data(input);
    String text = new String(input, StandardCharsets.UTF_8);
    require(SmtpCommand.parse(text) != null, "no answer for a command");
    Optional<MailHeaders> headers = MailHeaders.parse(input);
    headers.ifPresent(read -> {
      headers(read);
      parts(read, input);
    });
    written(text);
  }

  private static void parts(MailHeaders headers, byte[] input) {
    try {
      content(MailContent.of(MimeReader.read(headers, input)));
    } catch (MimeReader.Refused documented) {
      require(!documented.text().isEmpty(), "a refusal without a reason");
    }
  }

  private static void headers(MailHeaders headers) {
    for (MailHeaders.Field field : headers.all()) {
      MailDates.parse(MailHeaders.unfold(field.body()));
      MailHeaders.decode(MailHeaders.unfold(field.body()));
    }
    headers
        .first("From")
        .flatMap(Mailbox::parseOnly)
        .ifPresent(from -> {
          require(from.address().indexOf('@') > 0, "an author without a domain");
          OneLine.displayName(MailHeaders.decode(from.name()))
              .ifPresent(name -> oneLine(name, "a name"));
        });
    headers.text("Subject").ifPresent(text -> oneLine(OneLine.of(text, 250), "a subject"));
  }

  private static void content(MailContent content) {
    printable(content.text());
    Quotes.Split split = Quotes.split(content.text());
    require(content.text().isEmpty() || !split.own().isEmpty(), "everything was cut off");
    content.html().ifPresent(MimeFuzz::safe);
    for (MimePart.Leaf file : content.files()) {
      String name = OneLine.fileName(file.fileName(), "file");
      oneLine(name, "a file name");
      require(name.indexOf('/') < 0 && name.indexOf('\\') < 0, "a file name that is a path");
    }
    content.report().map(DeliveryReport::recipients).ifPresent(MimeFuzz::statuses);
  }

  /// Read once more, as a browser would, there is nothing in it that does more than show text.
  private static void safe(String html) {
    for (Element element : Jsoup.parse(html).body().select("*")) {
      require(!UNSAFE.contains(element.normalName()), "an element that is not safe");
      for (Attribute attribute : element.attributes()) {
        require(ATTRIBUTES.contains(attribute.getKey()), "an attribute that is not safe");
      }
      String href = element.attr("href").strip().toLowerCase(Locale.ROOT);
      require(
          href.isEmpty() || LINKS.stream().anyMatch(href::startsWith), "a link that is not safe");
    }
  }

  private static void statuses(List<DeliveryReport.PerRecipient> recipients) {
    for (DeliveryReport.PerRecipient recipient : recipients) {
      require(recipient.status().length() <= 9, "a status that is none");
    }
  }

  /// Whatever text we are given to send, it is read as the same, and no field is added by it.
  private static void written(String text) {
    String subject = OneLine.of(text, 200);
    byte[] mail =
        new MimeWriter()
            .mailbox("From", OneLine.displayName(text).orElse(""), "a@a.test")
            .text("Subject", subject)
            .textPart(text)
            .bytes();
    MailHeaders headers = MailHeaders.parse(mail).orElseThrow();
    require(headers.all().size() == 4, "fields were added: " + headers.all().size());
    require(
        headers
            .first("From")
            .flatMap(Mailbox::parseOnly)
            .map(Mailbox::address)
            .equals(Optional.of("a@a.test")),
        "another author");
    for (byte b : mail) {
      require(b > 0, "not 7 bits");
    }
    require(OneLine.of(headers.text("Subject").orElse(""), 200).equals(subject), "another subject");
  }

  /// Data is the same in one piece and byte by byte.
  private static void data(byte[] input) {
    MailData whole = new MailData(MAX, new MemoryBudget(2L * MAX));
    int end = whole.take(input, 0, input.length);
    MailData pieces = new MailData(MAX, new MemoryBudget(2L * MAX));
    int at = -1;
    for (int i = 0; i < input.length && at < 0; i++) {
      at = pieces.take(input, i, i + 1);
    }
    require(at == end, "data ends at another place when it comes byte by byte");
    require(Arrays.equals(whole.bytes(), pieces.bytes()), "other data when it comes byte by byte");
  }

  private static void printable(String text) {
    require(
        text.chars().noneMatch(c -> Character.isISOControl(c) && c != '\n' && c != '\t'),
        "a control character got through");
  }

  private static void oneLine(String text, String what) {
    require(text.chars().noneMatch(Character::isISOControl), what + " of more than one line");
  }

  private static void require(boolean kept, String fault) {
    if (!kept) {
      throw new IllegalStateException(fault);
    }
  }
}
