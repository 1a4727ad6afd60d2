package org.emsg.gateway.model;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class NetworkTest {
  @Test
  void isNamedInLowerCase() {
    assertThat(Network.XMPP.label()).isEqualTo("xmpp");
  }
}
