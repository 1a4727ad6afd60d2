package org.emsg.gateway.xmpp.stream;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.Consumer;
import org.emsg.gateway.model.Bytes;

/// Finds the borders of a stream's children in bytes that come in pieces of any size.
///
/// It is a push scanner over the subset of XML that RFC 6120 §11 leaves: UTF-8, elements, text,
/// CDATA, the five predefined entities and character references. What is outside of it (a DTD, a
/// comment, a processing instruction, any other entity) breaks the stream before a parser with more
/// imagination could see it: there is nothing here that can expand. It counts depth but compares no
/// names; each child is parsed for good afterwards, where it is small and whole.
///
/// Memory is bounded by [StreamLimits]: a child beyond a limit is scanned to its end, and dropped.
/// Not thread-safe.
final class XmlFramer {
  private static final byte[] CDATA_START = "[CDATA[".getBytes(StandardCharsets.US_ASCII);
  private static final int MAX_REFERENCE = 10;

  private enum State {
    PROLOG,
    DECLARATION,
    CONTENT,
    TAG_START,
    MARKUP,
    CDATA,
    END_TAG,
    START_TAG,
    EMPTY_TAG,
    VALUE,
    REFERENCE,
    DONE
  }

  private final StreamLimits limits;

  private State state = State.PROLOG;
  private State afterReference = State.CONTENT;

  /// 0 before the header, 1 between stanzas, 2 inside a stanza.
  private int depth;

  private byte quote;
  private int attributes;
  private int elements;
  private int tagBytes;
  private int matched;
  private boolean declared;
  private final StringBuilder reference = new StringBuilder(MAX_REFERENCE);

  private byte[] buffer = new byte[1024];
  private int length;
  private int headLength;
  private boolean keeping;
  private String overstepped = "";

  // The UTF-8 sequence that is being read: bytes still to come, its bits so far, its least value.
  private int following;
  private int codePoint;
  private int leastCodePoint;

  XmlFramer(StreamLimits limits) {
    this.limits = limits;
  }

  /// Scans `count` bytes and hands over each frame as soon as its last byte is there. After a
  /// `Broken` or an `End` everything is ignored.
  void feed(byte[] bytes, int offset, int count, Consumer<Frame> frames) {
    for (int i = offset; i < offset + count && state != State.DONE; i++) {
      byte b = bytes[i];
      if (!wellEncoded(b)) {
        fail(frames, "unsupported-encoding", "not UTF-8, or a character that XML does not have");
        return;
      }
      if (keeping) {
        keep(b, frames);
      }
      step(b, frames);
    }
  }

  /// The bytes of memory that the scanner holds for what it has not handed over yet.
  int held() {
    return buffer.length;
  }

  private void step(byte b, Consumer<Frame> frames) {
    switch (state) {
      case PROLOG -> prolog(b, frames);
      case DECLARATION -> declaration(b, frames);
      case CONTENT -> content(b, frames);
      case TAG_START -> tagStart(b, frames);
      case MARKUP -> markup(b, frames);
      case CDATA -> cdata(b);
      case END_TAG -> endTag(b, frames);
      case START_TAG -> startTag(b, frames);
      case EMPTY_TAG -> emptyTag(b, frames);
      case VALUE -> value(b, frames);
      case REFERENCE -> reference(b, frames);
      case DONE -> throw new IllegalStateException("nothing is read after the end");
    }
  }

  private void prolog(byte b, Consumer<Frame> frames) {
    if (b == '<') {
      beginKeeping(b, frames);
      state = State.TAG_START;
    } else if (!isSpace(b)) {
      fail(frames, "bad-format", "text before the stream header");
    }
  }

  /// Inside `<?`: allowed once, before the header, and only as an XML declaration.
  private void declaration(byte b, Consumer<Frame> frames) {
    if (length > 256) {
      fail(frames, "restricted-xml", "a processing instruction");
    } else if (b == '>' && length > 2 && buffer[length - 2] == '?') {
      String text = new String(buffer, 0, length, StandardCharsets.UTF_8).toLowerCase(Locale.ROOT);
      if (!text.startsWith("<?xml ")) {
        fail(frames, "restricted-xml", "a processing instruction");
      } else if (text.contains("encoding")
          && !text.contains("'utf-8'")
          && !text.contains("\"utf-8\"")) {
        fail(frames, "unsupported-encoding", "a stream is in UTF-8");
      } else {
        declared = true;
        dropKept();
        state = State.PROLOG;
      }
    }
  }

