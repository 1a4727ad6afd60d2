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

  /// What is kept under `id`, without its bytes.
  Optional<Kept> look(BlobId id);

  /// At most `length` of its bytes, from `offset` on; none at its end, or where it is gone.
  Bytes part(BlobId id, long offset, int length);

  /// What is known of a kept attachment.
  ///
  /// @param size in bytes
  record Kept(String name, String mediaType, long size, Instant expires) {}

  /// A kept attachment.
  record Blob(String name, String mediaType, Bytes content, Instant expires) {}
}
