package org.emsg.gateway.model;

import java.util.Optional;

/// What a person wrote.
///
/// @param text plain text, lines end in `\n`; never null, perhaps empty where there are attachments
/// @param html the sanitised HTML form, where the origin sent one
/// @param subject a mail's or a message's subject, one line
/// @param trimmed quoted history and signature that were cut from `text`, kept for who wants it
public record Body(
    String text, Optional<String> html, Optional<String> subject, Optional<String> trimmed) {
  public static Body of(String text) {
    return new Body(text, Optional.empty(), Optional.empty(), Optional.empty());
  }
}
