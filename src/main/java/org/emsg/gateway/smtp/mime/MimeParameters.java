package org.emsg.gateway.smtp.mime;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.apache.james.mime4j.stream.NameValuePair;
import org.apache.james.mime4j.stream.RawBody;
import org.apache.james.mime4j.stream.RawField;
import org.apache.james.mime4j.stream.RawFieldParser;

/// A structured MIME field: a value and its parameters, those split and encoded as RFC 2231 has it
/// put together. What is in there twice counts as it stood first.
record MimeParameters(String value, Map<String, String> parameters) {
  private static final int MAX_PARAMETERS = 100;
  private static final int MAX_SECTIONS = 50;

  static MimeParameters parse(String body) {
    RawBody raw = RawFieldParser.DEFAULT.parseRawBody(new RawField("x", body));
    Map<String, String> plain = new HashMap<>();
    Map<String, TreeMap<Integer, Section>> split = new HashMap<>();
    List<NameValuePair> pairs = raw.getParams();
    for (NameValuePair pair : pairs.subList(0, Math.min(pairs.size(), MAX_PARAMETERS))) {
      String name = pair.getName().toLowerCase(Locale.ROOT);
      String text = pair.getValue() == null ? "" : pair.getValue();
      int star = name.indexOf('*');
      if (star < 0) {
        plain.putIfAbsent(name, MailHeaders.decode(text));
      } else {
        section(split, name, star, text);
      }
    }
    split.forEach((name, sections) -> plain.put(name, join(sections)));
    String value = raw.getValue() == null ? "" : raw.getValue();
    return new MimeParameters(value.strip().toLowerCase(Locale.ROOT), Map.copyOf(plain));
  }

  String get(String name) {
    return parameters.getOrDefault(name, "");
  }

  private record Section(String text, boolean encoded) {}

  private static void section(
      Map<String, TreeMap<Integer, Section>> split, String name, int star, String text) {
    boolean encoded = name.endsWith("*");
    String number =
        name.substring(star + 1, encoded ? Math.max(star + 1, name.length() - 1) : name.length());
    if (number.length() > 2 || !number.chars().allMatch(c -> c >= '0' && c <= '9')) {
      return;
    }
    int index = number.isEmpty() ? 0 : Integer.parseInt(number);
    if (index < MAX_SECTIONS) {
      split
          .computeIfAbsent(name.substring(0, star), key -> new TreeMap<>())
          .putIfAbsent(index, new Section(text, encoded));
    }
  }

  private static String join(TreeMap<Integer, Section> sections) {
    Charset charset = StandardCharsets.UTF_8;
    List<byte[]> pieces = new ArrayList<>();
    int expected = 0;
    int size = 0;
    for (Map.Entry<Integer, Section> entry : sections.entrySet()) {
      if (entry.getKey() != expected++) {
        break;
      }
      Section section = entry.getValue();
      String text = section.text();
      if (entry.getKey() == 0 && section.encoded()) {
        int first = text.indexOf('\'');
        int second = first < 0 ? -1 : text.indexOf('\'', first + 1);
        if (second >= 0) {
          charset = MimeText.charset(text.substring(0, first)).orElse(charset);
          text = text.substring(second + 1);
        }
      }
      byte[] piece = section.encoded() ? percentDecoded(text) : text.getBytes(charset);
      pieces.add(piece);
      size += piece.length;
    }
    byte[] whole = new byte[size];
    int at = 0;
    for (byte[] piece : pieces) {
      System.arraycopy(piece, 0, whole, at, piece.length);
      at += piece.length;
    }
    return new String(whole, charset);
  }

  private static byte[] percentDecoded(String text) {
    byte[] in = text.getBytes(StandardCharsets.UTF_8);
    byte[] out = new byte[in.length];
    int length = 0;
    for (int i = 0; i < in.length; i++) {
      if (in[i] == '%' && i + 2 < in.length) {
        int high = Character.digit(in[i + 1], 16);
        int low = Character.digit(in[i + 2], 16);
        if (high >= 0 && low >= 0) {
          out[length++] = (byte) (16 * high + low);
          i += 2;
          continue;
        }
      }
      out[length++] = in[i];
    }
    return java.util.Arrays.copyOf(out, length);
  }
}
