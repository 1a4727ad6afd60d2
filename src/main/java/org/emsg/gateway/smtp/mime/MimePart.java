package org.emsg.gateway.smtp.mime;

import java.util.List;
import org.emsg.gateway.model.Bytes;

/// A node of a MIME message (RFC 2046), decoded.
public sealed interface MimePart {
  /// Parts in an order.
  ///
  /// @param subtype `mixed`, `alternative` …
  record Multipart(String subtype, List<MimePart> parts) implements MimePart {}

  /// Content.
  ///
  /// @param type `text/plain`, in lower case
  /// @param charset as declared; perhaps empty
  /// @param flowed whether it is `format=flowed`, and `delSp` of that
  /// @param attached whether its sender wants it beside the text and not in it
  /// @param fileName as declared; perhaps empty
  record Leaf(
      String type,
      String charset,
      boolean flowed,
      boolean delSp,
      boolean attached,
      String fileName,
      Bytes content)
      implements MimePart {}
}
