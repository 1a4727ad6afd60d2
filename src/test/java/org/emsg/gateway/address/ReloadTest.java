package org.emsg.gateway.address;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.emsg.gateway.address.MappedAddressing.Reload;
import org.emsg.gateway.fixtures.RememberedAliases;
import org.emsg.gateway.fixtures.World;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Network;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReloadTest {
  private static final String WITH_RULE =
      World.MAPPING.replace("rules: []", "rules:\n  - match: \"*#xmpp.test\"\n    network: xmpp\n");

  private @TempDir Path directory = Path.of("target");
  private Path file = directory;
  private MappedAddressing addressing = MappedAddressing.of(World.MAPPING, new RememberedAliases());

  @BeforeEach
  void start() throws IOException {
    file = directory.resolve("addresses.yaml");
    Files.writeString(file, World.MAPPING);
    addressing = MappedAddressing.follow(file, new RememberedAliases());
  }

  @Test
  void takesNewRules() throws IOException {
    assertThat(daveIsDecided()).isFalse();
    Files.writeString(file, WITH_RULE);
    assertThat(addressing.reload()).isEqualTo(new Reload.Taken());
    assertThat(daveIsDecided()).isTrue();
    assertThat(addressing.reload()).isEqualTo(new Reload.Unchanged());
  }

  @Test
  void keepsTheOldRulesWhereTheNewOnesHaveAFaultAndSaysSoOnce() throws IOException {
    Files.writeString(file, WITH_RULE);
    addressing.reload();
    Files.writeString(file, WITH_RULE.replace("network: xmpp", "network: pigeon"));
    assertThat(addressing.reload())
        .isInstanceOfSatisfying(
            Reload.Refused.class,
            refused -> assertThat(refused.faults().getFirst().line()).isEqualTo(9));
    assertThat(daveIsDecided()).isTrue();
    assertThat(addressing.reload()).isEqualTo(new Reload.Unchanged());
  }

  @Test
  void takesTheMendedFileAfterAFaultyOne() throws IOException {
    Files.writeString(file, "rules: [");
    assertThat(addressing.reload()).isInstanceOf(Reload.Refused.class);
    Files.writeString(file, WITH_RULE);
    assertThat(addressing.reload()).isEqualTo(new Reload.Taken());
    assertThat(daveIsDecided()).isTrue();
  }

  @Test
  void keepsTheOldRulesWhereTheFileIsGoneAndTakesItWhenItIsBack() throws IOException {
    Files.writeString(file, WITH_RULE);
    addressing.reload();
    Files.delete(file);
    assertThat(addressing.reload()).isInstanceOf(Reload.Refused.class);
    assertThat(daveIsDecided()).isTrue();
    Files.writeString(file, World.MAPPING);
    assertThat(addressing.reload()).isEqualTo(new Reload.Taken());
    assertThat(daveIsDecided()).isFalse();
  }

  @Test
  void changesHomeDomainsAndFacesOnlyAtAStart() throws IOException {
    Files.writeString(file, WITH_RULE.replace("mail.a.test", "post.a.test"));
    assertThat(addressing.reload())
        .isInstanceOfSatisfying(
            Reload.Refused.class,
            refused -> assertThat(refused.faults().getFirst().what()).contains("needs a restart"));
    assertThat(addressing.face(Network.SMTP, Network.XMPP)).contains("mail.a.test");
    assertThat(daveIsDecided()).isFalse();
  }

  @Test
  void doesNotStartWithoutTheFile() {
    assertThatExceptionOfType(UncheckedIOException.class)
        .isThrownBy(
            () -> MappedAddressing.follow(directory.resolve("no such"), new RememberedAliases()));
  }

  private boolean daveIsDecided() {
    return addressing.resolve(Network.EMSG, new Address.Emsg("dave", "xmpp.test"))
        instanceof Target.On;
  }
}
