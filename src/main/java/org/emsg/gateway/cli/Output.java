package org.emsg.gateway.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// Where a command's answer goes: lines for people, or one JSON value a line.
final class Output {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final PrintWriter out;
  private final boolean json;

  Output(PrintWriter out, boolean json) {
    this.out = out;
    this.json = json;
  }

  boolean isJson() {
    return json;
  }

  void line(String text) {
    out.println(text);
    out.flush();
  }

  void json(JsonNode value) {
    try {
      line(JSON.writeValueAsString(value));
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException("a JSON tree can be written", impossible);
    }
  }

  /// The answer in JSON if that was asked for, else as a sentence.
  void say(JsonNode value, String sentence) {
    if (json) {
      json(value);
    } else {
      line(sentence);
    }
  }

  /// Objects as a table: one row each, the columns named; columns that are empty everywhere are
  /// left out. What stands in a cell may come from outside: control characters are shown as `?`.
  void table(JsonNode rows, String none, String... columns) {
    if (json) {
      json(rows);
      return;
    }
    if (rows.isEmpty()) {
      line(none);
      return;
    }
    List<String> shown = new ArrayList<>();
    List<Integer> widths = new ArrayList<>();
    for (String column : columns) {
      int widest = 0;
      for (JsonNode row : rows) {
        widest = Math.max(widest, cell(row, column).length());
      }
      if (widest > 0) {
        shown.add(column);
        widths.add(Math.max(widest, column.length()));
      }
    }
    line(padded(shown, widths));
    for (JsonNode row : rows) {
      line(padded(shown.stream().map(column -> cell(row, column)).toList(), widths));
    }
  }

  private static String cell(JsonNode row, String column) {
    return printable(row.path(column).asText(""));
  }

  /// A text of several lines; all but the first are set in, so that nobody can write what looks
  /// like another message.
  static String paragraph(String text) {
    return text.lines().map(Output::printable).collect(Collectors.joining("\n    "));
  }

  /// One line; what could move the cursor or turn the text around is shown as `?`.
  static String printable(String text) {
    StringBuilder safe = new StringBuilder(text.length());
    text.codePoints()
        .forEach(c ->
            safe.appendCodePoint(
                Character.getType(c) == Character.FORMAT || Character.isISOControl(c) ? '?' : c));
    return safe.toString();
  }

  private static String padded(List<String> cells, List<Integer> widths) {
    StringBuilder row = new StringBuilder();
    for (int i = 0; i < cells.size(); i++) {
      String cell = cells.get(i);
      row.append(cell);
      if (i < cells.size() - 1) {
        row.repeat(' ', widths.get(i) - cell.length() + 2);
      }
    }
    return row.toString();
  }
}
