package org.emsg.gateway.interop;

import java.util.Locale;
import java.util.UUID;
import org.testcontainers.containers.wait.strategy.Wait;

/// PostgreSQL 17. One server a JVM is enough for all tests: each takes a database of its own.
public final class PostgresPeer extends Peer {

  private static final int PORT = 5432;
  private static final String ADMIN_DATABASE = "emsg";

  private PostgresPeer() {
    super("postgres", "postgres", Wait.forSuccessfulCommand("pg_isready -q -h 127.0.0.1"), PORT);
    start();
  }

  /// The server of this JVM, started when first asked for and removed when the JVM ends.
  public static PostgresPeer shared() {
    return Shared.PEER;
  }

  /// The JDBC URL of the database that is there from the start.
  public String jdbcUrl() {
    return jdbcUrl(ADMIN_DATABASE);
  }

  /// Makes an empty database and returns its JDBC URL.
  public String newDatabase() {
    String database = "t" + UUID.randomUUID().toString().replace("-", "").toLowerCase(Locale.ROOT);
    run(
        "env",
        "PGPASSWORD=" + password(),
        "psql",
        "-h",
        "127.0.0.1",
        "-U",
        user(),
        "-d",
        ADMIN_DATABASE,
        "-v",
        "ON_ERROR_STOP=1",
        "-c",
        "CREATE DATABASE " + database);
    return jdbcUrl(database);
  }

  /// Owner of every database here.
  public String user() {
    return "emsg";
  }

  public String password() {
    return "emsg";
  }

  private String jdbcUrl(String database) {
    return "jdbc:postgresql://127.0.0.1:" + at(PORT).getPort() + "/" + database;
  }

  private static final class Shared {
    private static final PostgresPeer PEER = new PostgresPeer();
  }
}
