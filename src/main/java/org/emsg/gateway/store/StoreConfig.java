package org.emsg.gateway.store;

import java.time.Duration;

/// Where and how long things are kept.
///
/// @param url `jdbc:sqlite:FILE` (default `jdbc:sqlite:data/gateway.db`) or
///   `jdbc:postgresql://HOST/DATABASE`, with the driver's parameters; without a password, and
///   without `reWriteBatchedInserts` and `logServerErrorDetail`
/// @param user the database user; empty for SQLite (default)
/// @param password the user's password; empty for SQLite (default)
/// @param connections the most connections that are open at once, 2 to 100; on SQLite besides the
///   one that writes (default 4)
/// @param duplicates how long an accepted message is remembered, so that it is not taken twice;
///   more than 14 days (default 16 days)
/// @param mailbox how long a message waits for devices that do not come (default 30 days)
/// @param traces how long traces are kept (default 30 days)
/// @param ids how long it is known which message on one network is which on another: a reply to
///   something older loses its thread (default 400 days)
public record StoreConfig(
    String url,
    String user,
    String password,
    int connections,
    Duration duplicates,
    Duration mailbox,
    Duration traces,
    Duration ids) {
  private static final Duration FRESH = Duration.ofDays(14);

  public StoreConfig {
    DatabaseUrl.check(url);
    if (connections < 2 || connections > 100) {
      throw new IllegalArgumentException("connections is 2 to 100");
    }
    if (duplicates.compareTo(FRESH) <= 0) {
      throw new IllegalArgumentException("duplicates is more than 14 days");
    }
    if (!mailbox.isPositive() || !traces.isPositive() || !ids.isPositive()) {
      throw new IllegalArgumentException("mailbox, traces and ids are longer than nothing");
    }
  }

  /// A database with every other setting at its default.
  public static StoreConfig at(String url, String user, String password) {
    return new StoreConfig(
        url,
        user,
        password,
        4,
        Duration.ofDays(16),
        Duration.ofDays(30),
        Duration.ofDays(30),
        Duration.ofDays(400));
  }

  /// The embedded default.
  public static StoreConfig sqlite(String file) {
    return at("jdbc:sqlite:" + file, "", "");
  }

  /// Without a password.
  @Override
  public String toString() {
    return "StoreConfig[" + DatabaseUrl.shown(url) + "]";
  }
}
