package org.emsg.gateway.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;

@RealPeers
class PostgresPeerIT {

  private final PostgresPeer postgres = PostgresPeer.shared();

  @Test
  void givesEachTestADatabaseOfItsOwn() throws SQLException {
    try (Connection one = connect(postgres.newDatabase());
        Connection other = connect(postgres.newDatabase());
        Statement inOne = one.createStatement();
        Statement inOther = other.createStatement()) {
      inOne.execute("CREATE TABLE seen (id INT PRIMARY KEY)");
      inOther.execute("CREATE TABLE seen (id INT PRIMARY KEY)");
      inOne.execute("INSERT INTO seen VALUES (1)");
      try (ResultSet rows = inOther.executeQuery("SELECT count(*) FROM seen")) {
        assertThat(rows.next()).isTrue();
        assertThat(rows.getInt(1)).isZero();
      }
    }
  }

  @Test
  void isFoundAtTheSamePortAfterAPowerCut() throws SQLException {
    String url = postgres.newDatabase();
    postgres.kill();
    postgres.revive();
    try (Connection again = connect(url)) {
      assertThat(again.isValid(5)).isTrue();
    }
  }

  private Connection connect(String url) throws SQLException {
    return DriverManager.getConnection(url, postgres.user(), postgres.password());
  }
}
