package org.emsg.gateway.smtp.mime;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import org.apache.james.mime4j.codec.EncoderUtil;
import org.apache.james.mime4j.util.MimeUtil;
import org.emsg.gateway.smtp.wire.SmtpCommand;

/// Writes messages in MIME (RFC 5322, RFC 2045 to 2047, RFC 2231), all in 7 bits. Nothing that is
/// given to it can end a field or begin another. One use, one thread.
public final class MimeWriter {
  private static final Base64.Encoder BASE64 = Base64.getMimeEncoder(76, new byte[] {'\r', '\n'});
  private static final int MAX_PLAIN_LINE = 900;
  private static final String UNRESERVED = "-._~";

  private final ByteArrayOutputStream out = new ByteArrayOutputStream(1024);

  /// A field whose body is safe as it is: made by us, or by one of the methods below.
  public MimeWriter field(String name, String body) {
    ascii(MimeUtil.fold(name + ": " + oneLine(body), 0));
    return crlf();
  }

  /// A field of free text, in encoded words where it needs them.
  public MimeWriter text(String name, String text) {
    String line = oneLine(text);
    // What only looks like an encoded word would be read as one.
    String body =
        line.contains("=?")
            ? EncoderUtil.encodeEncodedWord(line, EncoderUtil.Usage.TEXT_TOKEN, name.length() + 2)
            : EncoderUtil.encodeIfNecessary(line, EncoderUtil.Usage.TEXT_TOKEN, name.length() + 2);
    return field(name, body);
  }

  /// `name <address>`, or the address alone. An address beyond ASCII stands as it is (RFC 6532).
  public MimeWriter mailbox(String field, String name, String address) {
    String safe = oneLine(address);
    String shown = oneLine(name);
    String words =
        shown.contains("=?")
            ? EncoderUtil.encodeEncodedWord(shown, EncoderUtil.Usage.WORD_ENTITY)
            : EncoderUtil.encodeAddressDisplayName(shown);
    String body = shown.isEmpty() ? safe : words + " <" + safe + ">";
    utf8(MimeUtil.fold(field + ": " + body, 0));
    return crlf();
  }

  /// The fields of a text part, the empty line, and the text.
  public MimeWriter textPart(String text) {
    byte[] bytes = withCrlf(text).getBytes(StandardCharsets.UTF_8);
    int beyond = 0;
    int line = 0;
    int longest = 0;
    for (byte b : bytes) {
      beyond += b < 0 || b == 0 ? 1 : 0;
      line = b == '\n' ? 0 : line + 1;
      longest = Math.max(longest, line);
    }
    field(
        "Content-Type", beyond == 0 ? "text/plain; charset=us-ascii" : "text/plain; charset=utf-8");
    if (beyond == 0 && longest <= MAX_PLAIN_LINE) {
      field("Content-Transfer-Encoding", "7bit").crlf();
      out.writeBytes(bytes);
    } else if (beyond > bytes.length / 3) {
      field("Content-Transfer-Encoding", "base64").crlf();
      out.writeBytes(BASE64.encode(bytes));
    } else {
      field("Content-Transfer-Encoding", "quoted-printable").crlf();
      quotedPrintable(bytes);
    }
    return crlf();
  }

  private void quotedPrintable(byte[] bytes) {
    try {
      EncoderUtil.encodeQ(new ByteArrayInputStream(bytes), out);
    } catch (IOException e) {
      throw new UncheckedIOException("memory failed", e);
    }
  }

  /// The fields of a file, the empty line, and its content.
  public MimeWriter filePart(String mediaType, String fileName, byte[] content) {
    field("Content-Type", mediaType + parameter("name", fileName));
    field("Content-Disposition", "attachment" + parameter("filename", fileName));
    field("Content-Transfer-Encoding", "base64").crlf();
    out.writeBytes(BASE64.encode(content));
    return crlf();
  }

  /// A part that is 7-bit text of a structure of its own.
  public MimeWriter structuredPart(String mediaType, List<String> lines) {
    field("Content-Type", mediaType).crlf();
    for (String line : lines) {
      ascii(line.isEmpty() ? "" : MimeUtil.fold(oneLine(line), 0));
      crlf();
    }
    return this;
  }

  public MimeWriter boundary(String boundary) {
    ascii("--" + boundary);
    return crlf();
  }

  public MimeWriter lastBoundary(String boundary) {
    ascii("--" + boundary + "--");
    return crlf();
  }

  public MimeWriter crlf() {
    out.write('\r');
    out.write('\n');
    return this;
  }

  public byte[] bytes() {
    return out.toByteArray();
  }

  /// `; name="value"`, by RFC 2231 where the value is beyond ASCII.
  private static String parameter(String name, String value) {
    String safe = oneLine(value);
    if (SmtpCommand.isAscii(safe) && safe.length() < 70) {
      return "; " + name + "=\"" + safe.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
    StringBuilder out = new StringBuilder("; ").append(name).append("*=utf-8''");
    for (byte b : safe.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (b & 0xFF);
      if (c < 0x80 && (Character.isLetterOrDigit(c) || UNRESERVED.indexOf(c) >= 0)) {
        out.append(c);
      } else {
        out.append('%').append(String.format(Locale.ROOT, "%02X", (int) c));
      }
    }
    return out.toString();
  }

  private static String withCrlf(String text) {
    return text.replace("\r", "").replace("\n", "\r\n");
  }

  private static String oneLine(String text) {
    if (text.chars().noneMatch(Character::isISOControl)) {
      return text;
    }
    StringBuilder out = new StringBuilder(text.length());
    text.chars().forEach(c -> out.append(Character.isISOControl(c) ? ' ' : (char) c));
    return out.toString();
  }

  private void ascii(String text) {
    out.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
  }

  private void utf8(String text) {
    out.writeBytes(text.getBytes(StandardCharsets.UTF_8));
  }
}