  private void content(byte b, Consumer<Frame> frames) {
    if (b == '<') {
      if (depth == 1) {
        beginKeeping(b, frames);
      }
      state = State.TAG_START;
    } else if (depth == 1) {
      if (!isSpace(b)) {
        fail(frames, "bad-format", "text between stanzas");
      }
    } else if (b == '&') {
      beginReference(State.CONTENT);
    }
  }

  private void tagStart(byte b, Consumer<Frame> frames) {
    switch (b) {
      case '/' -> {
        if (depth == 0) {
          fail(frames, "not-well-formed", "an end tag with nothing open");
        } else {
          tagBytes = 0;
          state = State.END_TAG;
        }
      }
      case '?' -> {
        if (depth == 0 && !declared) {
          state = State.DECLARATION;
        } else {
          fail(frames, "restricted-xml", "a processing instruction");
        }
      }
      case '!' -> {
        matched = 0;
        state = State.MARKUP;
      }
      default -> {
        if (isSpace(b) || b == '>' || b == '<' || b == '&' || b == '=') {
          fail(frames, "not-well-formed", "a tag without a name");
          return;
        }
        attributes = 0;
        tagBytes = 2;
        if (depth > 0 && ++elements > limits.elements()) {
          overstep(frames, "elements");
        }
        state = State.START_TAG;
      }
    }
  }

  private void markup(byte b, Consumer<Frame> frames) {
    if (depth < 2 || b != CDATA_START[matched]) {
      fail(frames, "restricted-xml", "a comment or a document type");
    } else if (++matched == CDATA_START.length) {
      matched = 0;
      state = State.CDATA;
    }
  }

  /// `matched` is the number of `]` just seen, at most two.
  private void cdata(byte b) {
    if (b == ']') {
      matched = Math.min(2, matched + 1);
    } else if (b == '>' && matched == 2) {
      state = State.CONTENT;
    } else {
      matched = 0;
    }
  }

  private void endTag(byte b, Consumer<Frame> frames) {
    if (b == '<' || b == '&' || b == '=' || ++tagBytes > limits.headBytes()) {
      fail(frames, "not-well-formed", "not an end tag");
    } else if (b == '>') {
      close(frames);
    }
  }

  private void startTag(byte b, Consumer<Frame> frames) {
    countTagByte(frames);
    switch (b) {
      case '"', '\'' -> {
        quote = b;
        state = State.VALUE;
        if (++attributes > limits.attributes()) {
          overstep(frames, "attributes");
        }
      }
      case '/' -> state = State.EMPTY_TAG;
      case '>' -> {
        open(frames);
        if (state == State.START_TAG) {
          state = State.CONTENT;
        }
      }
      case '<', '&' -> fail(frames, "not-well-formed", "a tag inside a tag");
      default -> {
        // Names and what stands between attributes: for the parser to judge.
      }
    }
  }

  private void emptyTag(byte b, Consumer<Frame> frames) {
    countTagByte(frames);
    if (b != '>') {
      fail(frames, "not-well-formed", "a / inside a tag");
      return;
    }
    if (depth == 0) {
      fail(frames, "bad-format", "a stream that ends where it begins");
      return;
    }
    open(frames);
    close(frames);
  }

  private void value(byte b, Consumer<Frame> frames) {
    countTagByte(frames);
    if (b == quote) {
      state = State.START_TAG;
    } else if (b == '&') {
      beginReference(State.VALUE);
    } else if (b == '<') {
      fail(frames, "not-well-formed", "< in an attribute");
    }
  }

  private void beginReference(State after) {
    afterReference = after;
    reference.setLength(0);
    state = State.REFERENCE;
  }

  private void reference(byte b, Consumer<Frame> frames) {
    if (afterReference == State.VALUE) {
      countTagByte(frames);
    }
    if (state == State.DONE) {
      return;
    }
    if (b == ';') {
      if (permitted(reference)) {
        state = afterReference;
      } else {
        fail(frames, "restricted-xml", "an entity that XMPP does not have");
      }
    } else if (reference.length() == MAX_REFERENCE || b <= ' ') {
      fail(frames, "restricted-xml", "an entity that XMPP does not have");
    } else {
      reference.append((char) b);
    }
  }

