package org.emsg.gateway.fuzz;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/// A fuzz target, found by its name.
record FuzzTarget(Class<?> type) {
  private static final String SUFFIX = "Fuzz";

  /// All of them: a new one needs no entry anywhere.
  static List<FuzzTarget> all() {
    try {
      Path classes = Path.of(FuzzTarget.class.getResource("FuzzTarget.class").toURI()).getParent();
      try (Stream<Path> files = Files.list(classes)) {
        return files
            .map(file -> file.getFileName().toString())
            .filter(name -> name.endsWith(SUFFIX + ".class") && name.indexOf('$') < 0)
            .map(name -> name.substring(0, name.length() - ".class".length()))
            .sorted()
            .map(FuzzTarget::of)
            .toList();
      }
    } catch (URISyntaxException | IOException e) {
      throw new IllegalStateException("the compiled tests are not in a directory", e);
    }
  }

  private static FuzzTarget of(String name) {
    try {
      return new FuzzTarget(Class.forName(FuzzTarget.class.getPackageName() + '.' + name));
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(e);
    }
  }

  /// `esmp-line` for `EsmpLineFuzz`.
  String name() {
    String simple = type.getSimpleName();
    return simple
        .substring(0, simple.length() - SUFFIX.length())
        .replaceAll("(?<=[a-z0-9])(?=[A-Z])", "-")
        .toLowerCase(Locale.ROOT);
  }

  Path seedDirectory() {
    return Path.of("src/test/resources/fuzz", name()).toAbsolutePath();
  }

  List<Path> seeds() {
    if (!Files.isDirectory(seedDirectory())) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(seedDirectory())) {
      return files.filter(Files::isRegularFile).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Runs one input in this process.
  void run(byte[] input) throws Throwable {
    MethodHandle target =
        MethodHandles.publicLookup()
            .findStatic(
                type, "fuzzerTestOneInput", MethodType.methodType(void.class, byte[].class));
    target.invoke(input);
  }

  @Override
  public String toString() {
    return name();
  }
}
