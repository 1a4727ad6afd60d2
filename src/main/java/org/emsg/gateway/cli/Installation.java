package org.emsg.gateway.cli;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.emsg.gateway.address.Addressing;
import org.emsg.gateway.crypto.DomainKeys;
import org.emsg.gateway.net.TlsContexts;

/// What the command line needs of the gateway that is installed here; `app` implements it.
public interface Installation {
  /// Runs the gateway until it is told to stop. Without a file: `config/gateway.yaml` where there
  /// is one, else what the jar carries.
  ///
  /// @return the process's exit code
  int run(Optional<Path> settings);

  /// What is set, without starting anything.
  ///
  /// @throws CommandFailure where a setting is wrong
  Local local(Optional<Path> settings) throws CommandFailure;

  /// What a client on this machine has to know.
  interface Local {
    /// The data directory.
    Path data();

    Addressing addressing();

    /// Where the gateway listens for ESMP, as the settings have it.
    ///
    /// @throws CommandFailure where they name a host that there is none of
    InetSocketAddress esmp() throws CommandFailure;

    /// TLS that trusts what the settings trust, and the gateway's self-made certificate.
    ///
    /// @throws CommandFailure where a certificate cannot be read
    TlsContexts tls() throws CommandFailure;

    /// The keys of the home domains, made where there are none yet.
    DomainKeys domainKeys();

    /// The server that all outgoing mail goes through, where one is set.
    Optional<String> mailRelay();

    /// The selectors of our DKIM signatures: the RSA key's first, then the Ed25519 key's.
    List<String> dkimSelectors();
  }
}
