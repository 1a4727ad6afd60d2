package org.emsg.gateway.xmpp.stream;

import org.emsg.gateway.model.Bytes;

/// A piece of a stream with its borders found and nothing of it understood.
sealed interface Frame {
  /// The stream header's start tag.
  record Header(Bytes tag) implements Frame {}

  /// A whole child of the stream; its start tag is the first `headLength` bytes.
  record Element(Bytes xml, int headLength) implements Frame {}

  /// A child of the stream that went beyond a limit and was skipped.
  ///
  /// @param head its start tag; empty where the tag alone was too much
  record Overstepped(Bytes head, String limit) implements Frame {}

  /// The stream's end tag.
  record End() implements Frame {}

  /// This is no XMPP stream, or none any more: nothing is read after it.
  ///
  /// @param condition of RFC 6120 §4.9.3
  record Broken(String condition, String why) implements Frame {}
}
