package org.emsg.gateway.model;

import java.net.URI;

/// A file that goes with a message.
///
/// @param name the file's name as shown to people; no path, no control characters
/// @param mediaType an RFC 6838 media type, without parameters
/// @param size in bytes; what the origin claims where the content is linked
public record Attachment(String name, String mediaType, long size, Content content) {
  public Attachment {
    if (name.isEmpty() || name.length() > 255 || name.chars().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException("a file name has 1 to 255 printable characters");
    }
    if (size < 0) {
      throw new IllegalArgumentException("a size is not negative");
    }
  }

  /// Where the bytes are.
  public sealed interface Content {
    /// At most 64 KiB, here.
    record Inline(Bytes bytes) implements Content {
      public static final int MAX = 65_536;

      public Inline {
        if (bytes.size() > MAX) {
          throw new IllegalArgumentException("what is larger than 64 KiB goes to the blob store");
        }
      }
    }

    /// In our blob store.
    record Stored(BlobId blob, Bytes sha256) implements Content {}

    /// At an http(s) address that the sender gave.
    record Linked(URI url) implements Content {}
  }
}
