package org.emsg.gateway.address;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// What the address page shows is what happens.
class AddressPageTest {
  private static final Pattern ROW = Pattern.compile("\\| `(.+?)` \\| `(.+?)` \\| `(.+?)` \\|");

  @Test
  void everyExampleOfTheEscapeHolds() throws IOException {
    List<MatchResult> rows =
        ROW.matcher(Files.readString(Path.of("src/site/markdown/addresses.md"))).results().toList();

    assertThat(rows).hasSizeGreaterThan(5);
    assertThat(rows)
        .allSatisfy(row ->
            assertThat(AliasEscape.escape(row.group(1), row.group(2))).isEqualTo(row.group(3)));
  }
}
