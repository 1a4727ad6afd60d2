package org.emsg.gateway.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What a database's URL may say, and what is told of it.
class StoreConfigTest {
  private static final String URL = "jdbc:postgresql://db.test/gateway";

  @ParameterizedTest
  @ValueSource(strings = {"reWriteBatchedInserts", "logServerErrorDetail", "password"})
  void refusesParametersThatGoAgainstWhatTheStoreReliesOn(String name) {
    assertThatThrownBy(() -> at(URL + "?tcpKeepAlive=true&" + name + "=true"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(name);
    assertThatThrownBy(() -> at(URL + "?" + name)).hasMessageContaining(name);
  }

  @Test
  void takesParametersThatChangeNothingWeRelyOn() {
    assertThatCode(() -> at(URL + "?sslmode=verify-full&reWriteBatchedInserts=false"))
        .doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "jdbc:postgresql://alice:s3cret@db.test/gateway",
        "jdbc:postgresql://db.test/gateway?password=s3cret",
        "jdbc:postgresql://db.test:port/gateway?sslpassword=s3cret"
      })
  void aRefusalDoesNotRepeatAPassword(String url) {
    assertThatThrownBy(() -> at(url))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageNotContaining("s3cret");
  }

  @Test
  void thePasswordOfAClientKeyIsNotShown() {
    String url = URL + "?sslkey=client.p12&sslpassword=s3cret&sslmode=require";
    assertThat(at(url))
        .hasToString("StoreConfig[" + URL + "?sslkey=client.p12&sslpassword=***&sslmode=require]");
  }

  private static StoreConfig at(String url) {
    return StoreConfig.at(url, "gateway", "");
  }
}
