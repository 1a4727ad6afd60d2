package org.emsg.gateway.xmpp.stream;

/// What one stanza may cost us. A stanza beyond a limit is skipped in constant memory and answered
/// with an error; the stream goes on, for it is one sender's fault, and the stream is everybody's.
///
/// @param stanzaBytes from `<` of the start tag to `>` of the end tag, in either direction
/// @param headBytes of the stream header, and of any one start tag
/// @param depth of elements, the stanza itself being 1
/// @param attributes of one element, namespace declarations among them
/// @param elements in one stanza
public record StreamLimits(
    int stanzaBytes, int headBytes, int depth, int attributes, int elements) {
  public StreamLimits {
    if (stanzaBytes < 10_000) {
      throw new IllegalArgumentException("RFC 6120 §13.12 wants at least 10000 bytes a stanza");
    }
  }

  /// The defaults, with `stanzaBytes` as set.
  public static StreamLimits ofStanzaBytes(int stanzaBytes) {
    return new StreamLimits(stanzaBytes, 8192, 32, 64, 4096);
  }
}