  private static boolean permitted(StringBuilder name) {
    return switch (name.toString()) {
      case "amp", "lt", "gt", "quot", "apos" -> true;
      default -> name.length() > 1 && name.charAt(0) == '#';
    };
  }

  /// A start tag is complete.
  private void open(Consumer<Frame> frames) {
    if (state == State.DONE) {
      return;
    }
    if (depth == 0) {
      Bytes tag = kept();
      dropKept();
      depth = 1;
      state = State.CONTENT;
      frames.accept(new Frame.Header(tag));
      return;
    }
    if (depth == 1) {
      headLength = length;
    }
    depth++;
    if (depth - 1 > limits.depth()) {
      overstep(frames, "depth");
    }
  }

  /// An element is complete.
  private void close(Consumer<Frame> frames) {
    if (state == State.DONE) {
      return;
    }
    depth--;
    state = State.CONTENT;
    if (depth == 0) {
      state = State.DONE;
      frames.accept(new Frame.End());
    } else if (depth == 1) {
      Frame frame =
          overstepped.isEmpty()
              ? new Frame.Element(kept(), headLength)
              : new Frame.Overstepped(head(), overstepped);
      dropKept();
      frames.accept(frame);
    }
  }

  private void countTagByte(Consumer<Frame> frames) {
    if (++tagBytes <= limits.headBytes()) {
      return;
    }
    overstep(frames, "start tag");
  }

  private void beginKeeping(byte b, Consumer<Frame> frames) {
    keeping = true;
    length = 0;
    headLength = 0;
    elements = 0;
    overstepped = "";
    keep(b, frames);
  }

  private void keep(byte b, Consumer<Frame> frames) {
    if (length == limits.stanzaBytes()) {
      overstep(frames, "size");
      return;
    }
    if (length == buffer.length) {
      buffer = Arrays.copyOf(buffer, Math.min(limits.stanzaBytes(), buffer.length * 2));
    }
    buffer[length++] = b;
  }

  /// From here on the child is only scanned; its start tag, where it is whole, is kept for the
  /// answer.
  private void overstep(Consumer<Frame> frames, String limit) {
    if (depth == 0) {
      fail(frames, "policy-violation", "the stream header is too long");
      return;
    }
    if (overstepped.isEmpty()) {
      overstepped = limit;
    }
    keeping = false;
    length = headLength;
  }

  private Bytes kept() {
    return Bytes.wrap(Arrays.copyOf(buffer, length));
  }

  private Bytes head() {
    return Bytes.wrap(Arrays.copyOf(buffer, headLength));
  }

  /// Gives the memory of a large stanza back.
  private void dropKept() {
    keeping = false;
    length = 0;
    headLength = 0;
    overstepped = "";
    if (buffer.length > 65_536) {
      buffer = new byte[1024];
    }
  }

  private void fail(Consumer<Frame> frames, String condition, String why) {
    if (state == State.DONE) {
      return;
    }
    state = State.DONE;
    dropKept();
    frames.accept(new Frame.Broken(condition, why));
  }

  /// Follows UTF-8 (RFC 3629) and XML's own choice of characters (XML 1.0 §2.2).
  private boolean wellEncoded(byte b) {
    int value = b & 0xFF;
    if (following > 0) {
      if ((value & 0xC0) != 0x80) {
        return false;
      }
      codePoint = (codePoint << 6) | (value & 0x3F);
      if (--following > 0) {
        return true;
      }
      return codePoint >= leastCodePoint
          && codePoint <= 0x10FFFF
          && (codePoint < 0xD800 || codePoint > 0xDFFF)
          && codePoint != 0xFFFE
          && codePoint != 0xFFFF;
    }
    if (value < 0x80) {
      return value >= 0x20 || value == '\t' || value == '\n' || value == '\r';
    }
    if (value >= 0xC2 && value <= 0xDF) {
      begin(1, value & 0x1F, 0x80);
    } else if (value >= 0xE0 && value <= 0xEF) {
      begin(2, value & 0x0F, 0x800);
    } else if (value >= 0xF0 && value <= 0xF4) {
      begin(3, value & 0x07, 0x10000);
    } else {
      return false;
    }
    return true;
  }

  private void begin(int bytesToCome, int bits, int least) {
    following = bytesToCome;
    codePoint = bits;
    leastCodePoint = least;
  }

  private static boolean isSpace(byte b) {
    return b == ' ' || b == '\t' || b == '\n' || b == '\r';
  }
}
