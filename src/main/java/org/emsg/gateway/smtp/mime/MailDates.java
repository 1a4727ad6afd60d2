package org.emsg.gateway.smtp.mime;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;

/// The `Date` field (RFC 5322 §3.3), with what senders make of it.
public final class MailDates {
  private static final DateTimeFormatter OUT =
      DateTimeFormatter.ofPattern("EEE, d MMM yyyy HH:mm:ss Z", Locale.ROOT);

  private MailDates() {}

  public static String format(Instant when) {
    return OUT.format(when.atOffset(ZoneOffset.UTC));
  }

  /// Empty where it is none. A weekday, comments and seconds may be missing or wrong.
  public static Optional<Instant> parse(String body) {
    String text = body;
    int comment = text.indexOf('(');
    text = (comment < 0 ? text : text.substring(0, comment)).strip();
    int comma = text.indexOf(',');
    String[] words = text.substring(comma + 1).strip().split("\\s+", 8);
    if (words.length < 4) {
      return Optional.empty();
    }
    try {
      String[] clock = words[3].split(":", 4);
      int month = "janfebmaraprmayjunjulaugsepoctnovdec".indexOf(words[1].toLowerCase(Locale.ROOT));
      if (month < 0 || month % 3 != 0 || words[1].length() != 3 || clock.length < 2) {
        return Optional.empty();
      }
      int year = Integer.parseInt(words[2]);
      OffsetDateTime when =
          OffsetDateTime.of(
              year < 100 ? year + (year < 50 ? 2000 : 1900) : year,
              month / 3 + 1,
              Integer.parseInt(words[0]),
              Integer.parseInt(clock[0]),
              Integer.parseInt(clock[1]),
              clock.length > 2 ? Math.min(Integer.parseInt(clock[2]), 59) : 0,
              0,
              zone(words.length > 4 ? words[4] : "+0000"));
      return Optional.of(when.toInstant());
    } catch (DateTimeException | NumberFormatException wrong) {
      return Optional.empty();
    }
  }

  private static ZoneOffset zone(String word) {
    boolean numeric =
        word.length() == 5
            && (word.charAt(0) == '+' || word.charAt(0) == '-')
            && word.chars().skip(1).allMatch(c -> c >= '0' && c <= '9');
    return numeric ? ZoneOffset.of(word.substring(0, 3) + ':' + word.substring(3)) : ZoneOffset.UTC;
  }
}
