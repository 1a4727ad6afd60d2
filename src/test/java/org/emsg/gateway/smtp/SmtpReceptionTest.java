package org.emsg.gateway.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import org.emsg.gateway.address.Addressing;
import org.emsg.gateway.address.MappedAddressing;
import org.emsg.gateway.crypto.Macs;
import org.emsg.gateway.fixtures.RememberedAliases;
import org.emsg.gateway.fixtures.World;
import org.emsg.gateway.gateway.Admission;
import org.emsg.gateway.model.Bytes;
import org.emsg.gateway.model.Reason;
import org.emsg.gateway.model.Verdict;
import org.junit.jupiter.api.Test;

class SmtpReceptionTest {
  private final Addressing addressing = MappedAddressing.of(World.MAPPING, new RememberedAliases());
  private final Admission onlyAlice =
      (origin, sender, verified, recipient) ->
          recipient.local().equals("alice")
              ? Verdict.allow()
              : Verdict.refuse(Reason.Kind.NO_SUCH_USER, "There is no such account.");

  private SmtpReception reception(String postmaster) {
    return new SmtpReception(
        addressing, onlyAlice, new EnvelopeSenders(new Macs(Bytes.wrap(new byte[32]))), postmaster);
  }

  @Test
  void knowsWhichDomainHasNoPostmaster() {
    assertThat(reception("").withoutPostmaster()).containsExactly("a.test");
    assertThat(reception("alcie#a.test").withoutPostmaster()).containsExactly("a.test");
    assertThat(reception("alice#a.test").withoutPostmaster()).isEmpty();
  }
}
