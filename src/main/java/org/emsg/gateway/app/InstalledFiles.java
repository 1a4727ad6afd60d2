package org.emsg.gateway.app;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/// What an operator edits (`config/`, `mappings/`, `routes/`), as the jar carries it: in force
/// where there is no such file on disk, and never written anywhere.
final class InstalledFiles {
  private static final String ROOT = "/defaults/";

  private InstalledFiles() {}

  /// The text of `config/gateway.yaml` and the like.
  static String read(String name) {
    try (InputStream in = InstalledFiles.class.getResourceAsStream(ROOT + name)) {
      if (in == null) {
        throw new IllegalStateException("the jar does not carry " + name);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException damaged) {
      throw new UncheckedIOException(damaged);
    }
  }

  /// The files of a folder that end in `.yaml`, by name.
  static Map<String, String> readFolder(String folder) {
    URL url = InstalledFiles.class.getResource(ROOT + folder);
    if (url == null) {
      return Map.of();
    }
    try {
      URI uri = url.toURI();
      if (!uri.getScheme().equals("jar")) {
        return readYaml(Path.of(uri));
      }
      try (FileSystem jar = FileSystems.newFileSystem(uri, Map.of())) {
        return readYaml(jar.getPath(ROOT + folder));
      }
    } catch (IOException | URISyntaxException damaged) {
      throw new IllegalStateException("the jar's " + folder + " cannot be read", damaged);
    }
  }

  /// The files of a folder that end in `.yaml`, by name; what is hidden is not looked at.
  static Map<String, String> readYaml(Path folder) throws IOException {
    Map<String, String> texts = new TreeMap<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.sorted().toList()) {
        String name = file.getFileName().toString();
        if (name.endsWith(".yaml") && !name.startsWith(".")) {
          texts.put(name, Files.readString(file));
        }
      }
    }
    return texts;
  }
}
