package org.emsg.gateway.store;

import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/// What a database's URL may say, and how it is shown.
final class DatabaseUrl {
  private static final String POSTGRESQL = "jdbc:postgresql:";

  /// Parameters that go against what the store relies on, by their names in lower case.
  private static final Map<String, String> REFUSED =
      Map.of(
          "rewritebatchedinserts",
          "reWriteBatchedInserts stays off: with it the driver does not tell which rows were new,"
              + " and new messages pass for duplicates",
          "logservererrordetail",
          "logServerErrorDetail stays off: with it messages stand in the log",
          "password",
          "password is a setting of its own");

  private static final Pattern SECRET = Pattern.compile("(?i)([?&][^=&]*password=)[^&]*");

  private DatabaseUrl() {}

  /// Refuses a URL that we cannot work with, in words that do not repeat it.
  ///
  /// @throws IllegalArgumentException why
  static void check(String url) {
    if (!url.startsWith(POSTGRESQL)) {
      if (url.startsWith("jdbc:sqlite:")) {
        return;
      }
      throw new IllegalArgumentException("url starts with jdbc:sqlite: or jdbc:postgresql:");
    }
    String[] parts = url.substring(POSTGRESQL.length()).split("\\?", 2);
    if (parts[0].startsWith("//") && parts[0].split("/", 4)[2].contains("@")) {
      throw new IllegalArgumentException("url names no user: user and password are settings");
    }
    for (String parameter : parts.length == 2 ? parts[1].split("&", -1) : new String[0]) {
      String[] pair = parameter.split("=", 2);
      String refusal = REFUSED.get(pair[0].toLowerCase(Locale.ROOT));
      if (refusal != null && !(pair.length == 2 && pair[1].equalsIgnoreCase("false"))) {
        throw new IllegalArgumentException("url: " + refusal);
      }
    }
    try {
      DriverManager.getDriver(url);
    } catch (SQLException _) {
      throw new IllegalArgumentException("url is jdbc:postgresql://HOST/DATABASE");
    }
  }

  /// The URL without secrets: a client key's password is a parameter.
  static String shown(String url) {
    return SECRET.matcher(url).replaceAll("$1***");
  }
}
