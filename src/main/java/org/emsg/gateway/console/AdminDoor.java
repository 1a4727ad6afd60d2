package org.emsg.gateway.console;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;

/// Where the admin interface of a running gateway is, and the token that it asks for: what
/// `data/admin.json` says. Whoever may read that file may administer the gateway.
public record AdminDoor(URI address, String token) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String NAME = "admin.json";

  /// Says where the door is to those who may read it; it replaces what an earlier run left.
  void open(Path data) throws IOException {
    byte[] text =
        JSON.writeValueAsBytes(
            JSON.createObjectNode().put("address", address.toString()).put("token", token));
    Path fresh = data.resolve(NAME + ".new");
    Files.deleteIfExists(fresh);
    try (FileChannel out =
        FileChannel.open(
            fresh,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      out.write(ByteBuffer.wrap(text));
    }
    Files.move(fresh, data.resolve(NAME), StandardCopyOption.ATOMIC_MOVE);
  }

  /// Takes the file away, unless another run has written it since.
  void close(Path data) throws IOException {
    if (find(data).filter(this::equals).isPresent()) {
      Files.deleteIfExists(data.resolve(NAME));
    }
  }

  /// The door of the gateway that works on `data`; empty where none says it runs.
  public static Optional<AdminDoor> find(Path data) throws IOException {
    try {
      JsonNode read = JSON.readTree(Files.readString(data.resolve(NAME), StandardCharsets.UTF_8));
      return Optional.of(
          new AdminDoor(URI.create(read.path("address").asText()), read.path("token").asText()));
    } catch (NoSuchFileException noneRuns) {
      return Optional.empty();
    }
  }

  @Override
  public String toString() {
    return "AdminDoor[" + address + "]";
  }
}
