package org.emsg.gateway.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Statement;
import org.junit.jupiter.api.Test;

class SeenRowsTest {
  @Test
  void aRowIsNewOnlyWhereTheDatabaseSaysSo() {
    assertThat(SeenRows.isNew(1)).isTrue();
    assertThat(SeenRows.isNew(0)).isFalse();
    assertThatThrownBy(() -> SeenRows.isNew(Statement.SUCCESS_NO_INFO))
        .isInstanceOf(IllegalStateException.class);
  }
}
