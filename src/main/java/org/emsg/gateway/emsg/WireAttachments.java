package org.emsg.gateway.emsg;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.emsg.gateway.gateway.FileLinks;
import org.emsg.gateway.model.Attachment;
import org.emsg.gateway.model.Bytes;

/// `attachments` (profile §7): `{name, media_type, size, sha256, url}` or `{…, data}`.
final class WireAttachments {
  private static final String ANY_TYPE = "application/octet-stream";
  private static final int MAX_NAME = 255;

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

  static ArrayNode write(ArrayNode into, List<Attachment> attachments, FileLinks files) {
    for (Attachment attachment : attachments) {
      ObjectNode entry = into.addObject();
      entry.put("name", attachment.name());
      entry.put("media_type", attachment.mediaType());
      entry.put("size", attachment.size());
      switch (attachment.content()) {
        case Attachment.Content.Inline(Bytes bytes) ->
            entry.put("data", Base64.getEncoder().encodeToString(bytes.view()));
        case Attachment.Content.Stored(var blob, Bytes sha256) -> {
          entry.put("sha256", sha256.asHex());
          files.of(blob).ifPresent(url -> entry.put("url", url.toString()));
        }
        case Attachment.Content.Linked(URI url) -> entry.put("url", url.toString());
      }
    }
    return into;
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
