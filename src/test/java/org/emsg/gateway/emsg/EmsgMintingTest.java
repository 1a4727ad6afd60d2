package org.emsg.gateway.emsg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.emsg.gateway.fixtures.World.ALICE;
import static org.emsg.gateway.fixtures.World.ANNA;
import static org.emsg.gateway.fixtures.World.DAVE;

import java.util.List;
import org.emsg.gateway.fixtures.Envelopes;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Envelope;
import org.emsg.gateway.model.MessageId;
import org.junit.jupiter.api.Test;

class EmsgMintingTest {
  private final EmsgMinting minting = new EmsgMinting();

  @Test
  void otherWordsUnderAnIdThatWasUsedAreAnotherMessage() {
    assertThat(
            List.of(
                id(Envelopes.from(DAVE).id("1").text("hello")),
                id(Envelopes.from(DAVE).id("1").text("are you there?")),
                id(Envelopes.from(DAVE).id("2").text("hello")),
                id(Envelopes.from(DAVE).id("1").text("hello").unverified()),
                id(Envelopes.from(new Address.Xmpp("d", "xmpp.test")).id("1").text("hello"))))
        .doesNotHaveDuplicates();
  }

  @Test
  void theSameMessageHasTheSameIdForEverybody() {
    Envelope envelope = Envelopes.from(DAVE).to(ALICE, ANNA).id("1").text("hello").envelope();

    assertThat(minting.mint(envelope, ANNA)).isEqualTo(minting.mint(envelope, ALICE));
    assertThat(minting.mint(envelope, ALICE))
        .isEqualTo(id(Envelopes.from(DAVE).id("1").text("hello")));
  }

  @Test
  void anEmsgMessageKeepsItsOwn() {
    assertThat(id(Envelopes.from(ANNA).id("m1"))).isEqualTo(new MessageId("m1"));
  }

  private MessageId id(Envelopes envelope) {
    return minting.mint(envelope.to(ALICE).envelope(), ALICE);
  }
}
