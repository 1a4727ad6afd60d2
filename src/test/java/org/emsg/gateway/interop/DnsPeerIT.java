package org.emsg.gateway.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.Type;

@RealPeers
class DnsPeerIT {

  private final DnsPeer dns = DnsPeer.shared();

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void servesAZoneAsItWasLastSaid(boolean tcp) throws IOException {
    dns.zone("served.test", "_emsg._tcp SRV 10 0 5888 first", "first A 127.0.0.1");
    dns.zone("served.test", "_emsg._tcp SRV 10 0 5888 second", "_emsg._tcp SRV 20 0 5888 third");
    assertThat(ask("_emsg._tcp.served.test.", Type.SRV, tcp).getSection(Section.ANSWER))
        .extracting(Record::rdataToString)
        .containsExactlyInAnyOrderElementsOf(
            List.of("10 0 5888 second.served.test.", "20 0 5888 third.served.test."));
  }

  @Test
  void knowsThatWhatNoZoneHasDoesNotExist() throws IOException {
    assertThat(ask("nowhere.test.", Type.MX, false).getRcode()).isEqualTo(Rcode.NXDOMAIN);
  }

  private Message ask(String name, int type, boolean tcp) throws IOException {
    SimpleResolver resolver = new SimpleResolver(dns.server());
    resolver.setTCP(tcp);
    return resolver.send(
        Message.newQuery(Record.newRecord(Name.fromString(name), type, DClass.IN)));
  }
}
