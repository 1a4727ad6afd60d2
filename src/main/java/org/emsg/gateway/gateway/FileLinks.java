package org.emsg.gateway.gateway;

import java.net.URI;
import java.util.Optional;
import org.emsg.gateway.model.Attachment;
import org.emsg.gateway.model.BlobId;

/// Where people of any network fetch attachments. Thread-safe.
public interface FileLinks {
  /// Nothing is served: only what has an address already has one.
  FileLinks NONE =
      new FileLinks() {
        @Override
        public Optional<URI> of(BlobId id) {
          return Optional.empty();
        }

        @Override
        public Optional<URI> keep(Attachment attachment, Attachment.Content.Inline content) {
          return Optional.empty();
        }
      };

  /// The address of what is kept in [Blobs]; empty where nothing is served.
  Optional<URI> of(BlobId id);

  /// Keeps what a message carries, and gives it an address; empty where nothing is served. Blocks.
  Optional<URI> keep(Attachment attachment, Attachment.Content.Inline content);

  /// For a network that carries addresses only. Blocks.
  default Optional<URI> of(Attachment attachment) {
    return switch (attachment.content()) {
      case Attachment.Content.Linked(URI url) -> Optional.of(url);
      case Attachment.Content.Stored stored -> of(stored.blob());
      case Attachment.Content.Inline inline -> keep(attachment, inline);
    };
  }
}
