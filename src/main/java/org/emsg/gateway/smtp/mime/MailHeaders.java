package org.emsg.gateway.smtp.mime;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.james.mime4j.codec.DecodeMonitor;
import org.apache.james.mime4j.codec.DecoderUtil;

/// The header of a message as it came, field by field (RFC 5322 §2.2). Immutable.
public final class MailHeaders {
  public static final int MAX_FIELDS = 1_000;
  public static final int MAX_FIELD = 32_768;
  public static final int MAX_HEADER = 262_144;

  private final List<Field> fields;
  private final int bodyStart;

  private MailHeaders(List<Field> fields, int bodyStart) {
    this.fields = List.copyOf(fields);
    this.bodyStart = bodyStart;
  }

  /// A field.
  ///
  /// @param raw the whole of it, name, folding and all, without the last line end
  public record Field(String name, String raw) {
    public String body() {
      return raw.substring(raw.indexOf(':') + 1);
    }
  }

  /// Reads the header of `content`; empty where it is larger than we take. A line that is no field
  /// ends the header (as if an empty line had stood before it).
  public static Optional<MailHeaders> parse(byte[] content) {
    List<Field> fields = new ArrayList<>();
    int start = 0;
    while (start < content.length) {
      int end = endOfField(content, start);
      if (end == start + 2 && content[start] == '\r') {
        return Optional.of(new MailHeaders(fields, end));
      }
      int colon = colon(content, start, end);
      if (colon < 0) {
        break;
      }
      if (end - start > MAX_FIELD || end > MAX_HEADER || fields.size() == MAX_FIELDS) {
        return Optional.empty();
      }
      String raw = text(content, start, withoutLineEnd(content, start, end));
      fields.add(new Field(raw.substring(0, raw.indexOf(':')).strip(), raw));
      start = end;
    }
    return Optional.of(new MailHeaders(fields, start));
  }

  /// Behind the line end after which no continuation line follows.
  private static int endOfField(byte[] content, int start) {
    int i = start;
    while (i < content.length) {
      if (content[i++] == '\n'
          && (i == content.length || i == start + 2 || (content[i] != ' ' && content[i] != '\t'))) {
        return i;
      }
    }
    return i;
  }

  private static int withoutLineEnd(byte[] content, int start, int end) {
    int last = end;
    if (last > start && content[last - 1] == '\n') {
      last--;
    }
    if (last > start && content[last - 1] == '\r') {
      last--;
    }
    return last;
  }

  private static int colon(byte[] content, int start, int end) {
    for (int i = start; i < end; i++) {
      byte b = content[i];
      if (b == ':') {
        return i > start ? i : -1;
      }
      boolean blank = b == ' ' || b == '\t';
      if ((b <= ' ' && !(blank && i > start)) || b == 0x7F) {
        return -1;
      }
    }
    return -1;
  }

  private static String text(byte[] content, int from, int to) {
    for (int i = from; i < to; i++) {
      if (content[i] < 0) {
        try {
          return StandardCharsets.UTF_8
              .newDecoder()
              .decode(ByteBuffer.wrap(content, from, to - from))
              .toString();
        } catch (CharacterCodingException notUtf8) {
          return new String(content, from, to - from, StandardCharsets.ISO_8859_1);
        }
      }
    }
    return new String(content, from, to - from, StandardCharsets.US_ASCII);
  }

  public List<Field> all() {
    return fields;
  }

  public List<Field> all(String name) {
    return fields.stream().filter(field -> field.name().equalsIgnoreCase(name)).toList();
  }

  public int count(String name) {
    return (int) fields.stream().filter(field -> field.name().equalsIgnoreCase(name)).count();
  }

  /// The first of `names` that is there more than once.
  public Optional<String> repeated(List<String> names) {
    return names.stream().filter(name -> count(name) > 1).findFirst();
  }

  /// The unfolded body of the first field of that name.
  public Optional<String> first(String name) {
    for (Field field : fields) {
      if (field.name().equalsIgnoreCase(name)) {
        return Optional.of(unfold(field.body()));
      }
    }
    return Optional.empty();
  }

  /// The same with its encoded words (RFC 2047) read.
  public Optional<String> text(String name) {
    return first(name).map(MailHeaders::decode);
  }

  /// Where the body begins.
  public int bodyStart() {
    return bodyStart;
  }

  public static String unfold(String body) {
    return body.replace("\r\n", "").replace("\n", "").replace("\r", "").strip();
  }

  public static String decode(String text) {
    return text.contains("=?")
        ? DecoderUtil.decodeEncodedWords(text, DecodeMonitor.SILENT, StandardCharsets.UTF_8)
        : text;
  }
}
