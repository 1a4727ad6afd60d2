package org.emsg.gateway.emsg;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.emsg.gateway.gateway.FileLinks;
import org.emsg.gateway.model.Attachment;
import org.emsg.gateway.model.Bytes;

/// `attachments` (profile §7): `{name, media_type, size, sha256, url}` or `{…, data}`.
final class WireAttachments {
  private static final String ANY_TYPE = "application/octet-stream";
  private static final int MAX = 64;
  private static final int MAX_NAME = 255;
  private static final int MAX_TYPE = 255;
  private static final int MAX_URL = 2048;

  private WireAttachments() {}

  /// Entries that have neither readable data nor an address are passed over: they stay in the wire
  /// form for EMSG readers, and there is nothing to carry elsewhere.
  ///
  /// @throws IllegalArgumentException if one is out of bounds
  static List<Attachment> read(JsonNode attachments) {
    if (attachments.isEmpty()) {
      return List.of();
    }
    List<Attachment> found = new ArrayList<>();
    for (JsonNode entry : attachments) {
      content(entry)
          .ifPresent(content ->
              found.add(
                  new Attachment(
                      safeName(entry.path("name").asText()),
                      entry.path("media_type").asText(ANY_TYPE),
                      size(entry, content),
                      content)));
    }
    return found;
  }

  /// The first of them; [#overflow] tells of the others.
  static void write(ArrayNode into, List<Attachment> attachments, FileLinks files) {
    for (Attachment attachment : attachments.subList(0, Math.min(MAX, attachments.size()))) {
      ObjectNode entry = into.addObject();
      entry.put("name", attachment.name());
      String type = attachment.mediaType();
      entry.put("media_type", type.length() > MAX_TYPE ? ANY_TYPE : type);
      entry.put("size", attachment.size());
      switch (attachment.content()) {
        case Attachment.Content.Inline(Bytes bytes) ->
            entry.put("data", Base64.getEncoder().encodeToString(bytes.view()));
        case Attachment.Content.Stored(var blob, Bytes sha256) -> {
          entry.put("sha256", sha256.asHex());
          files.of(blob).flatMap(WireAttachments::url).ifPresent(url -> entry.put("url", url));
        }
        case Attachment.Content.Linked(URI url) ->
            url(url).ifPresent(text -> entry.put("url", text));
      }
    }
  }

  /// Of more attachments than a message may have, the names and addresses of the others, as text;
  /// empty for most.
  static String overflow(List<Attachment> attachments, FileLinks files) {
    if (attachments.size() <= MAX) {
      return "";
    }
    StringBuilder text = new StringBuilder();
    text.append("\n\n[").append(attachments.size() - MAX).append(" more file(s)]");
    for (Attachment attachment : attachments.subList(MAX, attachments.size())) {
      text.append('\n').append(attachment.name());
      Optional<URI> link =
          switch (attachment.content()) {
            case Attachment.Content.Inline _ -> Optional.empty();
            case Attachment.Content.Stored stored -> files.of(stored.blob());
            case Attachment.Content.Linked linked -> Optional.of(linked.url());
          };
      link.flatMap(WireAttachments::url).ifPresent(url -> text.append(' ').append(url));
    }
    return text.toString();
  }

  /// As the schemas have it: `http` or `https` in lower case, and not too long.
  private static Optional<String> url(URI url) {
    if (url.getScheme() == null) {
      return Optional.empty();
    }
    String scheme = url.getScheme().toLowerCase(Locale.ROOT);
    String text = scheme + url.toString().substring(scheme.length());
    boolean fits =
        (text.startsWith("https://") || text.startsWith("http://")) && text.length() <= MAX_URL;
    return fits ? Optional.of(text) : Optional.empty();
  }

  private static Optional<Attachment.Content> content(JsonNode entry) {
    if (entry.path("data").isTextual()) {
      return Signatures.base64(entry.path("data").textValue())
          .map(Bytes::wrap)
          .map(Attachment.Content.Inline::new);
    }
    String url = entry.path("url").asText();
    return url.isEmpty()
        ? Optional.empty()
        : Optional.of(new Attachment.Content.Linked(URI.create(url)));
  }

  private static long size(JsonNode entry, Attachment.Content content) {
    return switch (content) {
      case Attachment.Content.Inline(Bytes bytes) -> bytes.size();
      case Attachment.Content.Stored _, Attachment.Content.Linked _ ->
          Math.max(0, entry.path("size").asLong());
    };
  }

  /// The last part of what may be a path, without control characters.
  private static String safeName(String name) {
    String last = name.substring(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1);
    StringBuilder safe = new StringBuilder(last.length());
    last.chars().forEach(c -> safe.append(Character.isISOControl(c) ? '_' : (char) c));
    if (safe.length() > MAX_NAME) {
      safe.setLength(MAX_NAME);
    }
    return safe.isEmpty() ? "attachment" : safe.toString();
  }
}
