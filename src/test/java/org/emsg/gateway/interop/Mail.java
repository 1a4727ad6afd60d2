package org.emsg.gateway.interop;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/// A mail as it lies in its recipient's mailbox, read by Python's `email`.
///
/// @param headers in order, decoded
/// @param type the media type of the whole
/// @param text its plain body; empty where it has none
/// @param html its HTML body; empty where it has none
/// @param signatures what dkimpy says of each DKIM signature, topmost first
/// @param raw the bytes, as Latin-1 characters
public record Mail(
    long uid,
    List<Header> headers,
    String type,
    String text,
    String html,
    List<Attachment> attachments,
    List<Signature> signatures,
    String raw) {

  public record Header(String name, String value) {}

  /// A part that is none of the bodies.
  ///
  /// @param content the bytes, as Latin-1 characters
  public record Attachment(String name, String type, String content) {}

  /// What dkimpy says of one DKIM signature.
  ///
  /// @param why it is not valid
  public record Signature(String domain, String algorithm, boolean valid, String why) {}

  /// The first header of that name, in any case.
  public Optional<String> header(String name) {
    return headers.stream()
        .filter(header -> header.name().equalsIgnoreCase(name))
        .map(Header::value)
        .findFirst();
  }

  /// Whether a signature of that domain is there and all of that domain's are valid.
  public boolean isSignedBy(String domain) {
    List<Signature> of = signatures.stream().filter(s -> s.domain().equals(domain)).toList();
    return !of.isEmpty() && of.stream().allMatch(Signature::valid);
  }

  static Mail of(JsonNode node) {
    List<Header> headers = new ArrayList<>();
    node.path("headers")
        .forEach(pair -> headers.add(new Header(pair.path(0).asText(), pair.path(1).asText())));
    List<Attachment> attachments = new ArrayList<>();
    node.path("attachments")
        .forEach(part ->
            attachments.add(
                new Attachment(
                    part.path("name").asText(""),
                    part.path("type").asText(),
                    bytes(part.path("base64")))));
    List<Signature> signatures = new ArrayList<>();
    node.path("dkim")
        .forEach(one ->
            signatures.add(
                new Signature(
                    one.path("domain").asText(""),
                    one.path("algorithm").asText(""),
                    one.path("valid").asBoolean(),
                    one.path("why").asText())));
    return new Mail(
        node.path("uid").asLong(),
        List.copyOf(headers),
        node.path("type").asText(),
        node.path("text").asText(""),
        node.path("html").asText(""),
        List.copyOf(attachments),
        List.copyOf(signatures),
        bytes(node.path("raw")));
  }

  private static String bytes(JsonNode base64) {
    return new String(Base64.getDecoder().decode(base64.asText()), StandardCharsets.ISO_8859_1);
  }
}
