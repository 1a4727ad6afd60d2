package org.emsg.gateway.gateway;

import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import org.emsg.gateway.model.Attachment;
import org.emsg.gateway.model.BlobId;

/// Links to the blob store, below one address.
///
/// @param base ends with `/`; the id follows
/// @param keep how long what a message carried is there
public record KeptFiles(URI base, Blobs blobs, Duration keep, Clock clock) implements FileLinks {

  @Override
  public Optional<URI> of(BlobId id) {
    return Optional.of(base.resolve(id.value()));
  }

  @Override
  public Optional<URI> keep(Attachment attachment, Attachment.Content.Inline content) {
    return of(
        blobs.put(
            content.bytes(),
            attachment.name(),
            attachment.mediaType(),
            clock.instant().plus(keep)));
  }
}
