package org.emsg.gateway.smtp.wire;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;

/// The two byte streams of an SMTP connection, for either side of it: lines, replies and message
/// data, with one deadline for each. Used by one thread.
///
/// Commands and data end their lines in CRLF and nothing else. Whoever took a bare LF or CR for a
/// line's end here, while the next server does not, would let a sender smuggle one message inside
/// another. Replies carry nobody's message: they are read as they come.
public final class SmtpWire {
  private static final int BUFFER = 8192;
  private static final int MAX_REPLY_TEXT = 1024;
  private static final int MAX_REPLY_LINE = 65_536;
  private static final Duration LATE = Duration.ofSeconds(5);

  private final InputStream in;
  private final OutputStream out;
  private final Timeout timeout;
  private final byte[] input = new byte[BUFFER];
  private final byte[] output = new byte[BUFFER];
  private int next;
  private int limit;
  private int pending;
  private volatile long deadline;
  private volatile boolean timed;

  /// Sets how long the next read may block.
  public interface Timeout {
    void millis(int millis) throws IOException;
  }

  public SmtpWire(InputStream in, OutputStream out, Timeout timeout) {
    this.in = in;
    this.out = out;
    this.timeout = timeout;
  }

  /// All reads from now on have to end within `time`; one that does not throws a
  /// [SocketTimeoutException]. The other side gains nothing by sending a byte now and then.
  public void within(Duration time) {
    deadline = System.nanoTime() + time.toNanos();
    timed = true;
  }

  /// Whether the deadline passed some seconds ago. Any thread may ask.
  public boolean isLate() {
    return isLate(LATE);
  }

  /// Whether the deadline passed longer than `grace` ago. Any thread may ask.
  public boolean isLate(Duration grace) {
    return timed && System.nanoTime() - deadline > grace.toNanos();
  }

  /// There is no deadline until the next one is set.
  public void untimed() {
    timed = false;
  }

  /// Whether bytes wait that nobody has looked at.
  public boolean hasInput() {
    return next < limit;
  }

  public void forgetInput() {
    next = limit;
  }

  /// One line without its end, at most `max` bytes.
  public String readLine(int max) throws IOException {
    byte[] line = new byte[Math.min(max, 256)];
    int length = 0;
    boolean carriage = false;
    while (true) {
      if (next == limit) {
        fill();
      }
      byte b = input[next++];
      if (b == '\n') {
        if (!carriage) {
          throw new SmtpFault(SmtpFault.Kind.BARE_NEWLINE);
        }
        return utf8(line, length);
      }
      if (carriage) {
        throw new SmtpFault(SmtpFault.Kind.BARE_NEWLINE);
      }
      if (b == '\r') {
        carriage = true;
      } else if (length == max) {
        throw new SmtpFault(SmtpFault.Kind.LINE_TOO_LONG);
      } else {
        if (length == line.length) {
          line = java.util.Arrays.copyOf(line, Math.min(max, 2 * length));
        }
        line[length++] = b;
      }
    }
  }

  /// One reply with all its lines, by whatever bytes they are told: what is no UTF-8 is replaced,
  /// what is long is cut, and a bare LF ends a line.
  public SmtpReply readReply() throws IOException {
    ReplyLines lines = new ReplyLines();
    Optional<SmtpReply> reply = Optional.empty();
    while (reply.isEmpty()) {
      reply = lines.take(readReplyLine());
    }
    return reply.get();
  }

  private String readReplyLine() throws IOException {
    byte[] line = new byte[MAX_REPLY_TEXT];
    int length = 0;
    for (int skipped = 0; skipped < MAX_REPLY_LINE; skipped++) {
      if (next == limit) {
        fill();
      }
      byte b = input[next++];
      if (b == '\n') {
        return new String(line, 0, length, StandardCharsets.UTF_8).stripTrailing();
      }
      if (length < line.length) {
        line[length++] = b;
      }
    }
    throw new SmtpFault(SmtpFault.Kind.LINE_TOO_LONG);
  }

  /// Message data up to and without `CRLF . CRLF`, dots unstuffed (RFC 5321 §4.5.2).
  public void readData(MailData data) throws IOException {
    while (true) {
      if (next == limit) {
        fill();
      }
      int used = data.take(input, next, limit);
      if (used >= 0) {
        next = used;
        return;
      }
      next = limit;
    }
  }

  private void fill() throws IOException {
    flush();
    long left = timed ? deadline - System.nanoTime() : Long.MAX_VALUE;
    if (left <= 0) {
      throw new SocketTimeoutException("no time left");
    }
    timeout.millis(Math.clamp(left / 1_000_000, 1, Integer.MAX_VALUE));
    int count = in.read(input, 0, BUFFER);
    if (count < 0) {
      throw new EOFException("the other side closed the connection");
    }
    next = 0;
    limit = count;
  }

  /// Puts `bytes` behind what waits to be written; they go out with [#flush], and before a read
  /// that has to wait: replies to pipelined commands travel together (RFC 2920 §3.2).
  public void write(byte[] bytes) throws IOException {
    if (bytes.length > BUFFER - pending) {
      flushBuffer();
    }
    if (bytes.length > BUFFER) {
      out.write(bytes);
    } else {
      System.arraycopy(bytes, 0, output, pending, bytes.length);
      pending += bytes.length;
    }
  }

  public void writeLine(String line) throws IOException {
    write((line + "\r\n").getBytes(StandardCharsets.UTF_8));
  }

  /// Message data with dots stuffed, ended by `CRLF . CRLF`. `content` has CRLF lines. The very end
  /// goes out with [#flush]: where this throws, the other side does not have the message.
  public void writeData(byte[] content) throws IOException {
    int from = 0;
    boolean lineStart = true;
    for (int i = 0; i < content.length; i++) {
      byte b = content[i];
      if (lineStart && b == '.') {
        writeRange(content, from, i);
        writeByte('.');
        from = i;
      }
      lineStart = b == '\n';
    }
    writeRange(content, from, content.length);
    if (!lineStart) {
      writeByte('\r');
      writeByte('\n');
    }
    writeByte('.');
    writeByte('\r');
    writeByte('\n');
  }

  private void writeRange(byte[] bytes, int from, int to) throws IOException {
    if (to - from > BUFFER - pending) {
      flushBuffer();
      if (to - from > BUFFER) {
        out.write(bytes, from, to - from);
        return;
      }
    }
    System.arraycopy(bytes, from, output, pending, to - from);
    pending += to - from;
  }

  private void writeByte(int b) throws IOException {
    if (pending == BUFFER) {
      flushBuffer();
    }
    output[pending++] = (byte) b;
  }

  public void flush() throws IOException {
    flushBuffer();
    out.flush();
  }

  private void flushBuffer() throws IOException {
    if (pending > 0) {
      int length = pending;
      pending = 0;
      out.write(output, 0, length);
    }
  }

  private static String utf8(byte[] line, int length) throws SmtpFault {
    boolean ascii = true;
    for (int i = 0; i < length && ascii; i++) {
      ascii = line[i] >= 0;
    }
    if (ascii) {
      return new String(line, 0, length, StandardCharsets.US_ASCII);
    }
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(line, 0, length))
          .toString();
    } catch (CharacterCodingException e) {
      throw new SmtpFault(SmtpFault.Kind.NOT_UTF8);
    }
  }
}
