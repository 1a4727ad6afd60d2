package org.emsg.gateway.gateway;

import java.time.Instant;
import java.util.Optional;
import org.emsg.gateway.model.BlobId;
import org.emsg.gateway.model.Bytes;

/// Attachments over 64 KiB. Calls block.
public interface Blobs {
  /// Keeps `content` until `expires`, durably when this returns.
  BlobId put(Bytes content, String name, String mediaType, Instant expires);

  Optional<Blob> find(BlobId id);

  /// A kept attachment.
  record Blob(String name, String mediaType, Bytes content, Instant expires) {}
}
