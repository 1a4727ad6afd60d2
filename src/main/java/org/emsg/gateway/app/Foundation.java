package org.emsg.gateway.app;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.emsg.gateway.address.Addressing;
import org.emsg.gateway.address.HashedAliases;
import org.emsg.gateway.address.MappedAddressing;
import org.emsg.gateway.app.settings.SettingsException;
import org.emsg.gateway.crypto.AliasKeys;
import org.emsg.gateway.crypto.DomainKeys;
import org.emsg.gateway.crypto.Ed25519;
import org.emsg.gateway.crypto.KeyFiles;
import org.emsg.gateway.crypto.Macs;
import org.emsg.gateway.model.Network;
import org.emsg.gateway.net.PemIdentity;
import org.emsg.gateway.net.TlsContexts;
import org.emsg.gateway.net.TlsIdentity;
import org.emsg.gateway.net.TrustedRoots;
import org.emsg.gateway.store.StoreConfig;

/// Makes of the settings what both the gateway and the command line need: addressing, keys, TLS,
/// the place of the database.
final class Foundation {
  private static final int ALIAS_EPOCH = 1;
  private static final String SQLITE = "jdbc:sqlite:";

  private final GatewayConfig config;
  private final Clock clock;
  private final SecureRandom random;

  Foundation(GatewayConfig config, Clock clock, SecureRandom random) {
    this.config = config;
    this.clock = clock;
    this.random = random;
  }

  MappedAddressing addressing(HashedAliases hashed) {
    return Files.exists(config.mapping())
        ? MappedAddressing.follow(config.mapping(), hashed)
        : MappedAddressing.of(InstalledFiles.read("mappings/addresses.yaml"), hashed);
  }

  KeyFiles keyFiles() {
    return new KeyFiles(config.data().resolve("keys"), random);
  }

  DomainKeys domainKeys(Addressing addressing, Ed25519 ed25519) {
    return DomainKeys.open(keyFiles(), ed25519, addressing.homeDomains());
  }

  AliasKeys aliasKeys(Ed25519 ed25519) {
    return new AliasKeys(
        keyFiles().secret("aliases.secret", AliasKeys.SECRET_SIZE), ALIAS_EPOCH, ed25519);
  }

  Macs macs() {
    return new Macs(keyFiles().secret("macs.secret", Macs.SECRET_SIZE));
  }

  /// TLS as the gateway speaks it.
  TlsContexts tls(Addressing addressing) throws IOException, SettingsException {
    return new TlsContexts(identity(addressing), new TrustedRoots(trusted()));
  }

  /// TLS of a client on this machine, which trusts the gateway's own certificate too. It shows
  /// none, and makes none: that is the running gateway's to do.
  TlsContexts clientTls() throws IOException, SettingsException {
    List<X509Certificate> trusted = new ArrayList<>(trusted());
    Path selfMade = OwnCertificate.certificate(config.data());
    if (Files.exists(selfMade)) {
      trusted.addAll(TlsIdentity.certificates(selfMade));
    }
    return TlsContexts.ofClient(new TrustedRoots(trusted));
  }

  /// The database's settings; a relative SQLite file is below the data directory.
  StoreConfig store() {
    StoreConfig store = config.store();
    if (!store.url().startsWith(SQLITE) || store.url().startsWith(SQLITE + ":")) {
      return store;
    }
    Path file = config.data().resolve(store.url().substring(SQLITE.length()));
    return new StoreConfig(
        SQLITE + file,
        store.user(),
        store.password(),
        store.connections(),
        store.duplicates(),
        store.mailbox(),
        store.traces(),
        store.ids());
  }

  /// Where a client on this machine finds the gateway.
  InetSocketAddress esmp() throws UnknownHostException {
    InetAddress host = InetAddress.getByName(config.emsg().host());
    return new InetSocketAddress(
        host.isAnyLocalAddress() ? InetAddress.getLoopbackAddress() : host, config.emsg().port());
  }

  private Supplier<TlsIdentity> identity(Addressing addressing)
      throws IOException, SettingsException {
    if (config.tls().certificate().isPresent() && config.tls().key().isPresent()) {
      Path certificate = config.tls().certificate().get();
      Path key = config.tls().key().get();
      named("tls.certificate", () -> TlsIdentity.certificates(certificate));
      return named("tls.key", () -> new PemIdentity(certificate, key, clock));
    }
    return OwnCertificate.open(config.data(), names(addressing), clock, random);
  }

  /// Every domain that we answer for, as servers of EMSG and of mail.
  private static List<String> names(Addressing addressing) {
    Set<String> names = new LinkedHashSet<>(addressing.homeDomains());
    names.addAll(addressing.facesShownOn(Network.EMSG));
    names.addAll(addressing.facesShownOn(Network.SMTP));
    names.add("localhost");
    return List.copyOf(names);
  }

  private List<X509Certificate> trusted() throws SettingsException {
    List<X509Certificate> trusted = new ArrayList<>();
    for (Path file : config.tls().trust()) {
      trusted.addAll(named("tls.trust", () -> TlsIdentity.certificates(file)));
    }
    return trusted;
  }

  /// Reads a file.
  private interface Reading<T> {
    T read() throws IOException;
  }

  /// What is wrong with a file is said with the setting that names it.
  private static <T> T named(String setting, Reading<T> reading) throws SettingsException {
    try {
      return reading.read();
    } catch (NoSuchFileException missing) {
      throw wrong(setting, "there is no " + missing.getMessage());
    } catch (AccessDeniedException closed) {
      throw wrong(setting, closed.getMessage() + " may not be read by this user");
    } catch (IOException unreadable) {
      throw wrong(setting, String.valueOf(unreadable.getMessage()));
    }
  }

  private static SettingsException wrong(String setting, String problem) {
    return new SettingsException(
        List.of(new SettingsException.Fault(setting, "the settings", problem)));
  }
}
