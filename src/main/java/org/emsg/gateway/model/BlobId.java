package org.emsg.gateway.model;

/// The unguessable name of an attachment in the blob store: 43 characters of URL-safe base64.
public record BlobId(String value) {
  public BlobId {
    if (!value.matches("[A-Za-z0-9_-]{43}")) {
      throw new IllegalArgumentException("a blob id is 43 characters of URL-safe base64");
    }
  }

  @Override
  public String toString() {
    return value;
  }
}
