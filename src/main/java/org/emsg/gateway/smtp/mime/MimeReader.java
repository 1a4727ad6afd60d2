package org.emsg.gateway.smtp.mime;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.apache.james.mime4j.MimeException;
import org.apache.james.mime4j.stream.EntityState;
import org.apache.james.mime4j.stream.Field;
import org.apache.james.mime4j.stream.MimeConfig;
import org.apache.james.mime4j.stream.MimeTokenStream;
import org.apache.james.mime4j.stream.RecursionMode;
import org.emsg.gateway.model.Bytes;

/// Reads the parts of a message in one pass, with bounds that hold while it reads: a message whose
/// parts are too many or too deep is given up where it crosses the line. Attached messages are
/// leaves: nothing in them is looked at.
public final class MimeReader {
  public static final int MAX_PARTS = 1_000;
  public static final int MAX_DEPTH = 20;

  private static final MimeConfig CONFIG =
      MimeConfig.custom()
          .setMaxLineLen(-1)
          .setMaxHeaderCount(MailHeaders.MAX_FIELDS)
          .setMaxHeaderLen(MailHeaders.MAX_FIELD)
          .setMaxContentLen(-1)
          .build();

  private final Deque<Level> open = new ArrayDeque<>();
  private final List<MimePart> root = new ArrayList<>();
  private MimeParameters type;
  private MimeParameters disposition;
  private boolean inBody;
  private int parts;

  private record Level(String subtype, List<MimePart> parts) {}

  private MimeReader(MailHeaders headers) {
    type = parameters(headers, "Content-Type");
    disposition = parameters(headers, "Content-Disposition");
  }

  private static MimeParameters parameters(MailHeaders headers, String name) {
    return MimeParameters.parse(headers.first(name).orElse(""));
  }

  /// Why a message cannot be read; its text is for the sender.
  public static final class Refused extends Exception {
    private static final long serialVersionUID = 1L;

    Refused(String text) {
      super(text);
    }

    public String text() {
      return String.valueOf(getMessage());
    }
  }

  /// The whole message as a tree. The parser is given the header's fields as `headers` read them
  /// and the body from where `headers` saw it begin: what DKIM vouched for is what is read.
  ///
  /// @param content header and body
  public static MimePart read(MailHeaders headers, byte[] content) throws Refused {
    MimeReader reader = new MimeReader(headers);
    MimeTokenStream tokens = new MimeTokenStream(CONFIG);
    tokens.setRecursionMode(RecursionMode.M_NO_RECURSE);
    int start = headers.bodyStart();
    tokens.parse(
        new SequenceInputStream(
            new ByteArrayInputStream(structure(headers)),
            new ByteArrayInputStream(content, start, content.length - start)));
    try {
      for (EntityState state = tokens.getState();
          state != EntityState.T_END_OF_STREAM;
          state = tokens.next()) {
        reader.take(state, tokens);
      }
    } catch (MimeException | IOException malformed) {
      throw new Refused("the message is malformed MIME");
    }
    return reader.root.isEmpty()
        ? new MimePart.Leaf("text/plain", "", false, false, false, "", Bytes.empty())
        : reader.root.getFirst();
  }

  /// The fields that say how the body is to be read.
  private static byte[] structure(MailHeaders headers) {
    StringBuilder fields = new StringBuilder();
    for (String name : List.of("Content-Type", "Content-Transfer-Encoding")) {
      headers
          .first(name)
          .ifPresent(body -> fields.append(name).append(':').append(body).append("\r\n"));
    }
    return fields.append("\r\n").toString().getBytes(StandardCharsets.UTF_8);
  }

  private void take(EntityState state, MimeTokenStream tokens) throws Refused, IOException {
    switch (state) {
      case T_END_HEADER -> inBody = true;
      case T_START_HEADER -> {
        if (!inBody) {
          return;
        }
        type = MimeParameters.parse("");
        disposition = MimeParameters.parse("");
      }
      case T_FIELD -> {
        if (inBody) {
          field(tokens.getField());
        }
      }
      case T_START_MULTIPART -> {
        if (open.size() == MAX_DEPTH) {
          throw new Refused("the message has parts within parts over " + MAX_DEPTH + " deep");
        }
        open.push(new Level(tokens.getBodyDescriptor().getSubType(), new ArrayList<>()));
      }
      case T_START_BODYPART -> {
        if (++parts > MAX_PARTS) {
          throw new Refused("the message has more than " + MAX_PARTS + " parts");
        }
      }
      case T_END_MULTIPART -> {
        Level level = open.pop();
        add(new MimePart.Multipart(level.subtype(), List.copyOf(level.parts())));
      }
      case T_BODY -> add(leaf(tokens));
      default -> {}
    }
  }

  private void field(Field field) {
    if (field.getName().equalsIgnoreCase("Content-Type") && type.value().isEmpty()) {
      type = MimeParameters.parse(MailHeaders.unfold(field.getBody()));
    } else if (field.getName().equalsIgnoreCase("Content-Disposition")
        && disposition.value().isEmpty()) {
      disposition = MimeParameters.parse(MailHeaders.unfold(field.getBody()));
    }
  }

  private MimePart.Leaf leaf(MimeTokenStream tokens) throws IOException {
    String mediaType = tokens.getBodyDescriptor().getMimeType();
    String fileName = disposition.get("filename");
    return new MimePart.Leaf(
        mediaType == null ? "text/plain" : mediaType,
        type.get("charset"),
        type.get("format").equalsIgnoreCase("flowed"),
        type.get("delsp").equalsIgnoreCase("yes"),
        disposition.value().equals("attachment"),
        fileName.isEmpty() ? type.get("name") : fileName,
        Bytes.wrap(bytes(tokens.getDecodedInputStream())));
  }

  private static byte[] bytes(InputStream in) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    in.transferTo(out);
    return out.toByteArray();
  }

  private void add(MimePart part) {
    Level parent = open.peek();
    (parent == null ? root : parent.parts()).add(part);
  }
}
